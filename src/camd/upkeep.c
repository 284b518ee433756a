/* upkeep.c: small pieces of tidying, only while the writer has nothing else to
 * do. */
#include "camd/upkeep.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/trim.h"
#include "camd/camd.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/store.h"

/* Quiet for so long after a write; then piece after piece. */
enum { QUIET_MS = 2000, PIECE_MS = 100 };

struct upkeep {
	struct camd *camd;
	struct timer timer;
	struct tend_job *running;
	bool touched; /* meanwhile */
};

struct tend_job {
	struct job job;
	struct upkeep *upkeep; /* NULL: it has gone */
	bool more;
	int err;
};

/* Its batch is empty until now, so that ending and beginning it loses nothing.
 */
static void
tend(struct job *job, void *context)
{
	struct tend_job *tending = container_of(job, struct tend_job, job);

	tending->err = store_commit(context);
	if (tending->err == 0)
		tending->err =
		    store_tend(context, clock_wall_ms(), &tending->more);
	(void)store_begin(context);
}

static void
on_tended(struct job *job)
{
	struct tend_job *tending = container_of(job, struct tend_job, job);
	struct upkeep *upkeep = tending->upkeep;

	if (tending->err < 0)
		log_warn(
		    "cannot tidy the database: %s", cam_strerror(tending->err));
	if (upkeep != NULL) {
		upkeep->running = NULL;
		if (tending->err == 0 && tending->more)
			timer_start(&upkeep->timer, PIECE_MS);
		else if (upkeep->touched)
			timer_start(&upkeep->timer, QUIET_MS);
		else
			memory_trim();
		upkeep->touched = false;
	}
	free(tending);
}

void
upkeep_tend(struct upkeep *upkeep)
{
	struct tend_job *tending;

	if (upkeep->running != NULL || workers_load(upkeep->camd->writer) > 0) {
		timer_start(&upkeep->timer, QUIET_MS);
		return;
	}
	tending = upkeep->running = xcalloc(1, sizeof *tending);
	tending->upkeep = upkeep;
	tending->job.work = tend;
	tending->job.done = on_tended;
	workers_submit(upkeep->camd->writer, &tending->job);
}

static void
on_quiet(void *arg)
{
	upkeep_tend(arg);
}

struct upkeep *
upkeep_new(struct camd *camd)
{
	struct upkeep *upkeep = xcalloc(1, sizeof *upkeep);

	upkeep->camd = camd;
	timer_init(&upkeep->timer, camd->loop, on_quiet, upkeep);
	timer_start(&upkeep->timer, QUIET_MS);
	return upkeep;
}

void
upkeep_free(struct upkeep *upkeep)
{
	if (upkeep == NULL)
		return;
	if (upkeep->running != NULL)
		upkeep->running->upkeep = NULL;
	timer_finish(&upkeep->timer);
	free(upkeep);
}

void
upkeep_touch(struct upkeep *upkeep)
{
	if (upkeep == NULL)
		return;
	if (upkeep->running != NULL)
		upkeep->touched = true;
	else
		timer_start(&upkeep->timer, QUIET_MS);
}
