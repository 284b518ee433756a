/* worker.h: threads that run what would block the loop. */
#ifndef CAM_WORKER_H
#define CAM_WORKER_H

#include <stddef.h>

struct loop;
struct workers;

/*
 * A piece of work, a member of the thing it is about. work runs on a worker
 * thread and touches nothing but what the job owns; done runs afterwards on
 * the loop. batch_err is what the batch's end returned (0 without batches).
 */
struct job {
	void (*work)(struct job *job, void *context);
	void (*done)(struct job *job);
	int batch_err;
	struct job *next;
};

struct worker_ops {
	/* Makes a thread's own context (a database connection); NULL members
	 * are skipped. */
	void *(*start)(void *arg);
	void (*stop)(void *context);
	/*
	 * With these a thread takes everything queued at once (at most
	 * batch_max), calls begin, runs each, calls end, and only then are the
	 * jobs done: a group commit. Where begin fails nothing is run and its
	 * error is the jobs' batch_err.
	 */
	int (*begin)(void *context);
	int (*end)(void *context);
	size_t batch_max;
};

/* ops and arg must outlive the pool. Threads block all signals. */
struct workers *workers_new(struct loop *loop, unsigned threads,
    const struct worker_ops *ops, void *arg);
/* With one thread jobs run in the order given; several take from the front of
 * what is queued. Any thread may submit. */
void workers_submit(struct workers *workers, struct job *job);
/* Jobs neither done nor running, plus those running. */
size_t workers_load(const struct workers *workers);
/* Runs what is queued, calls their done, ends the threads. */
void workers_free(struct workers *workers);

#endif
