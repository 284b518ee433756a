/* worker.c: threads that run what would block the loop. */
#include "loop/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/internal.h"

enum {
	STACK_SIZE = 256 * 1024,
	TAKEN_MAX = 8 /* jobs at once, without batches */
};

/* A list that is added to at its end. */
struct jobs {
	struct job *first;
	struct job **end;
};

struct workers {
	struct loop *loop;
	const struct worker_ops *ops;
	void *arg;
	ev_async wake;
	atomic_size_t load;
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	pthread_cond_t has_done;
	/* What the lock guards. */
	struct jobs queue;
	size_t queued;
	struct jobs done;
	bool ending;
	unsigned threads;
	pthread_t thread[];
};

static void
jobs_init(struct jobs *jobs)
{
	jobs->first = NULL;
	jobs->end = &jobs->first;
}

static void
jobs_add(struct jobs *jobs, struct job *job)
{
	job->next = NULL;
	*jobs->end = job;
	jobs->end = &job->next;
}

/* Takes count jobs from the front, or all there are; the last one's next is
 * NULL. */
static struct job *
jobs_take(struct jobs *jobs, size_t count)
{
	struct job *taken = jobs->first;
	struct job **at = &jobs->first;

	while (*at != NULL && count-- > 0)
		at = &(*at)->next;
	if (*at == NULL) {
		jobs_init(jobs);
	} else {
		jobs->first = *at;
		*at = NULL;
	}
	return taken;
}

static bool
works_in_batches(const struct worker_ops *ops)
{
	return ops->begin != NULL || ops->end != NULL;
}

/* How many of those queued a thread takes at once. Where many wait it is a few
 * even without batches, of which the loop then hears only once; half of all are
 * left to the other threads. */
static size_t
share_of(const struct workers *workers)
{
	const struct worker_ops *ops = workers->ops;
	size_t share = workers->queued / (2 * (size_t)workers->threads);

	if (works_in_batches(ops))
		return ops->batch_max > 0 && ops->batch_max < workers->queued
			   ? ops->batch_max
			   : workers->queued;
	if (share < 1)
		return 1;
	return share < TAKEN_MAX ? share : TAKEN_MAX;
}

/* A batch that could not begin runs nothing: its jobs count on being all in or
 * all out. */
static void
run_batch(const struct worker_ops *ops, struct job *first, void *context)
{
	int err = ops->begin != NULL ? ops->begin(context) : 0;

	if (err == 0) {
		for (struct job *job = first; job != NULL; job = job->next)
			job->work(job, context);
		if (ops->end != NULL)
			err = ops->end(context);
	}
	for (struct job *job = first; job != NULL; job = job->next)
		job->batch_err = err;
}

/* The next batch, or NULL when the pool ends. */
static struct job *
wait_for_batch(struct workers *workers)
{
	struct job *batch = NULL;

	pthread_mutex_lock(&workers->lock);
	while (workers->queued == 0 && !workers->ending)
		pthread_cond_wait(&workers->has_work, &workers->lock);
	if (workers->queued > 0) {
		size_t share = share_of(workers);

		batch = jobs_take(&workers->queue, share);
		workers->queued -= share;
	}
	pthread_mutex_unlock(&workers->lock);
	return batch;
}

static void
hand_back(struct workers *workers, struct job *batch)
{
	pthread_mutex_lock(&workers->lock);
	while (batch != NULL) {
		struct job *next = batch->next;

		jobs_add(&workers->done, batch);
		batch = next;
	}
	pthread_cond_signal(&workers->has_done);
	pthread_mutex_unlock(&workers->lock);
	ev_async_send(loop_ev(workers->loop), &workers->wake);
}

static void *
run_thread(void *arg)
{
	struct workers *workers = arg;
	const struct worker_ops *ops = workers->ops;
	void *context = ops->start != NULL ? ops->start(workers->arg) : NULL;
	struct job *batch = NULL;

	while ((batch = wait_for_batch(workers)) != NULL) {
		run_batch(ops, batch, context);
		hand_back(workers, batch);
	}
	if (ops->stop != NULL)
		ops->stop(context);
	return NULL;
}

/* Calls done for each that has finished; a done may submit more and may free
 * its job. */
static void
deliver(struct workers *workers)
{
	struct job *job = NULL;

	pthread_mutex_lock(&workers->lock);
	job = jobs_take(&workers->done, SIZE_MAX);
	pthread_mutex_unlock(&workers->lock);
	while (job != NULL) {
		struct job *next = job->next;

		workers->load--;
		if (job->done != NULL)
			job->done(job);
		job = next;
	}
}

static void
on_wake(struct ev_loop *ev, ev_async *watcher, int events)
{
	deliver(watcher->data);
}

/* Signals are the loop's: a thread begins with all of them blocked. */
static void
start_thread(struct workers *workers, pthread_attr_t *attr)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&workers->thread[workers->threads], attr, run_thread,
		workers) == 0)
		workers->threads++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct workers *
workers_new(struct loop *loop, unsigned threads, const struct worker_ops *ops,
    void *arg)
{
	struct workers *workers =
	    xcalloc(1, sizeof *workers + threads * sizeof(pthread_t));
	pthread_attr_t attr;

	workers->loop = loop;
	workers->ops = ops;
	workers->arg = arg;
	jobs_init(&workers->queue);
	jobs_init(&workers->done);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->has_work, NULL);
	pthread_cond_init(&workers->has_done, NULL);
	ev_async_init(&workers->wake, on_wake);
	workers->wake.data = workers;
	ev_async_start(loop_ev(loop), &workers->wake);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (unsigned i = 0; i < threads; i++)
		start_thread(workers, &attr);
	pthread_attr_destroy(&attr);
	if (workers->threads == 0)
		abort(); /* what is submitted would never be done */
	return workers;
}

void
workers_submit(struct workers *workers, struct job *job)
{
	job->batch_err = 0;
	workers->load++;
	pthread_mutex_lock(&workers->lock);
	jobs_add(&workers->queue, job);
	workers->queued++;
	pthread_cond_signal(&workers->has_work);
	pthread_mutex_unlock(&workers->lock);
}

size_t
workers_load(const struct workers *workers)
{
	return workers->load;
}

static void
wait_for_done(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	while (workers->done.first == NULL)
		pthread_cond_wait(&workers->has_done, &workers->lock);
	pthread_mutex_unlock(&workers->lock);
}

void
workers_free(struct workers *workers)
{
	if (workers == NULL)
		return;
	while (workers_load(workers) > 0) {
		wait_for_done(workers);
		deliver(workers);
	}
	pthread_mutex_lock(&workers->lock);
	workers->ending = true;
	pthread_cond_broadcast(&workers->has_work);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->threads; i++)
		pthread_join(workers->thread[i], NULL);
	ev_async_stop(loop_ev(workers->loop), &workers->wake);
	pthread_cond_destroy(&workers->has_work);
	pthread_cond_destroy(&workers->has_done);
	pthread_mutex_destroy(&workers->lock);
	free(workers);
}
