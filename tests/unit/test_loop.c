/* test_loop.c: turns, signals, and what is put off to the next turn. */
#include "test.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/watch.h"

struct seen {
	struct loop *loop;
	char order[16];
	int signo;
};

static void
on_first(void *arg)
{
	struct seen *seen = arg;

	strcat(seen->order, "1");
}

static void
on_stop(void *arg)
{
	struct seen *seen = arg;

	strcat(seen->order, "s");
	loop_stop(seen->loop);
}

static void
on_second(void *arg)
{
	struct seen *seen = arg;

	strcat(seen->order, "2");
	loop_later(seen->loop, on_stop, seen);
}

static void
what_is_put_off_runs_once_in_order_on_the_next_turn(void **state)
{
	struct seen seen = { .loop = loop_new() };

	loop_later(seen.loop, on_first, &seen);
	loop_later(seen.loop, on_second, &seen);
	assert_string_equal(seen.order, "");
	loop_turn(seen.loop, 0);
	assert_string_equal(seen.order, "12");
	loop_run(seen.loop);
	assert_string_equal(seen.order, "12s");
	loop_turn(seen.loop, 0);
	assert_string_equal(seen.order, "12s");
	loop_free(seen.loop);
}

static void
what_was_put_off_and_never_ran_is_let_go(void **state)
{
	struct seen seen = { .loop = loop_new() };

	loop_later(seen.loop, on_first, &seen);
	loop_free(seen.loop);
	assert_string_equal(seen.order, "");
}

static void
a_stop_before_the_run_counts(void **state)
{
	struct loop *loop = loop_new();

	loop_stop(loop);
	loop_run(loop);
	loop_free(loop);
}

static void
on_usr1(int signo, void *arg)
{
	struct seen *seen = arg;

	seen->signo = signo;
	loop_stop(seen->loop);
}

static void
a_signal_arrives_on_the_loop(void **state)
{
	struct seen seen = { .loop = loop_new() };
	struct sigaction action;

	loop_on_signal(seen.loop, SIGUSR1, on_usr1, &seen);
	raise(SIGUSR1);
	assert_int_equal(seen.signo, 0);
	loop_run(seen.loop);
	assert_int_equal(seen.signo, SIGUSR1);
	loop_on_signal(seen.loop, SIGUSR1, NULL, NULL);
	sigaction(SIGUSR1, NULL, &action);
	assert_ptr_equal(action.sa_handler, SIG_DFL);
	loop_free(seen.loop);
}

static void
on_ready(int fd, int events, void *arg)
{
	*(int *)arg |= events;
}

static void
a_watch_tells_what_was_asked_for(void **state)
{
	struct loop *loop = loop_new();
	struct watch watch;
	int fds[2], seen = 0;

	assert_int_equal(pipe(fds), 0);
	watch_init(&watch, loop, fds[0], on_ready, &seen);
	loop_turn(loop, 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	loop_turn(loop, 0);
	assert_int_equal(seen, 0);
	watch_set(&watch, WATCH_READ);
	loop_turn(loop, 1);
	assert_int_equal(seen, WATCH_READ);
	seen = 0;
	watch_set(&watch, 0);
	loop_turn(loop, 0);
	assert_int_equal(seen, 0);
	watch_finish(&watch);
	watch_init(&watch, loop, fds[1], on_ready, &seen);
	watch_set(&watch, WATCH_READ | WATCH_WRITE);
	loop_turn(loop, 1);
	assert_true((seen & WATCH_WRITE) != 0);
	watch_finish(&watch);
	close(fds[0]);
	close(fds[1]);
	loop_free(loop);
}

static void
two_loops_do_not_disturb_each_other(void **state)
{
	struct seen a = { .loop = loop_new() }, b = { .loop = loop_new() };

	loop_later(a.loop, on_first, &a);
	loop_turn(b.loop, 0);
	assert_string_equal(a.order, "");
	loop_free(b.loop);
	loop_turn(a.loop, 0);
	assert_string_equal(a.order, "1");
	loop_free(a.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_put_off_runs_once_in_order_on_the_next_turn),
		cmocka_unit_test(what_was_put_off_and_never_ran_is_let_go),
		cmocka_unit_test(a_stop_before_the_run_counts),
		cmocka_unit_test(a_signal_arrives_on_the_loop),
		cmocka_unit_test(a_watch_tells_what_was_asked_for),
		cmocka_unit_test(two_loops_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
