/* sync.c: a barrier behind everything that is on its way into the database. */
#include "camd/sync.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/message/inbox.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "loop/worker.h"

/* A network turn, then everything opened and stored, then one more commit: all
 * before it is done. */
enum { SYNC_LOOK_MS = 1, SYNC_TURNS = 3 };

struct sync {
	TAILQ_ENTRY(sync) entry;
	struct job job;
	struct syncs *syncs;
	struct timer timer;
	int turns;
	void (*fn)(void *arg);
	void *arg;
};

struct syncs {
	struct camd *camd;
	TAILQ_HEAD(, sync) list;
};

struct syncs *
syncs_new(struct camd *camd)
{
	struct syncs *syncs = xcalloc(1, sizeof *syncs);

	syncs->camd = camd;
	TAILQ_INIT(&syncs->list);
	return syncs;
}

static void
finish(struct sync *sync)
{
	void (*fn)(void *) = sync->fn;
	void *arg = sync->arg;

	TAILQ_REMOVE(&sync->syncs->list, sync, entry);
	timer_finish(&sync->timer);
	free(sync);
	fn(arg);
}

void
syncs_free(struct syncs *syncs)
{
	if (syncs == NULL)
		return;
	while (!TAILQ_EMPTY(&syncs->list))
		finish(TAILQ_FIRST(&syncs->list));
	free(syncs);
}

static void
do_nothing(struct job *job, void *context)
{
}

static void
on_stored(struct job *job)
{
	finish(container_of(job, struct sync, job));
}

static void
on_look(void *arg)
{
	struct sync *sync = arg;
	struct camd *camd = sync->syncs->camd;

	if (++sync->turns < SYNC_TURNS || lan_pending(camd->lan) > 0 ||
	    inbox_pending(camd->inbox) > 0)
		timer_start(&sync->timer, SYNC_LOOK_MS);
	else
		workers_submit(camd->writer, &sync->job);
}

void
syncs_add(struct syncs *syncs, void (*fn)(void *arg), void *arg)
{
	struct sync *sync = xcalloc(1, sizeof *sync);

	sync->syncs = syncs;
	sync->fn = fn;
	sync->arg = arg;
	sync->job.work = do_nothing;
	sync->job.done = on_stored;
	timer_init(&sync->timer, syncs->camd->loop, on_look, sync);
	timer_start(&sync->timer, 0);
	TAILQ_INSERT_TAIL(&syncs->list, sync, entry);
}
