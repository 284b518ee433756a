/* test_guesses.c: who guesses numbers of files gets nothing any more, and
 * nobody else suffers (threat model F5). */
#include "base/limits.h"
#include <stdio.h>

#include "camd/offer/guesses.h"
#include "net/addr.h"
#include "test.h"

enum { NOON = 1000 * 1000 };

static int
setup(void **state)
{
	*state = guesses_new();
	return 0;
}

static int
teardown(void **state)
{
	guesses_free(*state);
	return 0;
}

static struct addr
host(uint32_t n, uint16_t port)
{
	return addr_v4(0x0a000000 + n, port);
}

static void
guess(struct guesses *guesses, uint32_t n, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		struct addr from = host(n, (uint16_t)(40000 + i));

		assert_false(guesses_wrong(guesses, &from, NOON));
	}
}

static bool
refused(struct guesses *guesses, uint32_t n, uint64_t now_ms)
{
	struct addr from = host(n, 4711);

	return guesses_refuse(guesses, &from, now_ms);
}

static void
twenty_wrong_questions_are_too_many_from_whatever_port(void **state)
{
	struct addr from = host(1, 9);

	guess(*state, 1, GUESSES_MAX - 1);
	assert_false(refused(*state, 1, NOON));
	/* Told once. */
	assert_true(guesses_wrong(*state, &from, NOON));
	assert_false(guesses_wrong(*state, &from, NOON));
	assert_true(refused(*state, 1, NOON));
	assert_false(refused(*state, 2, NOON));
}

static void
after_an_hour_it_begins_anew(void **state)
{
	struct addr from = host(1, 9);

	guess(*state, 1, GUESSES_MAX - 1);
	assert_true(guesses_wrong(*state, &from, NOON + 5000));
	assert_true(refused(*state, 1, NOON + 5000 + GUESSES_MS - 1));
	assert_false(refused(*state, 1, NOON + 5000 + GUESSES_MS));
	assert_int_equal(guesses_count(*state), 0);
	/* And mistakes of long ago do not add up. */
	guess(*state, 1, GUESSES_MAX - 1);
	assert_false(guesses_wrong(*state, &from, NOON + GUESSES_MS));
}

static void
who_goes_on_stays_refused(void **state)
{
	struct addr from = host(1, 9);
	uint64_t now_ms = NOON;

	guess(*state, 1, GUESSES_MAX - 1);
	for (int i = 0; i < 10; i++) {
		guesses_wrong(*state, &from, now_ms);
		now_ms += GUESSES_MS - 1;
		assert_true(refused(*state, 1, now_ms));
	}
}

static void
all_addresses_of_a_network_of_ipv6_are_one(void **state)
{
	struct addr from;
	char text[64];

	for (int i = 0; i < GUESSES_MAX; i++) {
		snprintf(text, sizeof text, "[2001:db8::%x]:2425", i);
		assert_int_equal(addr_parse(span_text(text), 1, &from), 0);
		(void)guesses_wrong(*state, &from, NOON);
	}
	assert_true(guesses_refuse(*state, &from, NOON));
	assert_int_equal(guesses_count(*state), 1);
}

static void
a_million_sources_take_no_more_room_than_some(void **state)
{
	for (uint32_t n = 0; n < 1000 * 1000; n++) {
		struct addr from = host(n, 1);

		assert_false(guesses_wrong(*state, &from, NOON));
	}
	assert_int_equal(guesses_count(*state), GUESSES_SOURCES);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(twenty_wrong_questions_are_too_many_from_whatever_port),
		TEST(after_an_hour_it_begins_anew),
		TEST(who_goes_on_stays_refused),
		TEST(all_addresses_of_a_network_of_ipv6_are_one),
		TEST(a_million_sources_take_no_more_room_than_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
