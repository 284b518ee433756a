/* test_pace.c: a terminal is given pictures as often as it takes them. */
#include "test.h"

#include "picture/pace.h"

static void
a_fast_terminal_gets_all_of_them(void **state)
{
	struct pace pace;

	pace_init(&pace, 33);
	assert_int_equal(pace_left_ms(&pace, 1000), 0);
	for (unsigned i = 0; i < 100; i++)
		pace_written(&pace, 1000 + i * 33, 2);
	assert_int_equal(pace.interval_ms, 33);
	assert_int_equal(pace_left_ms(&pace, 1000 + 99 * 33), 33);
	assert_int_equal(pace_left_ms(&pace, 1000 + 100 * 33), 0);
}

static void
a_slow_one_gets_half_of_what_it_could_take_at_once(void **state)
{
	struct pace pace;

	pace_init(&pace, 33);
	pace_written(&pace, 1000, 200);
	assert_int_equal(pace_left_ms(&pace, 1000), 400);
	pace_written(&pace, 1400, 100000);
	assert_int_equal(pace_left_ms(&pace, 1400), PACE_SLOWEST_MS);
}

static void
what_has_become_faster_is_used_step_by_step(void **state)
{
	struct pace pace;
	unsigned steps = 0, last;

	pace_init(&pace, 33);
	pace_written(&pace, 0, 300);
	for (last = pace.interval_ms; last > 33; last = pace.interval_ms) {
		pace_written(&pace, 0, 1);
		assert_in_range(pace.interval_ms, last * 7 / 8 - 1, last - 1);
		steps++;
	}
	assert_in_range(steps, 10, 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fast_terminal_gets_all_of_them),
		cmocka_unit_test(
		    a_slow_one_gets_half_of_what_it_could_take_at_once),
		cmocka_unit_test(what_has_become_faster_is_used_step_by_step),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
