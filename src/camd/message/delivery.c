/* delivery.c: each state of a delivery is stored, and told. */
#include "camd/message/delivery.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/message/object.h"
#include "loop/worker.h"
#include "rpc/names.h"

enum { STATE_GUESS = 320 }; /* as text */

struct delivery *
delivery_new(struct parcel *parcel, const struct store_delivery *row)
{
	struct delivery *delivery = xcalloc(1, sizeof *delivery);

	delivery->parcel = parcel_ref(parcel);
	delivery->row = *row;
	return delivery;
}

void
delivery_free(struct delivery *delivery)
{
	parcel_unref(delivery->parcel);
	free(delivery);
}

/* -- stored --------------------------------------------------------------- */

struct save_job {
	struct job job;
	struct store_delivery row;
	int err;
};

static void
store_row(struct job *job, void *context)
{
	struct save_job *save = container_of(job, struct save_job, job);

	save->err = store_delivery_put(context, &save->row);
}

static void
on_row_stored(struct job *job)
{
	struct save_job *save = container_of(job, struct save_job, job);
	int err = job->batch_err < 0 ? job->batch_err : save->err;

	if (err < 0)
		log_error("cannot keep the state of a message: %s",
		    cam_strerror(err));
	free(save);
}

void
delivery_save(struct camd *camd, const struct delivery *delivery)
{
	struct save_job *save = xcalloc(1, sizeof *save);

	save->row = delivery->row;
	save->job.work = store_row;
	save->job.done = on_row_stored;
	workers_submit(camd->writer, &save->job);
}

/* -- told ----------------------------------------------------------------- */

/* A change tells of itself like a message; who follows it knows its id. */
void
delivery_tell_row(struct camd *camd, const struct store_delivery *row,
    const char *id, int64_t time_ms)
{
	struct buf text;

	if (!events_wanted(camd->events, EVENT_MESSAGE_STATE))
		return;
	buf_init(&text, LIMIT_RPC_LINE);
	(void)buf_reserve(&text, STATE_GUESS);
	state_text(camd, row, id, time_ms, &text);
	events_tell_text(
	    camd->events, EVENT_MESSAGE_STATE, id, buf_span(&text));
	buf_finish(&text);
}

void
delivery_tell(struct camd *camd, const struct delivery *delivery)
{
	delivery_tell_row(camd, &delivery->row, delivery->parcel->id,
	    delivery->parcel->time_ms);
}

void
delivery_changed(struct camd *camd, const struct delivery *delivery)
{
	delivery_save(camd, delivery);
	delivery_tell(camd, delivery);
}

void
delivery_arrived(
    struct camd *camd, struct delivery *delivery, enum store_receipt receipt)
{
	struct store_delivery *row = &delivery->row;

	/* Word that he has opened it may have come first. */
	row->state = row->opened_ms != 0 ? STORE_OPENED : STORE_DELIVERED;
	row->receipt = receipt;
	row->delivered_ms = clock_wall_ms();
	row->error[0] = '\0';
	delivery_changed(camd, delivery);
}

void
delivery_failed(
    struct camd *camd, struct delivery *delivery, const char *reason)
{
	delivery->row.state = STORE_FAILED;
	snprintf(delivery->row.error, sizeof delivery->row.error, "%s", reason);
	delivery_changed(camd, delivery);
}
