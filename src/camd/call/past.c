/* past.c: calls that are over, kept in the history. */
#include "camd/call/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/call/call.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/people/roster.h"
#include "loop/worker.h"
#include "rpc/names.h"
#include "store/call.h"
#include "store/message.h"
#include "store/talk.h"

struct keeping {
	struct job job;
	struct camd *camd;
	struct store_message row;
	struct store_call call;
	int64_t uids[CALL_LEGS];
	size_t count;
	int err;
};

static void
keep(struct job *job, void *context)
{
	struct keeping *keeping = container_of(job, struct keeping, job);

	keeping->err = store_talk_make(
	    context, keeping->uids, keeping->count, &keeping->row.talk);
	if (keeping->err == 0)
		keeping->err = store_call_add(context, &keeping->row,
		    &keeping->call, keeping->count == 1 ? keeping->uids[0] : 0);
}

static void
on_kept(struct job *job)
{
	struct keeping *keeping = container_of(job, struct keeping, job);
	int err = job->batch_err < 0 ? job->batch_err : keeping->err;

	if (err < 0)
		log_warn("a call is not in the history: %s", cam_strerror(err));
	else
		events_tell(keeping->camd->events, EVENT_CALL_KEPT,
		    json_pack("{s:s, s:b}", "id", keeping->row.id, "missed",
			(int)keeping->row.missed));
	free(keeping);
}

/* Whoever has a row in the database. */
static void
list_users(
    struct keeping *keeping, const struct camd *camd, const struct call *call)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		int64_t uid = call->legs[i]->uid;

		if (uid != 0 && roster_by_uid(camd->roster, uid) != NULL)
			keeping->uids[keeping->count++] = uid;
	}
}

static bool
is_missed(const struct call *call)
{
	return call->incoming && !call->was_active &&
	       call->reason != CALL_DECLINED;
}

void
past_keep(struct camd *camd, const struct call *call)
{
	struct keeping *keeping = NULL;

	if (camd->writer == NULL || call->reason == CALL_ELSEWHERE)
		return;
	keeping = xcalloc(1, sizeof *keeping);
	keeping->camd = camd;
	list_users(keeping, camd, call);
	if (keeping->count == 0) {
		free(keeping);
		return;
	}
	memcpy(keeping->row.id, call->id, sizeof keeping->row.id);
	keeping->row.from = call->incoming ? call->from : 0;
	keeping->row.time_ms = call->began_ms;
	keeping->row.missed = is_missed(call);
	keeping->row.text = "";
	keeping->call = (struct store_call){ .video = call->video,
		.recorded = call->recorded,
		.reason = (uint8_t)call->reason,
		.duration_ms = call->active_ms > 0
				   ? call->since_ms - call->active_ms
				   : 0 };
	if (keeping->call.duration_ms < 0)
		keeping->call.duration_ms = 0;
	/* New users are stored before what refers to them. */
	roster_write(camd->roster);
	keeping->job.work = keep;
	keeping->job.done = on_kept;
	workers_submit(camd->writer, &keeping->job);
}
