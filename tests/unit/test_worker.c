/* test_worker.c: work on threads, results on the loop, batches for a group
 * commit. */
#include "test.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "loop/loop.h"
#include "loop/worker.h"

enum { JOBS_MAX = 5000 };

struct bench;

struct task {
	struct job job;
	struct bench *bench;
	int number;
};

/* A pool and what its threads and callbacks saw. */
struct bench {
	struct loop *loop;
	struct workers *workers;
	struct task tasks[JOBS_MAX];
	atomic_int worked;
	int done;
	int order[JOBS_MAX]; /* of the numbers as they were done */
	atomic_int started, stopped;
	atomic_int begun, ended;
	atomic_bool signals_open; /* a thread that would take signals */
	int begin_err, end_err;
	int again; /* jobs that each done submits once more */
	sem_t gate;
	bool gated;
};

static struct bench bench;

static void *
on_start(void *arg)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	if (!sigismember(&set, SIGTERM) || !sigismember(&set, SIGCHLD))
		bench.signals_open = true;
	bench.started++;
	return arg;
}

static void
on_stop(void *context)
{
	bench.stopped += context == &bench;
}

static int
on_begin(void *context)
{
	bench.begun++;
	return bench.begin_err;
}

static int
on_end(void *context)
{
	bench.ended++;
	return bench.end_err;
}

static void
work(struct job *job, void *context)
{
	if (bench.gated)
		sem_wait(&bench.gate);
	bench.worked++;
}

static void
done(struct job *job)
{
	struct task *task = (struct task *)job;

	if (bench.done < JOBS_MAX)
		bench.order[bench.done] = task->number;
	bench.done++;
	if (bench.again > 0) {
		bench.again--;
		workers_submit(bench.workers, job);
	}
}

static void
open_bench(unsigned threads, const struct worker_ops *ops)
{
	bench = (struct bench){ .loop = loop_new() };
	sem_init(&bench.gate, 0, 0);
	bench.workers = workers_new(bench.loop, threads, ops, &bench);
	for (int i = 0; i < JOBS_MAX; i++) {
		bench.tasks[i] =
		    (struct task){ .job = { .work = work, .done = done },
			    .number = i };
	}
}

static void
close_bench(void)
{
	workers_free(bench.workers);
	loop_free(bench.loop);
	sem_destroy(&bench.gate);
}

static void
submit(int from, int to)
{
	for (int i = from; i < to; i++)
		workers_submit(bench.workers, &bench.tasks[i].job);
}

static void
wait_for_done(int count)
{
	while (bench.done < count)
		loop_turn(bench.loop, 1);
}

static const struct worker_ops plain = { .start = on_start, .stop = on_stop };
static const struct worker_ops batches = {
	.begin = on_begin, .end = on_end, .batch_max = 1000
};

static void
every_job_is_worked_and_done_once(void **state)
{
	open_bench(4, &plain);
	submit(0, JOBS_MAX);
	wait_for_done(JOBS_MAX);
	assert_int_equal(bench.worked, JOBS_MAX);
	assert_int_equal(bench.done, JOBS_MAX);
	assert_int_equal(workers_load(bench.workers), 0);
	close_bench();
	assert_int_equal(bench.started, 4);
	assert_int_equal(bench.stopped, 4);
	assert_false(bench.signals_open);
}

static void
one_thread_keeps_the_order(void **state)
{
	open_bench(1, &plain);
	submit(0, JOBS_MAX);
	wait_for_done(JOBS_MAX);
	for (int i = 0; i < JOBS_MAX; i++)
		assert_int_equal(bench.order[i], i);
	close_bench();
}

static void
what_came_while_a_batch_ran_goes_into_the_next(void **state)
{
	open_bench(1, &batches);
	bench.gated = true;
	submit(0, 1);
	while (bench.begun == 0)
		continue;
	submit(1, 101);
	assert_int_equal(workers_load(bench.workers), 101);
	for (int i = 0; i < 101; i++)
		sem_post(&bench.gate);
	wait_for_done(101);
	assert_int_equal(bench.begun, 2);
	assert_int_equal(bench.ended, 2);
	for (int i = 0; i < 101; i++)
		assert_int_equal(bench.order[i], i);
	close_bench();
}

static void
a_batch_holds_no_more_than_its_maximum(void **state)
{
	open_bench(1, &batches);
	bench.gated = true;
	submit(0, 1);
	while (bench.begun == 0)
		continue;
	submit(1, 2501);
	for (int i = 0; i < 2501; i++)
		sem_post(&bench.gate);
	wait_for_done(2501);
	assert_int_equal(bench.begun, 4);
	close_bench();
}

static void
the_end_s_error_reaches_each_job_of_its_batch(void **state)
{
	open_bench(1, &batches);
	bench.end_err = CAM_ERR_STORE;
	submit(0, 10);
	wait_for_done(10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(bench.tasks[i].job.batch_err, CAM_ERR_STORE);
	assert_int_equal(bench.worked, 10);
	close_bench();
}

static void
a_batch_that_cannot_begin_runs_nothing(void **state)
{
	open_bench(1, &batches);
	bench.begin_err = CAM_ERR_STORE;
	submit(0, 10);
	wait_for_done(10);
	assert_int_equal(bench.worked, 0);
	assert_int_equal(bench.ended, 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(bench.tasks[i].job.batch_err, CAM_ERR_STORE);
	close_bench();
}

static void
freeing_finishes_what_is_queued_and_what_that_submits(void **state)
{
	open_bench(2, &plain);
	bench.again = 50;
	submit(0, 100);
	workers_free(bench.workers);
	bench.workers = NULL;
	assert_int_equal(bench.worked, 150);
	assert_int_equal(bench.done, 150);
	close_bench();
}

static void *
submit_half(void *arg)
{
	int from = *(int *)arg;

	submit(from, from + JOBS_MAX / 2);
	return NULL;
}

static void
any_thread_may_submit(void **state)
{
	int halves[] = { 0, JOBS_MAX / 2 };
	pthread_t threads[2];

	open_bench(2, &plain);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, submit_half, &halves[i]),
		    0);
	wait_for_done(JOBS_MAX);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(bench.worked, JOBS_MAX);
	close_bench();
}

static void
an_idle_pool_ends_at_once(void **state)
{
	open_bench(3, &plain);
	close_bench();
	assert_int_equal(bench.started, bench.stopped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_worked_and_done_once),
		cmocka_unit_test(one_thread_keeps_the_order),
		cmocka_unit_test(
		    what_came_while_a_batch_ran_goes_into_the_next),
		cmocka_unit_test(a_batch_holds_no_more_than_its_maximum),
		cmocka_unit_test(the_end_s_error_reaches_each_job_of_its_batch),
		cmocka_unit_test(a_batch_that_cannot_begin_runs_nothing),
		cmocka_unit_test(
		    freeing_finishes_what_is_queued_and_what_that_submits),
		cmocka_unit_test(any_thread_may_submit),
		cmocka_unit_test(an_idle_pool_ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
