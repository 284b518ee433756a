/* test_probe.c: what the arrival of a train of packets proves. */
#include "test.h"

#include "media/probe.h"

enum { BYTES = 319, COUNT = 16, BITRATE = 2000000, FIRST = 65530 };

/* All of it, a packet each so many us; returns what it proves at its end. */
static unsigned
arrive(struct probe *probe, int64_t apart_us, unsigned lost)
{
	unsigned proven = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		struct feedback_arrival arrival = {
			.number = (uint16_t)(FIRST + i),
			.is_there = i >= lost,
			.at_us = -1000000 + i * apart_us,
		};

		assert_true(probe_has(probe, arrival.number));
		assert_int_equal(proven, 0);
		proven = probe_arrival(probe, &arrival, BYTES);
	}
	assert_false(probe_has(probe, FIRST));
	return proven;
}

static unsigned
proven_by(int64_t apart_us, unsigned lost)
{
	struct probe probe;

	probe_begin(&probe, FIRST, COUNT, BITRATE);
	return arrive(&probe, apart_us, lost);
}

static void
a_train_that_comes_as_it_left_proves_its_bitrate(void **state)
{
	assert_int_equal(proven_by(BYTES * 8000000ll / BITRATE, 0), BITRATE);
}

static void
it_never_proves_more(void **state)
{
	assert_int_equal(proven_by(1, 0), BITRATE);
	assert_int_equal(proven_by(0, 0), BITRATE);
}

static void
a_narrow_path_draws_it_out_and_is_not_used_to_the_last_bit(void **state)
{
	unsigned proven = proven_by(BYTES * 8000000ll / 1000000, 0);

	assert_in_range(proven, 930000, 960000);
}

static void
a_few_lost_do_not_matter_many_prove_nothing(void **state)
{
	unsigned proven = proven_by(BYTES * 8000000ll / BITRATE, 3);

	assert_in_range(proven, BITRATE * 9 / 10, BITRATE);
	assert_int_equal(proven_by(BYTES * 8000000ll / BITRATE, 4), 0);
	assert_int_equal(proven_by(1, COUNT), 0);
}

static void
other_packets_are_none_of_it(void **state)
{
	struct probe probe = { 0 };

	assert_false(probe_has(&probe, 0));
	probe_begin(&probe, FIRST, COUNT, BITRATE);
	assert_false(probe_has(&probe, FIRST - 1));
	assert_true(probe_has(&probe, (uint16_t)(FIRST + COUNT - 1)));
	assert_false(probe_has(&probe, (uint16_t)(FIRST + COUNT)));
}

static void
a_train_is_as_long_as_its_bitrate_but_for_its_ends(void **state)
{
	assert_int_equal(probe_packets(2000000, 319), 15);
	assert_int_equal(probe_packets(100000, 319), PROBE_PACKETS_MIN);
	assert_int_equal(probe_packets(200000000, 319), PROBE_PACKETS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_train_that_comes_as_it_left_proves_its_bitrate),
		cmocka_unit_test(it_never_proves_more),
		cmocka_unit_test(
		    a_narrow_path_draws_it_out_and_is_not_used_to_the_last_bit),
		cmocka_unit_test(a_few_lost_do_not_matter_many_prove_nothing),
		cmocka_unit_test(other_packets_are_none_of_it),
		cmocka_unit_test(
		    a_train_is_as_long_as_its_bitrate_but_for_its_ends),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
