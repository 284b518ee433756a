/* expiry.c: one question to the database at a time, until nothing is left. */
#include "camserver/links/expiry.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/server.h"
#include "loop/worker.h"
#include "store/queue.h"

enum { HOUR_MS = 60 * 60 * 1000 };

struct expiry {
	struct memberlinks *links;
	struct timer timer;
	bool expiring;
};

struct expire_job {
	struct job job;
	struct expiry *expiry;
	int64_t count;
	int err;
};

static void
expire(struct job *job, void *context)
{
	struct expire_job *expire = container_of(job, struct expire_job, job);

	expire->err =
	    store_queue_expire(context, clock_wall_ms(), &expire->count);
}

static void
on_expired(struct job *job)
{
	struct expire_job *expire = container_of(job, struct expire_job, job);
	struct expiry *expiry = expire->expiry;

	expiry->expiring = false;
	if (expire->err == 0 && expire->count > 0)
		log_info("%lld messages waited too long and are forgotten",
		    (long long)expire->count);
	if (!expiry->links->stopped)
		timer_start(&expiry->timer,
		    expire->err == 0 && expire->count > 0 ? 0 : HOUR_MS);
	free(expire);
}

static void
on_expiry(void *arg)
{
	struct expiry *expiry = arg;
	struct expire_job *job = NULL;

	if (expiry->expiring)
		return;
	expiry->expiring = true;
	job = xcalloc(1, sizeof *job);
	job->expiry = expiry;
	job->job.work = expire;
	job->job.done = on_expired;
	workers_submit(expiry->links->server->writer, &job->job);
}

struct expiry *
expiry_new(struct memberlinks *links)
{
	struct expiry *expiry = xcalloc(1, sizeof *expiry);

	expiry->links = links;
	timer_init(&expiry->timer, links->server->loop, on_expiry, expiry);
	timer_start(&expiry->timer, HOUR_MS);
	return expiry;
}

void
expiry_free(struct expiry *expiry)
{
	if (expiry == NULL)
		return;
	timer_finish(&expiry->timer);
	free(expiry);
}
