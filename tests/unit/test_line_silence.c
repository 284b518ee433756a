/* test_line_silence.c: messages that nobody confirms: sent again, in their
 * order, less and less often (threat model N2). */
#include <fcntl.h>

#include "lines.h"

/* -- silence --------------------------------------------------------------- */

static void
what_is_not_confirmed_waits_for_the_user_to_return(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct sent first, second;

	anna->silent = true;
	first = send_to(town, user_of(town, anna), "one");
	second = send_to(town, user_of(town, anna), "two");
	user_of(town, anna)->seen_ms -= 60000;
	town_lose_patience(town);
	assert_true(is_waiting(town, first.id));
	assert_true(is_waiting(town, second.id));
	assert_int_equal(delivery_of(town, first.id).attempts, 1);
	/* One at a time: the second was not sent in vain. */
	assert_int_equal(delivery_of(town, second.id).attempts, 0);
	anna->silent = false;
	town->handled = town->twin.caught_count;
	person_enters(town, anna);
	town_settle(town);
	assert_int_equal(anna->read_count, 3);
	assert_string_equal(anna->read[1], "one");
	assert_string_equal(anna->read[2], "two");
	assert_int_equal(outbox_count(camd_of(town)->outbox), 0);
}

static void
a_message_sent_again_has_its_old_number(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	anna->deaf = true;
	send_to(town, user_of(town, anna), "again");
	user_of(town, anna)->seen_ms -= 60000;
	town_lose_patience(town);
	anna->deaf = false;
	person_enters(town, anna);
	town_settle(town);
	assert_true(anna->read_count >= 7);
	for (size_t i = 2; i < anna->read_count; i++) {
		assert_int_equal(anna->read_no[i], anna->read_no[1]);
		assert_string_equal(anna->read[i], "again");
	}
}

static void
iptux_gets_a_fresh_number(void **state)
{
	struct town *town = *state;
	struct person *tux =
	    person_make(town, "tux", "pc5", "10.77.0.5:2425", NULL, false);
	size_t first;

	tux->version = "1_iptux 0.8.3";
	tux->number = 1;
	tux->status = STATUS_ABSENCE;
	tux->deaf = true;
	person_enters(town, tux);
	send_clear(town, user_of(town, tux), "hello tux");
	user_of(town, tux)->seen_ms -= 60000;
	town_lose_patience(town);
	first = tux->read_count;
	assert_int_equal(first, 5);
	tux->deaf = false;
	person_enters(town, tux);
	town_settle(town);
	assert_int_equal(tux->read_count, first + 1);
	assert_true(tux->read_no[first] > tux->read_no[first - 1]);
}

/* Some other packet of hers. */
static void
shows_life(struct town *town, struct person *person)
{
	person_says(town, person, COMMAND_RECVMSG, span_text("1"));
}

static void
order_is_kept_though_receipts_get_lost(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	anna->deaf = true;
	send_to(town, user_of(town, anna), "one");
	send_to(town, user_of(town, anna), "two");
	for (int i = 0; i < 5; i++) {
		shows_life(town, anna);
		fire(&a_post(&town->twin)->timer);
		town_settle(town);
	}
	anna->deaf = false;
	town_lose_patience(town);
	assert_string_equal(anna->read[anna->read_count - 1], "two");
	for (size_t i = 1; i + 1 < anna->read_count; i++)
		assert_string_equal(anna->read[i], "one");
}

static void
one_that_is_never_confirmed_does_not_hold_up_the_others_for_ever(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	struct sent first, second;
	struct post *post;

	anna->deaf = true;
	first = send_to(town, user, "refused by her program");
	second = send_to(town, user, "taken");
	anna->refuses = delivery_of(town, first.id).packet_no;
	anna->deaf = false;
	while (delivery_of(town, second.id).state != STORE_DELIVERED) {
		post = a_post(&town->twin);
		assert_non_null(post);
		shows_life(town, anna);
		fire(&post->timer);
		town_settle(town);
		assert_true(anna->read_count < 30);
	}
	assert_int_not_equal(
	    delivery_of(town, first.id).state, STORE_DELIVERED);
	/* It has had its chance first. */
	assert_in_range(anna->read_count, 12, 20);
}

static void
a_line_sleeps_longer_and_longer(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	struct freight freight;
	size_t total = 0;
	struct line *line =
	    line_new(camd_of(town), &freight, user->uid, &total);
	struct parcel *parcel = parcel_new("for later", 9);
	struct store_delivery row = {
		.uid = user->uid, .packet_no = 77, .state = STORE_QUEUED
	};
	uint64_t before = 0, left = 0;

	freight_init(&freight, NULL);
	/* It is in no database, which is said. */
	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	anna->silent = true;
	line_append(line, parcel, &row);
	parcel_unref(parcel);
	assert_int_equal(total, 1);
	for (int i = 0; i < 12; i++) {
		before = left;
		line_sleep_is_over(line);
		town_settle(town);
		user->seen_ms -= 60000;
		town_lose_patience(town);
		assert_true(timer_is_running(&line->wake));
		left = timer_left_ms(&line->wake);
		if (i == 0)
			assert_in_range(left, 29000, 30000);
		assert_true(left > before || left > 3599000);
		assert_true(left <= 3600000);
	}
	line_free(line);
	assert_int_equal(total, 0);
}

static void
too_long_for_the_peers_program_is_said_so(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	char *text = letters('x', 60000);
	struct sent sent = send_to(town, user_of(town, anna), text);

	assert_int_equal(delivery_of(town, sent.id).state, STORE_FAILED);
	assert_string_equal(delivery_of(town, sent.id).error, "length");
	/* The next one is not held up. */
	send_to(town, user_of(town, anna), "short");
	assert_string_equal(anna->read[1], "short");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(
		    what_is_not_confirmed_waits_for_the_user_to_return),
		TEST_OF_TOWN(a_message_sent_again_has_its_old_number),
		TEST_OF_TOWN(iptux_gets_a_fresh_number),
		TEST_OF_TOWN(order_is_kept_though_receipts_get_lost),
		TEST_OF_TOWN(
		    one_that_is_never_confirmed_does_not_hold_up_the_others_for_ever),
		TEST_OF_TOWN(a_line_sleeps_longer_and_longer),
		TEST_OF_TOWN(too_long_for_the_peers_program_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
