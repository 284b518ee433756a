/* test_store_change_arrived.c: edits and deletions that others send. */
#include "changes.h"

static int64_t
unread(struct place *place)
{
	int64_t count = -1;

	assert_int_equal(store_talk_unread(place->store, &count), 0);
	return count;
}

static enum store_outcome
receive_change(struct place *place, int64_t uid, enum store_type type,
    const char *text, uint8_t hash_byte, int64_t *target)
{
	struct store_hash hash = { { hash_byte }, 5000, 0 };
	struct store_message change = {
		.type = type, .from = uid, .text = text, .time_ms = 2000
	};
	enum store_outcome outcome = -1;
	int64_t row = -1;

	memcpy(change.reply_to, given_id, sizeof given_id);
	assert_int_equal(store_change_receive(place->store, &change, &hash, 1,
			     &outcome, target != NULL ? target : &row),
	    0);
	return outcome;
}

/* -- what arrives ---------------------------------------------------------- */

static void
an_edit_that_arrives_is_applied_once(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), target = 0;
	struct store_message message = receive_text(place, uid, "lunch", false);
	struct store_message *read = NULL;

	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "dinner", 1, &target),
	    STORE_CHANGE_APPLIED);
	assert_int_equal(target, message.row);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "supper", 1, &target),
	    STORE_CHANGE_KNOWN);
	assert_int_equal(target, 0);
	read = read_row(place, message.row);
	assert_string_equal(read->text, "dinner");
	assert_int_equal(read->changed_ms, 2000);
	free(read);
	assert_int_equal(hits(place, "lunch"), 0);
	assert_int_equal(hits(place, "dinner"), 1);
	assert_int_equal(listed(place), 1);
	assert_int_equal(unread(place), 1);
}

static void
only_its_sender_changes_a_message(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna"),
		mallory = add_user(place->store, "mallory"),
		other = add_user(place->store, "anna2");
	struct store_message message = receive_text(place, anna, "x", false);

	assert_int_equal(
	    receive_change(place, mallory, STORE_DELETION, NULL, 1, NULL),
	    STORE_CHANGE_REFUSED);
	assert_text(place, message.row, "x");
	/* She lives on as another. */
	assert_int_equal(store_user_merge(place->store, anna, other), 0);
	assert_int_equal(receive_change(place, other, STORE_EDIT, "y", 2, NULL),
	    STORE_CHANGE_APPLIED);
	assert_text(place, message.row, "y");
}

/* However long ago somebody else used the id. */
static void
of_two_messages_with_an_id_the_senders_own_is_changed(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna"),
		mallory = add_user(place->store, "mallory");
	struct store_message his = receive_text(place, mallory, "his", false),
			     hers;

	place->store->last_row += (int64_t)3 << SHARD_BITS;
	hers = receive_text(place, anna, "hers", false);
	assert_int_equal(
	    receive_change(place, mallory, STORE_EDIT, "his own", 1, NULL),
	    STORE_CHANGE_APPLIED);
	assert_int_equal(
	    receive_change(place, anna, STORE_DELETION, NULL, 2, NULL),
	    STORE_CHANGE_APPLIED);
	assert_text(place, his.row, "his own");
	assert_text(place, hers.row, "");
}

static void
nobody_changes_what_we_sent(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = { .talk = talk_with(place->store, uid),
		.text = "mine" };
	struct store_delivery delivery = { .uid = uid };

	memcpy(message.id, given_id, sizeof given_id);
	assert_int_equal(
	    store_message_send(place->store, &message, &delivery, 1), 0);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "hers", 1, NULL),
	    STORE_CHANGE_REFUSED);
	assert_text(place, message.row, "mine");
}

static void
a_deletion_that_arrives_counts_as_read(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), count = -1;
	struct store_offer offer = { .number = 1, .name = "plan.pdf" };
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "see this" };
	struct store_message *read = NULL;

	memcpy(message.id, given_id, sizeof given_id);
	assert_int_equal(store_message_receive(place->store, &message, &offer,
			     1, NULL, 0, &count),
	    0);
	add_received(place->store, uid, "another", 1);
	assert_int_equal(unread(place), 2);
	assert_int_equal(
	    receive_change(place, uid, STORE_DELETION, NULL, 1, NULL),
	    STORE_CHANGE_APPLIED);
	assert_int_equal(unread(place), 1);
	read = read_row(place, message.row);
	assert_true(read->deleted && read->read && !read->has_offers);
	assert_string_equal(read->text, "");
	free(read);
	assert_int_equal(hits(place, "see"), 0);
	assert_int_equal(listed(place), 2);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "again", 2, NULL),
	    STORE_CHANGE_VAIN);
	assert_text(place, message.row, "");
	assert_int_equal(
	    store_talk_read(place->store, message.talk, &count), 0);
	assert_int_equal(count, 1);
}

static void
a_sealed_message_stays_closed_when_it_is_edited(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = receive_text(place, uid, "open", true);

	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "sesame", 1, NULL),
	    STORE_CHANGE_APPLIED);
	assert_int_equal(hits(place, "sesame"), 0);
	assert_int_equal(store_message_open(place->store, message.row), 0);
	assert_int_equal(hits(place, "sesame"), 1);
	assert_int_equal(hits(place, "open"), 0);
	assert_int_equal(
	    receive_change(place, uid, STORE_DELETION, NULL, 2, NULL),
	    STORE_CHANGE_APPLIED);
	assert_int_equal(hits(place, "sesame"), 0);
	assert_int_equal(
	    store_message_open(place->store, message.row), CAM_ERR_UNKNOWN);
}

static void
a_change_that_comes_first_waits_for_its_message(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"),
		mallory = add_user(place->store, "mallory");
	struct store_message message, *read = NULL;

	assert_int_equal(
	    receive_change(place, mallory, STORE_EDIT, "forged", 1, NULL),
	    STORE_CHANGE_WAITS);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "first", 2, NULL),
	    STORE_CHANGE_WAITS);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "corrected", 3, NULL),
	    STORE_CHANGE_WAITS);
	assert_int_equal(listed(place), 0);
	message = receive_text(place, uid, "mistaken", false);
	assert_int_equal(message.changed_ms, 2000);
	read = read_row(place, message.row);
	assert_string_equal(read->text, "corrected");
	assert_int_equal(read->changed_ms, 2000);
	free(read);
	assert_int_equal(hits(place, "mistaken"), 0);
	assert_int_equal(hits(place, "corrected"), 1);
	assert_int_equal(unread(place), 1);
}

static void
what_was_deleted_before_it_came_comes_without_text(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message;

	assert_int_equal(
	    receive_change(place, uid, STORE_DELETION, NULL, 1, NULL),
	    STORE_CHANGE_WAITS);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "in vain", 2, NULL),
	    STORE_CHANGE_WAITS);
	message = receive_text(place, uid, "regretted", false);
	assert_true(message.deleted);
	assert_string_equal(message.text, "");
	assert_text(place, message.row, "");
	assert_int_equal(hits(place, "regretted"), 0);
	assert_int_equal(unread(place), 0);
}

static void
changes_wait_until_they_expire_and_only_so_many(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), target;
	struct store_hash hash = { { 1 }, 5000, 0 };
	struct store_message change = {
		.type = STORE_EDIT, .from = uid, .text = "too many"
	};
	struct store_message message;
	enum store_outcome outcome;
	bool more = true;

	for (unsigned i = 0; i < STORE_WAITING_MAX; i++) {
		snprintf(change.reply_to, sizeof change.reply_to, "%032x", i);
		hash.hash[1] = (uint8_t)i;
		assert_int_equal(store_change_receive(place->store, &change,
				     &hash, 1, &outcome, &target),
		    0);
	}
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "too late", 2, NULL),
	    STORE_CHANGE_WAITS);
	message = receive_text(place, uid, "as it came", false);
	assert_text(place, message.row, "as it came");
	assert_int_equal(store_message_remove(place->store, message.row), 0);
	while (more)
		assert_int_equal(store_tend(place->store, 5001, &more), 0);
	assert_int_equal(
	    receive_change(place, uid, STORE_EDIT, "in time", 3, NULL),
	    STORE_CHANGE_WAITS);
	message = receive_text(place, uid, "as it came", false);
	assert_text(place, message.row, "in time");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(an_edit_that_arrives_is_applied_once),
		TEST_OF_STORE(only_its_sender_changes_a_message),
		TEST_OF_STORE(
		    of_two_messages_with_an_id_the_senders_own_is_changed),
		TEST_OF_STORE(nobody_changes_what_we_sent),
		TEST_OF_STORE(a_deletion_that_arrives_counts_as_read),
		TEST_OF_STORE(a_sealed_message_stays_closed_when_it_is_edited),
		TEST_OF_STORE(a_change_that_comes_first_waits_for_its_message),
		TEST_OF_STORE(
		    what_was_deleted_before_it_came_comes_without_text),
		TEST_OF_STORE(changes_wait_until_they_expire_and_only_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
