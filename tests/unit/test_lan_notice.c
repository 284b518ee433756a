/* test_lan_notice.c: word that a message was opened, and that we are away
 * (reference 3.4, 3.5). */
#include "party.h"
#include "wire.h"

struct done {
	int count, err;
};

static void
on_done(void *arg, int err)
{
	struct done *done = arg;

	done->count++;
	done->err = err;
}

static void
opening_is_told_until_it_is_confirmed(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct done done = { 0 };
	struct packet packet;
	uint32_t number;

	assert_int_equal(
	    lan_tell_opened(party->lan, &anna->peer, 77, on_done, &done), 0);
	assert_to(caught_one(&party->twin, COMMAND_READMSG, &packet),
	    "10.77.0.3:2425");
	assert_int_equal(packet.command, COMMAND_READMSG | MESSAGE_READCHECK);
	assert_span(packet.extension, "77");
	number = packet.number;
	fire(&a_post(&party->twin)->timer);
	assert_int_equal(caught_count(&party->twin, COMMAND_READMSG), 2);
	/* The message's number confirms nothing, the notice's own does. */
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:50:77|");
	assert_int_equal(done.count, 0);
	twin_hear(
	    &party->twin, "10.77.0.3", "1:5:anna:pc1:50:%u|", (unsigned)number);
	assert_int_equal(done.count, 1);
	assert_int_equal(done.err, 0);
	assert_null(a_post(&party->twin));
}

static void
who_never_confirms_is_told_twelve_times(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct done done = { 0 };
	struct post *post;

	lan_tell_opened(party->lan, &anna->peer, 77, on_done, &done);
	while ((post = a_post(&party->twin)) != NULL)
		fire(&post->timer);
	assert_int_equal(done.count, 1);
	assert_int_equal(done.err, CAM_ERR_TIMEOUT);
	assert_int_equal(caught_count(&party->twin, COMMAND_READMSG), 12);
}

static void
several_notices_to_one_peer_are_confirmed_each(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct done done[3] = { { 0 } };
	struct packet packet;

	for (int i = 0; i < 3; i++)
		lan_tell_opened(party->lan, &anna->peer, 77, on_done, &done[i]);
	caught_nth(&party->twin, COMMAND_READMSG, 1, &packet);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:50:%u|",
	    (unsigned)packet.number);
	assert_int_equal(done[0].count, 0);
	assert_int_equal(done[1].count, 1);
	assert_int_equal(done[2].count, 0);
}

static void
what_waits_at_the_end_is_let_go(void **state)
{
	struct party *party = party_make(NULL, "10.77.0.2", "win");
	struct member *anna = party_add_anna(party);
	struct done done = { 0 };

	party_take_settings(party, &party_settings);
	lan_tell_opened(party->lan, &anna->peer, 77, on_done, &done);
	party_free(party, true);
	assert_int_equal(done.count, 0);
}

static void
without_a_name_nothing_can_be_told(void **state)
{
	struct party *party = party_make(NULL, "10.77.0.2", "win");
	struct member *anna = party_add_anna(party);
	struct done done = { 0 };

	/* Never opened: we are nobody yet. */
	assert_true(
	    lan_tell_opened(party->lan, &anna->peer, 77, on_done, &done) < 0);
	party_free(party, true);
	assert_int_equal(done.count, 0);
}

static void
an_absent_user_answers_automatically(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct packet packet;

	twin_hear(
	    &party->twin, "10.77.0.3", "1:5:anna:pc1:288:are you there?|");
	lan_answer_absent(party->lan, &anna->peer, "At lunch");
	assert_to(caught_one(&party->twin, COMMAND_SENDMSG, &packet),
	    "10.77.0.3:2425");
	assert_int_equal(
	    packet.command, COMMAND_SENDMSG | MESSAGE_AUTORET | MESSAGE_UTF8);
	assert_span(packet.parts[0], "At lunch");
}

static void
the_answer_stays_within_the_credit_of_who_asked(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	char *text = letters('x', 2000);
	struct packet packet;

	lan_change(party->lan, "Bob", "", "back at 3");
	twin_hear(
	    &party->twin, "10.77.0.3", "1:5:anna:pc1:288:are you there?|");
	lan_answer_absent(party->lan, &anna->peer, text);
	caught_one(&party->twin, COMMAND_SENDMSG, &packet);
	assert_span(packet.parts[0], "back at 3");
	free(text);
}

static void
that_no_files_are_wanted_is_told_once_and_heard_from_him_alone(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct packet packet;

	lan_release(party->lan, &anna->peer, 1700000070);
	assert_to(caught_one(&party->twin, COMMAND_RELEASEFILES, &packet),
	    "10.77.0.3:2425");
	assert_int_equal(packet.command, COMMAND_RELEASEFILES);
	assert_span(packet.extension, "1700000070");
	twin_hear(&party->twin, "10.77.0.9", "1:5:anna:pc1:97:1700000071|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:carl:pc9:97:1700000071|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:97:all|");
	assert_int_equal(party->released, 0);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:97:1700000071|");
	assert_int_equal(party->released, 1);
	assert_int_equal(party->released_no, 1700000071);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(opening_is_told_until_it_is_confirmed),
		TEST_OF_PARTY(who_never_confirms_is_told_twelve_times),
		TEST_OF_PARTY(several_notices_to_one_peer_are_confirmed_each),
		cmocka_unit_test(what_waits_at_the_end_is_let_go),
		cmocka_unit_test(without_a_name_nothing_can_be_told),
		TEST_OF_PARTY(an_absent_user_answers_automatically),
		TEST_OF_PARTY(the_answer_stays_within_the_credit_of_who_asked),
		TEST_OF_PARTY(
		    that_no_files_are_wanted_is_told_once_and_heard_from_him_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
