/* test_store_message.c: messages kept, found again, changed. */
#include "stores.h"

static void
a_received_message_comes_back_as_it_was(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of = -1;
	struct store_message message = {
		.talk = talk_with(place->store, uid),
		.from = uid,
		.time_ms = 1234567890123,
		.packet_no = 4000000000u,
		.text = "会議は10時です\nok",
		.state = STORE_DELIVERED,
		.encryption = STORE_RSA2048_AES256,
		.signature = STORE_PINNED,
		.locked = true,
		.broadcast = true,
		.automatic = true,
		.reply_to = "00112233445566778899aabbccddeeff",
	};
	struct store_message *read = NULL;

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	assert_int_equal(duplicate_of, 0);
	assert_int_equal(strlen(message.id), 32);
	assert_int_equal(
	    store_message_get(place->store, message.row, &read), 0);
	assert_string_equal(read->text, message.text);
	assert_string_equal(read->id, message.id);
	assert_string_equal(read->reply_to, message.reply_to);
	assert_int_equal(read->talk, message.talk);
	assert_int_equal(read->from, uid);
	assert_int_equal(read->time_ms, message.time_ms);
	assert_int_equal(read->packet_no, message.packet_no);
	assert_int_equal(read->state, STORE_DELIVERED);
	assert_int_equal(read->encryption, STORE_RSA2048_AES256);
	assert_int_equal(read->signature, STORE_PINNED);
	assert_true(read->locked && read->broadcast && read->automatic);
	assert_false(
	    read->sealed || read->opened || read->has_offers || read->read);
	free(read);
}

static int
gather_delivery(const struct store_delivery *delivery, void *arg)
{
	struct store_delivery **next = arg;

	*(*next)++ = *delivery;
	return 0;
}

static void
a_sent_message_has_a_delivery_for_every_recipient(void **state)
{
	struct place *place = *state;
	int64_t uids[2] = { add_user(place->store, "anna"),
		add_user(place->store, "bob") };
	struct store_message message = { .text = "hello",
		.state = STORE_QUEUED };
	struct store_delivery deliveries[2] = {
		{ .uid = uids[0],
		    .packet_no = 77,
		    .state = STORE_QUEUED,
		    .clear = true,
		    .next_try_ms = 5,
		    .error = "silent" },
		{ .uid = uids[1],
		    .packet_no = 78,
		    .state = STORE_SENT,
		    .attempts = 3,
		    .receipt = STORE_SIGNED_RECEIPT },
	};
	struct store_delivery read[2], *next = read;

	assert_int_equal(
	    store_talk_make(place->store, uids, 2, &message.talk), 0);
	assert_int_equal(
	    store_message_send(place->store, &message, deliveries, 2), 0);
	assert_int_equal(store_delivery_each(
			     place->store, message.row, gather_delivery, &next),
	    0);
	assert_int_equal(next - read, 2);
	assert_int_equal(read[0].message, message.row);
	assert_int_equal(read[0].packet_no, 77);
	assert_string_equal(read[0].error, "silent");
	assert_true(read[0].clear);
	assert_int_equal(read[1].attempts, 3);
	assert_int_equal(read[1].receipt, STORE_SIGNED_RECEIPT);
	assert_false(read[1].clear);
}

static void
a_message_received_twice_is_kept_once(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_hash hashes[2] = { { { 1 }, 1000, 0 },
		{ { 2 }, 2000, 0 } };
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "once" };
	struct store_message again = message;
	struct rows rows;
	int64_t duplicate_of = -1, first;

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     hashes, 1, &duplicate_of),
	    0);
	first = message.row;
	assert_int_equal(store_message_receive(place->store, &again, NULL, 0,
			     hashes, 2, &duplicate_of),
	    0);
	assert_int_equal(duplicate_of, first);
	assert_int_equal(again.row, 0);
	find_rows(place->store, (struct store_query){ .limit = 10 }, &rows);
	assert_int_equal(rows.count, 1);
	/* The second hash belongs to nothing that was kept. */
	assert_int_equal(
	    store_seen_find(place->store, &hashes[1], &duplicate_of), 0);
	assert_int_equal(duplicate_of, -1);
}

static void
a_message_lists_its_offers(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of = -1;
	struct store_offer offers[2] = {
		{ .number = 0,
		    .name = "図面.pdf",
		    .size = 1 << 20,
		    .mtime = 1700000000,
		    .attr = 1,
		    .kind = STORE_FILE },
		{ .number = 1, .name = "photos", .kind = STORE_FOLDER },
	};
	struct store_message message = {
		.talk = talk_with(place->store, uid), .from = uid, .text = ""
	};
	struct store_message *read = NULL;

	assert_int_equal(store_message_receive(place->store, &message, offers,
			     2, NULL, 0, &duplicate_of),
	    0);
	assert_int_equal(
	    store_message_get(place->store, message.row, &read), 0);
	assert_true(read->has_offers);
	free(read);
}

static void
an_id_is_found_by_its_beginning(void **state)
{
	static const char *const ids[] = { "abcd0000000000000000000000000001",
		"abcd0000000000000000000000000002",
		"abce0000000000000000000000000003" };
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row = 0, duplicate_of;
	int64_t rows[3];
	char found[4][ID_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < 3; i++) {
		struct store_message message = { .from = uid,
			.talk = talk_with(place->store, uid),
			.text = "x" };

		strcpy(message.id, ids[i]);
		assert_int_equal(store_message_receive(place->store, &message,
				     NULL, 0, NULL, 0, &duplicate_of),
		    0);
		rows[i] = message.row;
	}
	assert_int_equal(
	    store_message_find(place->store, "ABCE", found, 4, &count, &row),
	    0);
	assert_int_equal(row, rows[2]);
	assert_int_equal(
	    store_message_find(place->store, "abcd", found, 4, &count, &row),
	    CAM_ERR_AMBIGUOUS);
	assert_int_equal(count, 2);
	assert_string_equal(found[0], ids[0]);
	assert_int_equal(
	    store_message_find(place->store, ids[1], NULL, 0, NULL, &row), 0);
	assert_int_equal(row, rows[1]);
	assert_int_equal(
	    store_message_find(place->store, "abcf", NULL, 0, NULL, &row),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_message_find(place->store, "abc", NULL, 0, NULL, &row),
	    CAM_ERR_REQUEST);
	assert_int_equal(
	    store_message_find(place->store, "abcg", NULL, 0, NULL, &row),
	    CAM_ERR_REQUEST);
	assert_int_equal(
	    store_message_find(place->store,
		"abcd00000000000000000000000000010", NULL, 0, NULL, &row),
	    CAM_ERR_REQUEST);
}

/* Who uses an id first can neither keep another's message out nor, using it
 * again, take its place. */
static void
an_id_names_the_first_message_that_had_it(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of = -1, row;
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.id = "abcd0000000000000000000000000001",
		.text = "x" };
	struct store_message again = message;

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	assert_int_equal(store_message_receive(place->store, &again, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	assert_int_not_equal(again.row, message.row);
	assert_string_not_equal(again.id, message.id);
	assert_int_equal(
	    store_message_find(place->store, message.id, NULL, 0, NULL, &row),
	    0);
	assert_int_equal(row, message.row);
	assert_int_equal(
	    store_message_find(place->store, again.id, NULL, 0, NULL, &row), 0);
	assert_int_equal(row, again.row);
}

static void
a_message_in_no_talk_is_refused_whole(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), earlier = 0,
		duplicate_of = -1;
	struct store_hash hash = { { 9 }, 1000, 0 };
	struct store_message message = { .talk = 99, .from = uid, .text = "x" };

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     &hash, 1, &duplicate_of),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(store_seen_find(place->store, &hash, &earlier), 0);
	assert_int_equal(earlier, -1);
	message.talk = talk_with(place->store, uid);
	message.from = 1234;
	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     &hash, 1, &duplicate_of),
	    CAM_ERR_UNKNOWN);
}

static void
text_that_is_too_long_or_no_text_is_refused(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of = -1;
	size_t len = 1024 * 1024 + 1;
	char *text = malloc(len + 1);
	struct store_message message = {
		.talk = talk_with(place->store, uid), .from = uid, .text = text
	};

	memset(text, 'x', len);
	text[len] = 0;
	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    CAM_ERR_LIMIT);
	text[len - 1] = 0;
	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	message.text = "\xff";
	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    CAM_ERR_CHARSET);
	free(text);
}

static void
a_sealed_message_is_found_by_its_words_once_opened(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of = -1;
	struct store_query query = { .words = "secret", .limit = 10 };
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.sealed = true,
		.text = "the secret" };
	struct store_message *read = NULL;
	struct rows rows;

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	find_rows(place->store, query, &rows);
	assert_int_equal(rows.count, 0);
	assert_int_equal(store_message_open(place->store, message.row), 0);
	find_rows(place->store, query, &rows);
	assert_int_equal(rows.count, 1);
	assert_int_equal(
	    store_message_get(place->store, message.row, &read), 0);
	assert_true(read->opened);
	assert_int_equal(read->state, STORE_OPENED);
	free(read);
	assert_int_equal(
	    store_message_open(place->store, message.row), CAM_ERR_EXISTS);
	assert_int_equal(
	    store_message_open(place->store, 12345), CAM_ERR_UNKNOWN);
}

static void
a_removed_message_leaves_nothing_and_its_row_is_not_used_again(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row, next;
	struct store_query query = { .words = "bye", .limit = 10 };
	struct store_message message = { .talk = talk_with(place->store, uid),
		.text = "bye" };
	struct store_delivery delivery = { .uid = uid, .packet_no = 500 };
	struct store_talk talk;
	struct rows rows;
	uint32_t packet_no = 0;

	assert_int_equal(
	    store_message_send(place->store, &message, &delivery, 1), 0);
	row = message.row;
	assert_int_equal(store_message_remove(place->store, row), 0);
	find_rows(place->store, query, &rows);
	assert_int_equal(rows.count, 0);
	assert_int_equal(
	    store_delivery_find(place->store, 500, &delivery), CAM_ERR_UNKNOWN);
	assert_int_equal(store_talk_get(place->store, message.talk, &talk), 0);
	assert_int_equal(talk.last_row, 0);
	assert_int_equal(store_packet_no_max(place->store, &packet_no), 0);
	assert_int_equal(packet_no, 500);
	assert_int_equal(
	    store_message_remove(place->store, row), CAM_ERR_UNKNOWN);
	place_close(place);
	place_open(place);
	next = add_received(place->store, uid, "next", 5);
	assert_true(next > row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(a_received_message_comes_back_as_it_was),
		TEST_OF_STORE(
		    a_sent_message_has_a_delivery_for_every_recipient),
		TEST_OF_STORE(a_message_received_twice_is_kept_once),
		TEST_OF_STORE(a_message_lists_its_offers),
		TEST_OF_STORE(an_id_is_found_by_its_beginning),
		TEST_OF_STORE(an_id_names_the_first_message_that_had_it),
		TEST_OF_STORE(a_message_in_no_talk_is_refused_whole),
		TEST_OF_STORE(text_that_is_too_long_or_no_text_is_refused),
		TEST_OF_STORE(
		    a_sealed_message_is_found_by_its_words_once_opened),
		TEST_OF_STORE(
		    a_removed_message_leaves_nothing_and_its_row_is_not_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
