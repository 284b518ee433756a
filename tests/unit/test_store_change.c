/* test_store_change.c: messages edited and deleted by their senders. */
#include "changes.h"

/* One of ours to anna, queued. */
static struct store_message
send_text(struct place *place, int64_t uid, const char *text)
{
	struct store_message message = { .talk = talk_with(place->store, uid),
		.text = text,
		.time_ms = 1000,
		.state = STORE_QUEUED };
	struct store_delivery delivery = { .uid = uid, .state = STORE_QUEUED };

	assert_int_equal(
	    store_message_send(place->store, &message, &delivery, 1), 0);
	return message;
}

static struct store_message
change_of(const struct store_message *message, enum store_type type,
    const char *text, int64_t time_ms)
{
	struct store_message change = {
		.type = type, .text = text, .time_ms = time_ms
	};

	memcpy(change.reply_to, message->id, sizeof change.reply_to);
	return change;
}

static int
send_change(struct place *place, int64_t uid, struct store_message *change)
{
	struct store_delivery delivery = { .uid = uid, .state = STORE_QUEUED };
	int64_t target = -1;

	return store_change_send(place->store, change, &delivery, 1, &target);
}

/* -- ours ------------------------------------------------------------------ */

static void
an_edit_of_ours_changes_the_message_and_what_is_found(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = send_text(place, uid, "lunch at noon");
	struct store_message edit =
	    change_of(&message, STORE_EDIT, "dinner at noon", 2000);
	struct store_message *read = NULL;

	assert_int_equal(send_change(place, uid, &edit), 0);
	read = read_row(place, message.row);
	assert_string_equal(read->text, "dinner at noon");
	assert_int_equal(read->changed_ms, 2000);
	assert_false(read->deleted);
	assert_int_equal(read->time_ms, 1000);
	free(read);
	assert_int_equal(hits(place, "lunch"), 0);
	assert_int_equal(hits(place, "dinner"), 1);
	assert_int_equal(hits(place, "noon"), 1);
	assert_int_equal(listed(place), 1);
}

static int
gather_delivery(const struct store_delivery *delivery, void *arg)
{
	struct store_delivery **next = arg;

	*(*next)++ = *delivery;
	return 0;
}

static void
a_change_waits_to_be_delivered_like_a_message(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row = 0;
	struct store_message message = send_text(place, uid, "one");
	struct store_message edit = change_of(&message, STORE_EDIT, "two", 2),
			     later =
				 change_of(&message, STORE_EDIT, "three", 3);
	struct store_delivery open[4], *next = open;
	struct store_message *read = NULL;
	struct store_talk talk;

	assert_int_equal(send_change(place, uid, &edit), 0);
	assert_int_equal(send_change(place, uid, &later), 0);
	assert_int_equal(
	    store_delivery_unfinished(place->store, gather_delivery, &next), 0);
	assert_int_equal(next - open, 3);
	assert_int_equal(open[0].message, message.row);
	assert_int_equal(open[1].message, edit.row);
	assert_int_equal(open[2].message, later.row);
	read = read_row(place, edit.row);
	assert_int_equal(read->type, STORE_EDIT);
	assert_string_equal(read->reply_to, message.id);
	/* What is sent now is what the message says now. */
	assert_string_equal(read->text, "three");
	free(read);
	assert_int_equal(
	    store_message_find(place->store, edit.id, NULL, 0, NULL, &row), 0);
	assert_int_equal(row, edit.row);
	assert_int_equal(store_talk_get(place->store, message.talk, &talk), 0);
	assert_int_equal(talk.last_row, message.row);
}

static void
a_beginning_of_an_id_never_means_a_change(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row = 0;
	struct store_message message = send_text(place, uid, "one");
	struct store_message edit = change_of(&message, STORE_EDIT, "two", 2);
	char beginning[9];

	snprintf(beginning, sizeof beginning, "%s", message.id);
	memcpy(edit.id, message.id, sizeof edit.id);
	edit.id[31] = edit.id[31] == '0' ? '1' : '0';
	assert_int_equal(send_change(place, uid, &edit), 0);
	assert_int_equal(
	    store_message_find(place->store, beginning, NULL, 0, NULL, &row),
	    0);
	assert_int_equal(row, message.row);
}

static void
a_deletion_takes_the_text_away_everywhere(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = send_text(place, uid, "a secret");
	struct store_message edit =
				 change_of(&message, STORE_EDIT, "my word", 2),
			     deletion =
				 change_of(&message, STORE_DELETION, NULL, 3);
	struct store_delivery delivery;
	struct store_message *read = NULL;

	assert_int_equal(send_change(place, uid, &edit), 0);
	assert_int_equal(send_change(place, uid, &deletion), 0);
	read = read_row(place, message.row);
	assert_string_equal(read->text, "");
	assert_true(read->deleted);
	assert_int_equal(read->changed_ms, 3);
	free(read);
	assert_text(place, edit.row, "");
	assert_int_equal(hits(place, "secret"), 0);
	assert_int_equal(hits(place, "word"), 0);
	assert_int_equal(listed(place), 1);
	/* Nobody gets now what he did not get until now; but the deletion. */
	assert_int_equal(
	    store_delivery_get(place->store, message.row, uid, &delivery), 0);
	assert_int_equal(delivery.state, STORE_FAILED);
	assert_string_equal(delivery.error, STORE_ERROR_DELETED);
	assert_int_equal(
	    store_delivery_get(place->store, edit.row, uid, &delivery), 0);
	assert_int_equal(delivery.state, STORE_FAILED);
	assert_int_equal(
	    store_delivery_get(place->store, deletion.row, uid, &delivery), 0);
	assert_int_equal(delivery.state, STORE_QUEUED);
}

static void
what_was_delivered_stays_delivered_when_it_is_deleted(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = send_text(place, uid, "x");
	struct store_message deletion =
	    change_of(&message, STORE_DELETION, NULL, 3);
	struct store_delivery delivery;

	assert_int_equal(
	    store_delivery_get(place->store, message.row, uid, &delivery), 0);
	delivery.state = STORE_DELIVERED;
	assert_int_equal(store_delivery_put(place->store, &delivery), 0);
	assert_int_equal(send_change(place, uid, &deletion), 0);
	assert_int_equal(
	    store_delivery_get(place->store, message.row, uid, &delivery), 0);
	assert_int_equal(delivery.state, STORE_DELIVERED);
}

static void
what_is_deleted_cannot_be_changed_again(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = send_text(place, uid, "x");
	struct store_message deletion =
	    change_of(&message, STORE_DELETION, NULL, 3);
	struct store_message again = deletion,
			     edit = change_of(&message, STORE_EDIT, "y", 4);

	assert_int_equal(send_change(place, uid, &deletion), 0);
	assert_int_equal(send_change(place, uid, &again), CAM_ERR_EXISTS);
	assert_int_equal(send_change(place, uid, &edit), CAM_ERR_EXISTS);
	assert_text(place, message.row, "");
}

static void
a_change_to_nobody_keeps_no_row(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), target = 0;
	struct store_message message = send_text(place, uid, "x");
	struct store_message deletion =
	    change_of(&message, STORE_DELETION, NULL, 3);

	assert_int_equal(
	    store_change_send(place->store, &deletion, NULL, 0, &target), 0);
	assert_int_equal(target, message.row);
	assert_int_equal(deletion.row, 0);
	assert_text(place, message.row, "");
}

static void
a_change_that_makes_no_sense_changes_nothing(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message sent = send_text(place, uid, "mine");
	struct store_message got = receive_text(place, uid, "hers", false);
	struct store_message change = change_of(&got, STORE_EDIT, "x", 3);
	size_t len = 1024 * 1024 + 1;
	char *text = calloc(1, len + 1);

	assert_int_equal(send_change(place, uid, &change), CAM_ERR_REFUSED);
	change = change_of(&sent, STORE_EDIT, "", 3);
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_REQUEST);
	change = change_of(&sent, STORE_MESSAGE, "x", 3);
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_REQUEST);
	change = change_of(&sent, STORE_EDIT, "\xff", 3);
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_CHARSET);
	memset(text, 'x', len);
	change = change_of(&sent, STORE_EDIT, text, 3);
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_LIMIT);
	change.reply_to[31] = 0;
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_REQUEST);
	strcpy(change.reply_to, "00000000000000000000000000000000");
	text[len - 1] = 0;
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_UNKNOWN);
	free(text);
	/* A change of a change. */
	change = change_of(&sent, STORE_EDIT, "new", 3);
	assert_int_equal(send_change(place, uid, &change), 0);
	memcpy(change.reply_to, change.id, sizeof change.id);
	assert_int_equal(send_change(place, uid, &change), CAM_ERR_UNKNOWN);
	assert_text(place, sent.row, "new");
	assert_text(place, got.row, "hers");
}

static void
a_failed_change_is_undone_whole(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = send_text(place, uid, "before");
	struct store_message edit = change_of(&message, STORE_EDIT, "after", 2);

	assert_int_equal(store_begin(place->store), 0);
	/* There is no such user to deliver it to. */
	assert_int_equal(send_change(place, 4711, &edit), CAM_ERR_UNKNOWN);
	assert_int_equal(store_commit(place->store), 0);
	assert_text(place, message.row, "before");
	assert_int_equal(hits(place, "before"), 1);
	assert_int_equal(hits(place, "after"), 0);
	assert_int_equal(listed(place), 1);
}

/* -- what is gone ---------------------------------------------------------- */

static void
a_removed_message_takes_its_changes_with_it(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row = 0;
	struct store_message message = send_text(place, uid, "x");
	struct store_message edit = change_of(&message, STORE_EDIT, "y", 2);
	struct store_delivery open[4], *next = open;
	struct store_message *none = NULL;

	assert_int_equal(send_change(place, uid, &edit), 0);
	assert_int_equal(store_message_remove(place->store, message.row), 0);
	assert_int_equal(
	    store_message_get(place->store, edit.row, &none), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_delivery_unfinished(place->store, gather_delivery, &next), 0);
	assert_int_equal(next - open, 0);
	assert_int_equal(hits(place, "y"), 0);
	assert_int_equal(
	    store_message_find(place->store, edit.id, NULL, 0, NULL, &row),
	    CAM_ERR_UNKNOWN);
	/* And a change alone leaves its message as it is. */
	message = send_text(place, uid, "z");
	edit = change_of(&message, STORE_EDIT, "zz", 2);
	assert_int_equal(send_change(place, uid, &edit), 0);
	assert_int_equal(store_message_remove(place->store, edit.row), 0);
	assert_text(place, message.row, "zz");
	assert_int_equal(hits(place, "zz"), 1);
}

static size_t
times_in_file(struct place *place, const char *what)
{
	FILE *file = fopen(place->path, "r");
	size_t len = 0, size = 0, count = 0;
	char *bytes = NULL;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	bytes = malloc(size);
	len = fread(bytes, 1, size, file);
	fclose(file);
	for (char *at = bytes; (at = memmem(at, len - (size_t)(at - bytes),
				    what, strlen(what))) != NULL;
	     at++)
		count++;
	free(bytes);
	return count;
}

static void
tidy(struct place *place)
{
	bool more = true;

	for (int i = 0; i < 1000 && more; i++)
		assert_int_equal(store_tend(place->store, 1, &more), 0);
	assert_false(more);
}

/* In the segments of the index, whether it would be found there or not. */
static bool
index_has(struct place *place, const char *word)
{
	static const char *const sql =
	    "SELECT count(*) FROM words_0_data WHERE instr(block, ?1) > 0";
	int64_t count = 0;

	assert_int_equal(sql_number(place->store, sql,
			     BIND(BLOB(word, strlen(word))), &count),
	    0);
	return count > 0;
}

/* A text of many pages is overwritten, its words leave the index. */
static void
what_was_taken_away_is_not_in_the_file(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message edited, deleted, removed, change;
	static char text[100000];

	while (strlen(text) < sizeof text - 20)
		strcat(text, "xyzzy plugh ");
	/* One segment, and another: too few to be merged by themselves. */
	assert_int_equal(store_begin(place->store), 0);
	for (int i = 0; i < 200; i++)
		add_received(place->store, uid, "other words here", i);
	edited = send_text(place, uid, text);
	deleted = send_text(place, uid, text);
	removed = send_text(place, uid, text);
	for (int i = 0; i < 200; i++)
		add_received(place->store, uid, "other words again", i);
	assert_int_equal(store_commit(place->store), 0);
	place_close(place);
	assert_true(times_in_file(place, "xyzzy plugh") > 1000);
	place_open(place);
	assert_int_equal(store_begin(place->store), 0);
	change = change_of(&edited, STORE_EDIT, "harmless", 2);
	assert_int_equal(send_change(place, uid, &change), 0);
	change = change_of(&deleted, STORE_DELETION, NULL, 3);
	assert_int_equal(send_change(place, uid, &change), 0);
	assert_int_equal(store_message_remove(place->store, removed.row), 0);
	assert_int_equal(store_commit(place->store), 0);
	assert_int_equal(hits(place, "xyzzy"), 0);
	place_close(place);
	assert_int_equal(times_in_file(place, "xyzzy plugh"), 0);
	place_open(place);
	assert_true(index_has(place, "xyzzy"));
	tidy(place);
	assert_true(index_has(place, "harmless"));
	assert_false(index_has(place, "xyzzy"));
	place_close(place);
	place_open(place);
	assert_int_equal(hits(place, "harmless"), 1);
	assert_int_equal(hits(place, "again"), 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(
		    an_edit_of_ours_changes_the_message_and_what_is_found),
		TEST_OF_STORE(a_change_waits_to_be_delivered_like_a_message),
		TEST_OF_STORE(a_beginning_of_an_id_never_means_a_change),
		TEST_OF_STORE(a_deletion_takes_the_text_away_everywhere),
		TEST_OF_STORE(
		    what_was_delivered_stays_delivered_when_it_is_deleted),
		TEST_OF_STORE(what_is_deleted_cannot_be_changed_again),
		TEST_OF_STORE(a_change_to_nobody_keeps_no_row),
		TEST_OF_STORE(a_change_that_makes_no_sense_changes_nothing),
		TEST_OF_STORE(a_failed_change_is_undone_whole),
		TEST_OF_STORE(a_removed_message_takes_its_changes_with_it),
		TEST_OF_STORE(what_was_taken_away_is_not_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
