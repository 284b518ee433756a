/* test_store_sequence.c: numbers in a talk, and what is missing. */
#include "stores.h"

static const struct store_place ours = { { 1 }, { 1 } },
				hers = { { 1 }, { 2 } },
				elsewhere = { { 9 }, { 2 } };

static struct store_message
send_at(struct place *place, int64_t uid, const struct store_place *at)
{
	struct store_message message = {
		.talk = talk_with(place->store, uid), .text = "x", .place = at
	};
	struct store_delivery delivery = { .uid = uid };

	assert_int_equal(
	    store_message_send(place->store, &message, &delivery, 1), 0);
	return message;
}

static struct store_message
receive_at(struct place *place, int64_t uid, const struct store_place *at,
    uint64_t number)
{
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "x",
		.place = at,
		.sequence = number };
	int64_t duplicate_of = -1;

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	return message;
}

static void
receive_change_at(
    struct place *place, int64_t uid, const struct store_place *at, uint64_t n)
{
	struct store_message change = { .type = STORE_EDIT,
		.reply_to = "00112233445566778899aabbccddeeff",
		.from = uid,
		.text = "x",
		.place = at,
		.sequence = n };
	enum store_outcome outcome;
	int64_t target;

	assert_int_equal(store_change_receive(
			     place->store, &change, NULL, 0, &outcome, &target),
	    0);
	assert_int_equal(outcome, STORE_CHANGE_WAITS);
}

static uint32_t
missing(struct place *place, int64_t row)
{
	struct store_message *message = NULL;
	uint32_t count;

	assert_int_equal(store_message_get(place->store, row, &message), 0);
	count = message->missing;
	free(message);
	return count;
}

static uint64_t
last(struct place *place, const struct store_place *at)
{
	uint64_t number = 4711;

	assert_int_equal(store_sequence_last(place->store, at, &number), 0);
	return number;
}

static void
what_is_sent_is_numbered_in_its_talk(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), target;
	struct store_message first, second,
	    change = { .type = STORE_EDIT, .text = "y", .place = &ours };
	struct store_delivery delivery = { .uid = uid };
	struct store_message *read = NULL;

	assert_int_equal(last(place, &ours), 0);
	first = send_at(place, uid, &ours);
	assert_int_equal(first.sequence, 1);
	memcpy(change.reply_to, first.id, sizeof first.id);
	assert_int_equal(
	    store_change_send(place->store, &change, &delivery, 1, &target), 0);
	assert_int_equal(change.sequence, 2);
	second = send_at(place, uid, &ours);
	assert_int_equal(second.sequence, 3);
	assert_int_equal(send_at(place, uid, &elsewhere).sequence, 1);
	assert_int_equal(last(place, &ours), 3);
	assert_int_equal(store_message_get(place->store, second.row, &read), 0);
	assert_int_equal(read->sequence, 3);
	free(read);
	place_close(place);
	place_open(place);
	assert_int_equal(send_at(place, uid, &ours).sequence, 4);
}

static void
a_number_can_be_given_later_and_is_kept(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = send_at(place, uid, NULL);
	struct store_message got = receive_at(place, uid, NULL, 0);
	uint64_t number = 0;

	assert_int_equal(message.sequence, 0);
	send_at(place, uid, &ours);
	assert_int_equal(
	    store_sequence_give(place->store, message.row, &ours, &number), 0);
	assert_int_equal(number, 2);
	assert_int_equal(
	    store_sequence_give(place->store, message.row, &ours, &number), 0);
	assert_int_equal(number, 2);
	assert_int_equal(last(place, &ours), 2);
	assert_int_equal(
	    store_sequence_give(place->store, got.row, &ours, &number),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_sequence_give(place->store, 4711, &ours, &number),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(last(place, &ours), 2);
}

static void
what_is_missing_is_told_with_the_next_message(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message first = receive_at(place, uid, &hers, 3),
			     second = receive_at(place, uid, &hers, 4),
			     third = receive_at(place, uid, &hers, 8);

	/* What was before the first one ever heard nobody knows. */
	assert_int_equal(missing(place, first.row), 0);
	assert_int_equal(missing(place, second.row), 0);
	assert_int_equal(third.missing, 3);
	assert_int_equal(missing(place, third.row), 3);
	assert_int_equal(last(place, &hers), 8);
	assert_int_equal(receive_at(place, uid, &elsewhere, 20).missing, 0);
}

static void
what_comes_late_is_missing_no_more(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message after;

	receive_at(place, uid, &hers, 1);
	after = receive_at(place, uid, &hers, 6);
	assert_int_equal(missing(place, after.row), 4);
	assert_int_equal(receive_at(place, uid, &hers, 3).missing, 0);
	assert_int_equal(missing(place, after.row), 3);
	receive_at(place, uid, &hers, 3);
	assert_int_equal(missing(place, after.row), 3);
	receive_change_at(place, uid, &hers, 2);
	receive_at(place, uid, &hers, 5);
	assert_int_equal(missing(place, after.row), 1);
	receive_at(place, uid, &hers, 4);
	assert_int_equal(missing(place, after.row), 0);
	assert_int_equal(last(place, &hers), 6);
	receive_at(place, uid, &hers, 7);
}

static void
what_is_missing_before_a_change_is_told_with_a_message(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message after;

	receive_at(place, uid, &hers, 1);
	receive_change_at(place, uid, &hers, 3);
	receive_change_at(place, uid, &hers, 4);
	after = receive_at(place, uid, &hers, 7);
	assert_int_equal(after.missing, 3);
	assert_int_equal(missing(place, after.row), 3);
	receive_at(place, uid, &hers, 2);
	assert_int_equal(missing(place, after.row), 2);
	assert_int_equal(receive_at(place, uid, &hers, 8).missing, 0);
}

static void
numbers_nobody_counts_to_do_no_harm(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of, row;
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "x",
		.place = &hers,
		.sequence = (uint64_t)INT64_MAX + 1 };

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    CAM_ERR_LIMIT);
	receive_at(place, uid, &hers, 1);
	row = receive_at(place, uid, &hers, INT64_MAX).row;
	assert_int_equal(missing(place, row), UINT32_MAX);
	receive_change_at(place, uid, &hers, INT64_MAX / 2);
	assert_int_equal(missing(place, row), UINT32_MAX);
	assert_int_equal(last(place, &hers), INT64_MAX);
	/* Nor can we be made to give a number that is none. */
	row = send_at(place, uid, NULL).row;
	assert_int_equal(
	    store_sequence_give(place->store, row, &hers, &(uint64_t){ 0 }),
	    CAM_ERR_LIMIT);
}

static void
a_duplicate_takes_no_number(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of;
	struct store_hash hash = { { 1 }, 1000, 0 };
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "x",
		.place = &hers,
		.sequence = 5 };

	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     &hash, 1, &duplicate_of),
	    0);
	message.sequence = 9;
	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     &hash, 1, &duplicate_of),
	    0);
	assert_true(duplicate_of > 0);
	assert_int_equal(last(place, &hers), 5);
}

static void
a_removed_message_takes_its_gap_with_it(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row;

	receive_at(place, uid, &hers, 1);
	row = receive_at(place, uid, &hers, 5).row;
	assert_int_equal(store_message_remove(place->store, row), 0);
	receive_at(place, uid, &hers, 3);
	assert_int_equal(receive_at(place, uid, &hers, 6).missing, 0);
}

static void
what_a_lost_batch_numbered_is_numbered_anew(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");

	send_at(place, uid, &ours);
	assert_int_equal(store_begin(place->store), 0);
	assert_int_equal(send_at(place, uid, &ours).sequence, 2);
	store_rollback(place->store);
	assert_int_equal(send_at(place, uid, &ours).sequence, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(what_is_sent_is_numbered_in_its_talk),
		TEST_OF_STORE(a_number_can_be_given_later_and_is_kept),
		TEST_OF_STORE(what_is_missing_is_told_with_the_next_message),
		TEST_OF_STORE(what_comes_late_is_missing_no_more),
		TEST_OF_STORE(
		    what_is_missing_before_a_change_is_told_with_a_message),
		TEST_OF_STORE(numbers_nobody_counts_to_do_no_harm),
		TEST_OF_STORE(a_duplicate_takes_no_number),
		TEST_OF_STORE(a_removed_message_takes_its_gap_with_it),
		TEST_OF_STORE(what_a_lost_batch_numbered_is_numbered_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
