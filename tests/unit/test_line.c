/* test_line.c: messages on their way, one after the other to each user: tried,
 * waiting, refused, confirmed (threat model I2, N2). */
#include <fcntl.h>

#include "lines.h"

/* -- the way --------------------------------------------------------------- */

static void
what_can_be_encrypted_is(void **state)
{
	struct town *town = *state;
	struct person *anna =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "other", true);
	struct store_delivery row;
	struct sent sent;

	person_enters(town, anna);
	sent = send_to(town, user_of(town, anna), "first contact");
	assert_string_equal(sent.state, "queued");
	assert_int_equal(anna->asked, 1);
	assert_string_equal(anna->read[0], "first contact");
	assert_true(anna->read_sealed[0]);
	row = delivery_of(town, sent.id);
	assert_int_equal(row.state, STORE_DELIVERED);
	assert_int_equal(row.receipt, STORE_REPORTED);
	assert_int_equal(row.encryption, STORE_RSA2048_AES256);
}

static void
clear_text_needs_a_word_from_settings_or_user(void **state)
{
	struct town *town = *state;
	struct person *carl = add_plain(town, "carl", "10.77.0.4:2425");
	struct sent sent = send_to(town, user_of(town, carl), "not in clear");

	assert_string_equal(sent.state, "failed");
	assert_string_equal(sent.reason, "cleartext");
	assert_int_equal(carl->read_count, 0);
	sent = send_clear(town, user_of(town, carl), "this one may");
	assert_string_equal(carl->read[0], "this one may");
	assert_int_equal(
	    delivery_of(town, sent.id).encryption, STORE_NOT_ENCRYPTED);
}

static void
where_clear_text_is_off_no_word_helps(void **state)
{
	struct town *town = town_open("security.cleartext = off\n");
	struct person *carl = add_plain(town, "carl", "10.77.0.4:2425");
	struct sent sent = send_clear(town, user_of(town, carl), "never");

	assert_string_equal(sent.reason, "refused");
	assert_int_equal(carl->read_count, 0);
	town_close(town);
}

static void
where_it_is_on_it_leaves(void **state)
{
	struct town *town = town_open("security.cleartext = on\n");
	struct person *carl = add_plain(town, "carl", "10.77.0.4:2425");

	send_to(town, user_of(town, carl), "as always");
	assert_string_equal(carl->read[0], "as always");
	town_close(town);
}

static void
once_strong_nothing_weaker_leaves_unless_asked_for(void **state)
{
	struct town *town = town_open("security.cleartext = on\n");
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	struct sent sent;

	/* As if somebody had changed what we know of her. */
	user->peer.word = 0x00020002;
	sent = send_to(town, user, "not weaker");
	assert_string_equal(sent.reason, "weaker");
	user->peer.word = 0;
	user->peer.client = CLIENT_IPTUX;
	sent = send_to(town, user, "not in clear");
	assert_string_equal(sent.reason, "weaker");
	assert_int_equal(anna->read_count, 1);
	sent = send_clear(town, user, "this one may");
	assert_string_equal(anna->read[1], "this one may");
	town_close(town);
}

/* -- keys that do not come ------------------------------------------------- */

static void
who_promises_a_key_in_his_name_is_waited_for(void **state)
{
	struct town *town = *state;
	struct person *anna =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "other", true);
	struct rsa_key *strong = anna->strong, *weak = anna->weak;
	struct sent sent;

	anna->strong = anna->weak = NULL;
	person_enters(town, anna);
	sent = send_clear(town, user_of(town, anna), "for your eyes");
	town_lose_patience(town);
	assert_int_equal(anna->asked, 5);
	assert_int_equal(anna->read_count, 0);
	assert_true(is_waiting(town, sent.id));
	/* When her program can again it goes. */
	anna->strong = strong;
	anna->weak = weak;
	person_enters(town, anna);
	town_settle(town);
	assert_string_equal(anna->read[0], "for your eyes");
	assert_true(anna->read_sealed[0]);
}

static void
who_says_that_he_can_and_cannot_gets_clear_text_where_that_may_be(void **state)
{
	struct town *town = *state;
	struct person *feiq =
	    person_make(town, "fei", "pc6", "10.77.0.6:2425", NULL, false);
	struct sent sent, clear;

	feiq->version = "1_lbt6_0#128#000C29C3B1F5#0#0#0#4001#9";
	feiq->status = STATUS_ENCRYPT | STATUS_FILEATTACH;
	person_enters(town, feiq);
	sent = send_to(town, user_of(town, feiq), "not in clear");
	clear = send_clear(town, user_of(town, feiq), "in clear");
	town_lose_patience(town);
	/* He answers when asked whether he lives: so he has no key. */
	assert_int_equal(feiq->asked, 5);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_FAILED);
	assert_string_equal(delivery_of(town, sent.id).error, "cleartext");
	assert_int_equal(delivery_of(town, clear.id).state, STORE_DELIVERED);
	assert_int_equal(feiq->read_count, 1);
	/* That is remembered of FeiQ. */
	person_enters(town, feiq);
	send_clear(town, user_of(town, feiq), "at once");
	assert_int_equal(feiq->read_count, 2);
	assert_int_equal(feiq->asked, 5);
}

static void
who_answers_nothing_at_all_is_away_not_without_a_key(void **state)
{
	struct town *town = *state;
	struct person *old =
	    person_make(town, "old", "pc7", "10.77.0.7:2425", "other", false);
	struct user *user;
	struct sent sent;

	person_enters(town, old);
	user = user_of(town, old);
	old->silent = true;
	user->seen_ms -= 60000;
	sent = send_clear(town, user, "wait for him");
	town_lose_patience(town);
	assert_true(is_waiting(town, sent.id));
	assert_false(user->peer.mute);
	old->silent = false;
	town->handled = town->twin.caught_count;
	person_enters(town, old);
	town_settle(town);
	assert_string_equal(old->read[0], "wait for him");
	assert_true(old->read_sealed[0]);
}

/* -- opened ---------------------------------------------------------------- */

static struct sent
send_sealed(struct town *town, struct user *user, const char *text)
{
	return send_with(
	    town, &user, 1, text, (struct outbox_request){ .sealed = true });
}

static void
tell_opened(struct town *town, struct person *person, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof text, "%u", (unsigned)number);
	person_says(
	    town, person, COMMAND_READMSG | MESSAGE_READCHECK, span_text(text));
	town_settle(town);
}

static void
an_opened_message_is_opened(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct sent sent = send_sealed(town, user_of(town, anna), "sealed");

	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
	tell_opened(town, anna, anna->read_no[1]);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_OPENED);
	assert_int_equal(caught_count(&town->twin, COMMAND_ANSREADMSG), 1);
	/* A message without a seal is never opened. */
	sent = send_to(town, user_of(town, anna), "open");
	tell_opened(town, anna, anna->read_no[2]);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
}

static void
word_that_it_was_opened_takes_nothing_out_of_the_queue(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct sent sent;

	anna->deaf = true;
	sent = send_sealed(town, user_of(town, anna), "not yet confirmed");
	tell_opened(town, anna, delivery_of(town, sent.id).packet_no);
	assert_true(is_waiting(town, sent.id));
	assert_non_null(a_post(&town->twin));
	/* Confirmed after that it is opened. */
	anna->deaf = false;
	town_lose_patience(town);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_OPENED);
}

static void
somebody_else_opens_nothing(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct person *carl = add_plain(town, "carl", "10.77.0.4:2425");
	struct sent sent = send_sealed(town, user_of(town, anna), "sealed");

	tell_opened(town, carl, anna->read_no[1]);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
}

/* -- restarts and retries -------------------------------------------------- */

static void
what_is_unfinished_goes_on_after_a_restart(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct sent sent;
	uint32_t number;

	anna->silent = true;
	sent = send_to(town, user_of(town, anna), "survives");
	number = delivery_of(town, sent.id).packet_no;
	anna->silent = false;
	town_restart(town);
	person_enters(town, anna);
	town_settle(town);
	assert_string_equal(anna->read[anna->read_count - 1], "survives");
	assert_int_equal(anna->read_no[anna->read_count - 1], number);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
	/* And new numbers are new. */
	assert_true(lan_number(camd_of(town)->lan) > number);
}

struct retried {
	int err;
	bool done;
};

static void
on_retried(void *arg, int err, const struct outbox_sent *sent)
{
	struct retried *retried = arg;

	retried->err = err;
	retried->done = true;
}

static int
retry(struct town *town, const char *id, bool clear)
{
	struct retried retried = { .done = false };

	outbox_retry(
	    camd_of(town)->outbox, id, NULL, 0, clear, on_retried, &retried);
	while (!retried.done)
		world_turn(&town->world);
	town_settle(town);
	return retried.err;
}

static void
what_failed_can_be_sent_again_with_a_word(void **state)
{
	struct town *town = *state;
	struct person *carl = add_plain(town, "carl", "10.77.0.4:2425");
	struct sent sent = send_to(town, user_of(town, carl), "please");

	assert_string_equal(sent.state, "failed");
	assert_int_equal(retry(town, sent.id, false), 0);
	assert_int_equal(carl->read_count, 0);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_FAILED);
	assert_int_equal(retry(town, sent.id, true), 0);
	assert_string_equal(carl->read[0], "please");
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
	/* Delivered is delivered. */
	assert_int_equal(retry(town, sent.id, true), 0);
	assert_int_equal(carl->read_count, 1);
	assert_int_equal(retry(town, "00000000000000000000000000000000", false),
	    CAM_ERR_UNKNOWN);
}

static void
one_that_was_confirmed_while_it_was_to_be_retried_is_not_sent_again(
    void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct retried retried = { .done = false };
	struct sent sent;
	char number[16];

	anna->deaf = true;
	sent = send_to(town, user_of(town, anna), "once");
	outbox_retry(camd_of(town)->outbox, sent.id, NULL, 0, false, on_retried,
	    &retried);
	/* Her receipt comes while the writer is at it. */
	snprintf(number, sizeof number, "%u", (unsigned)anna->read_no[1]);
	person_says(town, anna, COMMAND_RECVMSG, span_text(number));
	while (!retried.done)
		world_turn(&town->world);
	town_settle(town);
	assert_int_equal(anna->read_count, 2);
	assert_int_equal(outbox_count(camd_of(town)->outbox), 0);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
}

/* -- several --------------------------------------------------------------- */

static void
once_cam1_nothing_leaves_by_ipmsg_unless_asked_for(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	struct sent sent, again;

	user->peer.strength = PEER_CAM1;
	sent = send_to(town, user, "over a link only");
	assert_string_equal(sent.state, "queued");
	person_enters(town, anna);
	town_settle(town);
	assert_true(is_waiting(town, sent.id));
	assert_int_equal(anna->read_count, 1);
	/* With a word it leaves, and that is logged. */
	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	retry(town, sent.id, true);
	assert_int_equal(anna->read_count, 2);
	assert_string_equal(anna->read[1], "over a link only");
	assert_true(anna->read_sealed[1]);
	again = send_to(town, user, "that was for one");
	assert_true(is_waiting(town, again.id));
	assert_int_equal(anna->read_count, 2);
}

static void
several_get_it_each_by_his_own_way(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct person *carl = add_plain(town, "carl", "10.77.0.4:2425");
	struct person *dora =
	    person_make(town, "dora", "pc4", "10.77.0.44:2425", "mac", true);
	struct user *to[3];
	struct packet packet;
	struct sent sent;

	person_enters(town, dora);
	to[0] = user_of(town, anna);
	to[1] = user_of(town, carl);
	to[2] = user_of(town, dora);
	town_forget(town);
	sent = send_with(town, to, 3, "to all", (struct outbox_request){ 0 });
	assert_true(sent.stored);
	assert_int_equal(anna->read_count, 2);
	assert_int_equal(dora->read_count, 1);
	assert_int_equal(carl->read_count, 0);
	caught_nth(&town->twin, COMMAND_SENDMSG, 0, &packet);
	assert_true(packet.command & MESSAGE_MULTICAST);
}

static void
what_is_on_its_way_at_the_end_is_let_go(void **state)
{
	struct town *town = town_open("");
	struct person *anna = town_add_anna(town);
	struct person *dora =
	    person_make(town, "dora", "pc4", "10.77.0.44:2425", "mac", true);
	struct user *to[2];
	struct sent sent = { .stored = false };
	struct outbox_request request = {
		.text = "late", .text_len = 4, .to = to, .to_count = 2
	};

	person_enters(town, dora);
	to[0] = user_of(town, anna);
	to[1] = user_of(town, dora);
	anna->silent = dora->silent = true;
	send_with(
	    town, to, 2, "waits for a receipt", (struct outbox_request){ 0 });
	/* Stored by the writer as it ends. */
	outbox_send(camd_of(town)->outbox, &request, on_sent_stored, &sent);
	town_close(town);
	assert_true(sent.stored);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(what_can_be_encrypted_is),
		TEST_OF_TOWN(clear_text_needs_a_word_from_settings_or_user),
		cmocka_unit_test(where_clear_text_is_off_no_word_helps),
		cmocka_unit_test(where_it_is_on_it_leaves),
		cmocka_unit_test(
		    once_strong_nothing_weaker_leaves_unless_asked_for),
		TEST_OF_TOWN(who_promises_a_key_in_his_name_is_waited_for),
		TEST_OF_TOWN(
		    who_says_that_he_can_and_cannot_gets_clear_text_where_that_may_be),
		TEST_OF_TOWN(
		    who_answers_nothing_at_all_is_away_not_without_a_key),
		TEST_OF_TOWN(an_opened_message_is_opened),
		TEST_OF_TOWN(
		    word_that_it_was_opened_takes_nothing_out_of_the_queue),
		TEST_OF_TOWN(somebody_else_opens_nothing),
		TEST_OF_TOWN(what_is_unfinished_goes_on_after_a_restart),
		TEST_OF_TOWN(what_failed_can_be_sent_again_with_a_word),
		TEST_OF_TOWN(
		    once_cam1_nothing_leaves_by_ipmsg_unless_asked_for),
		TEST_OF_TOWN(
		    one_that_was_confirmed_while_it_was_to_be_retried_is_not_sent_again),
		TEST_OF_TOWN(several_get_it_each_by_his_own_way),
		cmocka_unit_test(what_is_on_its_way_at_the_end_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
