/* test_budget.c: how much a source may have of us (threat model L2, N4). */
#include <stdlib.h>

#include "base/limits.h"
#include "lan/budget.h"
#include "test.h"

enum { NOW_MS = 1000000, LEN = 100, HEADER = 28 };

static int
set_up(void **state)
{
	*state = budget_new();
	return 0;
}

static int
tear_down(void **state)
{
	budget_free(*state);
	return 0;
}

static struct addr
host(uint32_t number)
{
	return addr_v4(0x0a000000 + number, 2425);
}

/* How many of count datagrams pass at once. */
static unsigned
pass(struct budget *budget, const struct addr *from, bool known, unsigned count,
    uint64_t now_ms)
{
	unsigned passed = 0;

	for (unsigned i = 0; i < count; i++)
		passed += budget_datagram(budget, from, known, LEN, now_ms);
	return passed;
}

static void
a_source_may_send_its_share_and_a_burst(void **state)
{
	struct addr from = host(1);

	assert_int_equal(pass(*state, &from, false, 1000, NOW_MS),
	    2 * BUDGET_DATAGRAMS_SOURCE);
	/* Then as many as the second brings. */
	assert_in_range(pass(*state, &from, false, 1000, NOW_MS + 1000),
	    BUDGET_DATAGRAMS_SOURCE - 1, BUDGET_DATAGRAMS_SOURCE + 1);
	assert_int_equal(pass(*state, &from, false, 1000, NOW_MS + 1000), 0);
}

static void
another_port_is_no_other_source(void **state)
{
	struct addr from = host(1);

	pass(*state, &from, false, 1000, NOW_MS);
	from.port = 9999;
	assert_int_equal(pass(*state, &from, false, 10, NOW_MS), 0);
}

static void
one_source_over_its_share_takes_nothing_from_others(void **state)
{
	struct addr loud = host(1), quiet = host(2);

	pass(*state, &loud, false, 100000, NOW_MS);
	assert_int_equal(pass(*state, &quiet, false, 10, NOW_MS), 10);
}

static void
a_network_has_a_share_too(void **state)
{
	unsigned passed = 0;

	for (uint32_t i = 1; i < 255; i++) {
		struct addr from = host(i);

		passed += pass(*state, &from, false, 100, NOW_MS);
	}
	assert_int_equal(passed, 2 * BUDGET_DATAGRAMS_NETWORK);
	/* Another network is not touched by that. */
	struct addr other = host(256 + 1);
	assert_int_equal(pass(*state, &other, false, 10, NOW_MS), 10);
}

static void
all_strangers_together_have_a_share(void **state)
{
	unsigned passed = 0;

	for (uint32_t i = 0; i < 4000; i++) {
		struct addr from = host(i * 256 + 1);

		passed += pass(*state, &from, false, 100, NOW_MS);
	}
	assert_in_range(passed, BUDGET_DATAGRAMS, 6 * BUDGET_DATAGRAMS);
}

static void
handshakes_of_strangers_are_few_and_leave_those_known_theirs(void **state)
{
	struct addr known = host(7), one = host(8);
	unsigned passed = 0, alone = 0;

	for (int i = 0; i < 100; i++)
		alone += budget_handshake(*state, &one, false, NOW_MS);
	assert_int_equal(alone, 3 * BUDGET_HANDSHAKES_SOURCE);
	assert_true(budget_handshake(*state, &one, false, NOW_MS + 1000));
	for (uint32_t i = 0; i < 4000; i++) {
		struct addr from = host(i * 256 + 1);

		passed += budget_handshake(*state, &from, false, NOW_MS + 1000);
	}
	assert_int_equal(passed + 1, 6 * BUDGET_HANDSHAKES);
	passed = 0;
	for (int i = 0; i < 200; i++)
		passed += budget_handshake(*state, &known, true, NOW_MS + 1000);
	assert_int_equal(passed, 200);
}

static void
a_pinned_peer_has_a_share_of_its_own_however_loud_strangers_are(void **state)
{
	struct addr known = host(7);

	for (uint32_t i = 0; i < 4000; i++) {
		struct addr from = host(i * 256 + 1);

		pass(*state, &from, false, 100, NOW_MS);
	}
	assert_int_equal(pass(*state, &known, true, 1000, NOW_MS), 1000);
}

static void
what_strangers_send_in_its_hosts_name_is_not_its(void **state)
{
	struct addr known = host(7), stranger = known;

	stranger.port = 9999;
	for (unsigned ms = 0; ms < 1000; ms++) {
		pass(*state, &stranger, false, 100, NOW_MS + ms);
		assert_int_equal(pass(*state, &known, true, 1, NOW_MS + ms), 1);
		budget_rsa(*state, &stranger, false, NOW_MS + ms);
		if (ms % 10 == 0)
			assert_true(
			    budget_rsa(*state, &known, true, NOW_MS + ms));
	}
}

static void
decryptions_are_counted_by_source_and_for_all(void **state)
{
	unsigned got = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		struct addr from = host(i);
		unsigned of_one = 0;

		for (int k = 0; k < 100; k++)
			of_one += budget_rsa(*state, &from, false, NOW_MS);
		assert_true(of_one <= BUDGET_RSA_SOURCE);
		got += of_one;
	}
	assert_int_equal(got, BUDGET_RSA);
	struct addr known = host(5);
	assert_true(budget_rsa(*state, &known, true, NOW_MS));
}

static void
an_address_tells_of_few_newcomers_in_a_time(void **state)
{
	struct addr from = host(1);
	unsigned got = 0, later = 0;

	for (int i = 0; i < 100; i++)
		got += budget_new_peer(*state, &from, NOW_MS);
	assert_in_range(got, BUDGET_NEW_PEERS_SOURCE, 16);
	for (int i = 0; i < 100; i++)
		later += budget_new_peer(*state, &from, NOW_MS + 1000);
	assert_int_equal(later, BUDGET_NEW_PEERS_SOURCE);
}

static void
answers_stay_below_three_times_what_came(void **state)
{
	struct addr from = host(1);
	size_t credit = 3 * (LEN + HEADER);

	assert_false(budget_answer(*state, &from, 1, 0, NOW_MS));
	pass(*state, &from, false, 1, NOW_MS);
	/* One byte more than is there does not pass, all of it does, once. */
	assert_false(
	    budget_answer(*state, &from, credit - HEADER + 1, 0, NOW_MS));
	assert_true(budget_answer(*state, &from, credit - HEADER, 0, NOW_MS));
	assert_false(budget_answer(*state, &from, 1, 0, NOW_MS));
}

static void
what_is_to_be_spared_stays_for_others(void **state)
{
	struct addr from = host(1);

	pass(*state, &from, false, 1, NOW_MS);
	assert_false(budget_answer(*state, &from, 300, 100, NOW_MS));
	assert_true(budget_answer(*state, &from, 200, 100, NOW_MS));
	assert_true(budget_answer(*state, &from, 100, 0, NOW_MS));
}

static void
datagrams_over_the_share_earn_credit_too(void **state)
{
	struct addr from = host(1);

	/* They came, whatever became of them. */
	pass(*state, &from, false, 1000, NOW_MS);
	assert_true(budget_answer(*state, &from, 50000, 0, NOW_MS));
}

static void
an_entry_is_answered_once_in_five_seconds_a_port(void **state)
{
	struct addr from = host(1), sibling = from;

	sibling.port = 2426;
	assert_true(budget_entry(*state, &from, NOW_MS));
	assert_false(budget_entry(*state, &from, NOW_MS + 4999));
	assert_true(budget_entry(*state, &from, NOW_MS + 5000));
	assert_true(budget_entry(*state, &sibling, NOW_MS + 5001));
}

static void
who_left_and_comes_back_is_answered(void **state)
{
	struct addr from = host(1);

	assert_true(budget_entry(*state, &from, NOW_MS));
	budget_forget_entry(*state, &from);
	assert_true(budget_entry(*state, &from, NOW_MS + 10));
}

static void
more_sources_than_fit_push_out_the_idle_ones(void **state)
{
	struct addr busy = host(0);

	/* A busy one stays over its share while a hundred thousand pass by. */
	for (uint32_t i = 1; i < 100000; i++) {
		struct addr from = host(i);

		pass(*state, &from, false, 1, NOW_MS + i / 1000);
		pass(*state, &busy, false, 2, NOW_MS + i / 1000);
	}
	assert_in_range(pass(*state, &busy, false, 10, NOW_MS + 100), 0, 1);
}

static void
a_clock_that_stands_or_starts_at_nothing_is_no_free_pass(void **state)
{
	struct addr from = host(1);

	assert_int_equal(
	    pass(*state, &from, false, 1000, 0), 2 * BUDGET_DATAGRAMS_SOURCE);
	assert_int_equal(pass(*state, &from, false, 1000, 0), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_source_may_send_its_share_and_a_burst),
		TEST(another_port_is_no_other_source),
		TEST(one_source_over_its_share_takes_nothing_from_others),
		TEST(a_network_has_a_share_too),
		TEST(all_strangers_together_have_a_share),
		TEST(
		    handshakes_of_strangers_are_few_and_leave_those_known_theirs),
		TEST(
		    a_pinned_peer_has_a_share_of_its_own_however_loud_strangers_are),
		TEST(what_strangers_send_in_its_hosts_name_is_not_its),
		TEST(decryptions_are_counted_by_source_and_for_all),
		TEST(an_address_tells_of_few_newcomers_in_a_time),
		TEST(answers_stay_below_three_times_what_came),
		TEST(what_is_to_be_spared_stays_for_others),
		TEST(datagrams_over_the_share_earn_credit_too),
		TEST(an_entry_is_answered_once_in_five_seconds_a_port),
		TEST(who_left_and_comes_back_is_answered),
		TEST(more_sources_than_fit_push_out_the_idle_ones),
		TEST(a_clock_that_stands_or_starts_at_nothing_is_no_free_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
