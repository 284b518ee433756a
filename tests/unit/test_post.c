/* test_post.c: a datagram is said again until it is answered or enough is
 * enough (reference 3.3). */
#include "party.h"

struct ended {
	int count;
	bool answered;
	int dropped;
};

static void
on_end(void *arg, bool answered)
{
	struct ended *ended = arg;

	ended->count++;
	ended->answered = answered;
}

static void
on_drop(void *arg)
{
	((struct ended *)arg)->dropped++;
}

static struct post *
post_to(struct party *party, enum post_kind kind, const struct member *member,
    uint32_t number, struct ended *ended)
{
	const char *text = "1:77:bob:pc2:32:hello";
	struct post_order order = {
		.kind = kind,
		.peer = &member->peer,
		.to = &member->peer.addr,
		.number = number,
		.bytes = xmemdup(text, strlen(text)),
		.len = strlen(text),
		.on_end = on_end,
		.on_drop = on_drop,
		.arg = ended,
	};

	return post_new(party->lan, &order);
}

/* Lets it go on to its end; every wait lies within the two. */
static void
run_to_the_end(
    struct party *party, struct ended *ended, unsigned from_ms, unsigned to_ms)
{
	struct post *post;

	while ((post = a_post(&party->twin)) != NULL) {
		assert_in_range(
		    timer_left_ms(&post->timer), from_ms - 100, to_ms);
		fire(&post->timer);
	}
	assert_int_equal(ended->count, 1);
}

static void
a_message_is_sent_five_times_a_second_apart_then_given_up(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_to(party, POST_MESSAGE, party_add_anna(party), 77, &ended);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 1);
	run_to_the_end(party, &ended, 1000, 1100);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 5);
	assert_false(ended.answered);
	assert_int_equal(ended.dropped, 0);
}

static void
an_opened_notice_is_sent_twelve_times_and_faster(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_to(party, POST_OPENED, party_add_anna(party), 77, &ended);
	run_to_the_end(party, &ended, 750, 825);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 12);
}

static void
every_repetition_has_the_same_bytes(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_to(party, POST_MESSAGE, party_add_anna(party), 77, &ended);
	run_to_the_end(party, &ended, 1000, 1100);
	for (size_t i = 1; i < party->twin.caught_count; i++)
		assert_true(span_equal(
		    party->twin.caught[0].bytes, party->twin.caught[i].bytes));
}

static void
an_answer_ends_it_once_and_nothing_more_is_sent(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_to(party, POST_MESSAGE, party_add_anna(party), 77, &ended);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:33:77|");
	assert_int_equal(ended.count, 1);
	assert_true(ended.answered);
	assert_null(a_post(&party->twin));
	twin_hear(&party->twin, "10.77.0.3", "1:6:anna:pc1:33:77|");
	assert_int_equal(ended.count, 1);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 1);
}

static void
names_in_an_answer_may_differ_in_case(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_to(party, POST_MESSAGE, party_add_anna(party), 77, &ended);
	twin_hear(&party->twin, "10.77.0.3", "1:5:ANNA:Pc1:33:77");
	assert_true(ended.answered);
}

static void
what_is_not_quite_the_answer_is_none(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_to(party, POST_MESSAGE, party_add_anna(party), 77, &ended);
	member_add(party, "carl", "pc9", "10.77.0.3", 0);
	/* Another number, no number, another address, port, user, host,
	 * command. */
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:33:78|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:33:|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:33:-77|");
	twin_hear(&party->twin, "10.77.0.4", "1:5:anna:pc1:33:77|");
	twin_hear(&party->twin, "10.77.0.3:2426", "1:5:anna:pc1:33:77|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:carl:pc1:33:77|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc9:33:77|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:50:77|");
	assert_int_equal(ended.count, 0);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:33:77|");
	assert_true(ended.answered);
}

static void
one_that_is_dropped_tells_so_and_is_silent(void **state)
{
	struct party *party = *state;
	struct ended ended = { 0 };

	post_free(post_to(party, POST_KEY, party_add_anna(party), 0, &ended));
	assert_int_equal(ended.count, 0);
	assert_int_equal(ended.dropped, 1);
	assert_null(a_post(&party->twin));
	post_free(NULL);
}

static void
of_a_forgotten_peer_only_the_questions_end(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct ended question = { 0 };
	static struct ended message; /* it ends with the party */

	post_to(party, POST_KEY, anna, 0, &question);
	post_to(party, POST_MESSAGE, anna, 77, &message);
	lan_forget(party->lan, &anna->peer);
	assert_int_equal(question.dropped, 1);
	assert_int_equal(message.dropped, 0);
	assert_non_null(a_post(&party->twin));
}

static void
those_that_wait_at_the_end_are_dropped(void **state)
{
	struct party *party = party_make(NULL, "10.77.0.2", "win");
	struct ended ended = { 0 };
	struct member *anna = party_add_anna(party);

	party_take_settings(party, &party_settings);
	for (uint32_t i = 1; i <= 100; i++)
		post_to(party, POST_MESSAGE, anna, i, &ended);
	party_free(party, true);
	assert_int_equal(ended.dropped, 100);
	assert_int_equal(ended.count, 0);
}

static void
an_answer_is_not_sent_to_who_has_no_credit(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct ended ended = { 0 };
	const char *text = "1:77:bob:pc2:114:61920006";
	struct post_order order = {
		.kind = POST_KEY,
		.peer = &anna->peer,
		.to = &anna->peer.addr,
		.bytes = xmemdup(text, strlen(text)),
		.len = strlen(text),
		.is_answer = true,
		.on_end = on_end,
		.arg = &ended,
	};

	post_new(party->lan, &order);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 0);
	run_to_the_end(party, &ended, 1000, 1100);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(
		    a_message_is_sent_five_times_a_second_apart_then_given_up),
		TEST_OF_PARTY(an_opened_notice_is_sent_twelve_times_and_faster),
		TEST_OF_PARTY(every_repetition_has_the_same_bytes),
		TEST_OF_PARTY(an_answer_ends_it_once_and_nothing_more_is_sent),
		TEST_OF_PARTY(names_in_an_answer_may_differ_in_case),
		TEST_OF_PARTY(what_is_not_quite_the_answer_is_none),
		TEST_OF_PARTY(one_that_is_dropped_tells_so_and_is_silent),
		TEST_OF_PARTY(of_a_forgotten_peer_only_the_questions_end),
		cmocka_unit_test(those_that_wait_at_the_end_are_dropped),
		TEST_OF_PARTY(an_answer_is_not_sent_to_who_has_no_credit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
