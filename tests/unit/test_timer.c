/* test_timer.c: deadlines count from the real now, and may go away in their own
 * callback. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/timer.h"

struct thing {
	struct loop *loop;
	struct timer timer;
	struct timer other;
	int fired;
	char order[8];
};

static void
on_time(void *arg)
{
	struct thing *thing = arg;

	thing->fired++;
}

static void
busy_for(uint64_t ms)
{
	uint64_t until_ms = clock_now_ms() + ms;

	while (clock_now_ms() < until_ms)
		continue;
}

static void
it_fires_once_and_not_early(void **state)
{
	struct thing thing = { .loop = loop_new() };
	uint64_t start_ms;

	timer_init(&thing.timer, thing.loop, on_time, &thing);
	assert_false(timer_is_running(&thing.timer));
	start_ms = clock_now_ms();
	timer_start(&thing.timer, 20);
	assert_true(timer_is_running(&thing.timer));
	while (thing.fired == 0)
		loop_turn(thing.loop, 1);
	assert_true(clock_now_ms() - start_ms >= 20);
	assert_false(timer_is_running(&thing.timer));
	loop_turn(thing.loop, 0);
	assert_int_equal(thing.fired, 1);
	timer_finish(&thing.timer);
	loop_free(thing.loop);
}

static void
it_counts_from_now_even_when_the_turn_began_long_ago(void **state)
{
	struct thing thing = { .loop = loop_new() };

	timer_init(&thing.timer, thing.loop, on_time, &thing);
	loop_turn(thing.loop, 0);
	busy_for(60);
	timer_start(&thing.timer, 30);
	loop_turn(thing.loop, 0);
	assert_int_equal(thing.fired, 0);
	while (thing.fired == 0)
		loop_turn(thing.loop, 1);
	timer_finish(&thing.timer);
	loop_free(thing.loop);
}

static void
on_a(void *arg)
{
	strcat(((struct thing *)arg)->order, "a");
}

static void
on_b(void *arg)
{
	strcat(((struct thing *)arg)->order, "b");
}

static void
the_earlier_deadline_comes_first_and_one_set_anew_moves(void **state)
{
	struct thing thing = { .loop = loop_new() };

	timer_init(&thing.timer, thing.loop, on_a, &thing);
	timer_init(&thing.other, thing.loop, on_b, &thing);
	timer_start(&thing.timer, 1);
	timer_start(&thing.other, 20);
	timer_start(&thing.timer, 40);
	while (strlen(thing.order) < 2)
		loop_turn(thing.loop, 1);
	assert_string_equal(thing.order, "ba");
	timer_finish(&thing.timer);
	timer_finish(&thing.other);
	loop_free(thing.loop);
}

static void
a_stopped_one_stays_silent(void **state)
{
	struct thing thing = { .loop = loop_new() };

	timer_init(&thing.timer, thing.loop, on_time, &thing);
	timer_init(&thing.other, thing.loop, on_b, &thing);
	timer_start(&thing.timer, 1);
	timer_start(&thing.other, 10);
	timer_stop(&thing.timer);
	timer_stop(&thing.timer);
	while (thing.order[0] == '\0')
		loop_turn(thing.loop, 1);
	assert_int_equal(thing.fired, 0);
	timer_finish(&thing.timer);
	timer_finish(&thing.other);
	loop_free(thing.loop);
}

static void
on_time_free(void *arg)
{
	struct thing *thing = arg;
	struct loop *loop = thing->loop;

	timer_finish(&thing->timer);
	timer_finish(&thing->other);
	free(thing);
	loop_stop(loop);
}

static void
its_owner_may_be_freed_in_its_callback(void **state)
{
	struct thing *thing = xcalloc(1, sizeof *thing);
	struct loop *loop = thing->loop = loop_new();

	/* Both are due in the same turn; the one that comes second is gone by
	 * then. */
	timer_init(&thing->timer, loop, on_time_free, thing);
	timer_init(&thing->other, loop, on_time_free, thing);
	timer_start(&thing->timer, 0);
	timer_start(&thing->other, 0);
	loop_run(loop);
	loop_turn(loop, 0);
	loop_free(loop);
}

static void
on_time_again(void *arg)
{
	struct thing *thing = arg;

	if (++thing->fired < 5)
		timer_start(&thing->timer, 1);
	else
		loop_stop(thing->loop);
}

static void
it_may_be_started_again_in_its_callback(void **state)
{
	struct thing thing = { .loop = loop_new() };

	timer_init(&thing.timer, thing.loop, on_time_again, &thing);
	timer_start(&thing.timer, 1);
	loop_run(thing.loop);
	assert_int_equal(thing.fired, 5);
	timer_finish(&thing.timer);
	loop_free(thing.loop);
}

static void
the_longest_time_does_not_wrap(void **state)
{
	struct thing thing = { .loop = loop_new() };

	timer_init(&thing.timer, thing.loop, on_time, &thing);
	timer_start(&thing.timer, UINT64_MAX);
	loop_turn(thing.loop, 0);
	assert_int_equal(thing.fired, 0);
	assert_true(timer_is_running(&thing.timer));
	timer_finish(&thing.timer);
	loop_free(thing.loop);
}

static void
what_is_left_of_it_counts_down(void **state)
{
	struct thing thing = { .loop = loop_new() };

	timer_init(&thing.timer, thing.loop, on_time, &thing);
	assert_int_equal(timer_left_ms(&thing.timer), 0);
	timer_start(&thing.timer, 5000);
	assert_in_range(timer_left_ms(&thing.timer), 4000, 5000);
	busy_for(5);
	assert_in_range(timer_left_ms(&thing.timer), 4000, 4996);
	timer_stop(&thing.timer);
	assert_int_equal(timer_left_ms(&thing.timer), 0);
	timer_finish(&thing.timer);
	loop_free(thing.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_fires_once_and_not_early),
		cmocka_unit_test(
		    it_counts_from_now_even_when_the_turn_began_long_ago),
		cmocka_unit_test(
		    the_earlier_deadline_comes_first_and_one_set_anew_moves),
		cmocka_unit_test(a_stopped_one_stays_silent),
		cmocka_unit_test(its_owner_may_be_freed_in_its_callback),
		cmocka_unit_test(it_may_be_started_again_in_its_callback),
		cmocka_unit_test(the_longest_time_does_not_wrap),
		cmocka_unit_test(what_is_left_of_it_counts_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
