/* seen.c: when members were last connected, on its way to the database. */
#include "camserver/links/seen.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camserver/server.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/member.h"

enum {
	NOTES_MAX = 256, /* in one job: others wait for the writer, too */
	REST_MS = 60 * 1000,
};

struct note {
	int64_t member, seen_ms;
};

struct seen_job {
	struct job job;
	struct note notes[NOTES_MAX];
	size_t count;
	int err;
};

struct seen {
	struct server *server;
	struct seen_job *next; /* NULL: nothing is noted */
	struct timer rest;
};

static void
write_notes(struct job *job, void *context)
{
	struct seen_job *write = container_of(job, struct seen_job, job);

	for (size_t i = 0; i < write->count && write->err == 0; i++) {
		write->err = store_member_seen(
		    context, write->notes[i].member, write->notes[i].seen_ms);
		/* He was removed meanwhile. */
		if (write->err == CAM_ERR_UNKNOWN)
			write->err = 0;
	}
}

static void
on_written(struct job *job)
{
	struct seen_job *write = container_of(job, struct seen_job, job);
	int err = job->batch_err < 0 ? job->batch_err : write->err;

	if (err < 0)
		log_error("cannot store when members were connected: %s",
		    cam_strerror(err));
	free(write);
}

static void
submit(void *arg)
{
	struct seen *seen = arg;
	struct seen_job *write = seen->next;

	seen->next = NULL;
	timer_stop(&seen->rest);
	if (write != NULL)
		workers_submit(seen->server->writer, &write->job);
}

struct seen *
seen_new(struct server *server)
{
	struct seen *seen = xcalloc(1, sizeof *seen);

	seen->server = server;
	timer_init(&seen->rest, server->loop, submit, seen);
	return seen;
}

void
seen_note(struct seen *seen, int64_t member)
{
	struct seen_job *write = seen->next;

	if (write == NULL) {
		write = xcalloc(1, sizeof *write);
		write->job.work = write_notes;
		write->job.done = on_written;
		seen->next = write;
		timer_start(&seen->rest, REST_MS);
	}
	write->notes[write->count++] =
	    (struct note){ .member = member, .seen_ms = clock_wall_ms() };
	if (write->count == NOTES_MAX)
		submit(seen);
}

void
seen_stop(struct seen *seen)
{
	if (seen != NULL)
		submit(seen);
}

void
seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	timer_finish(&seen->rest);
	free(seen);
}
