/* outbox_retry.c: messages tried again because the user says so. */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/message/object.h"
#include "camd/message/outbox_parts.h"
#include "camd/people/user.h"
#include "loop/worker.h"
#include "store/message.h"

struct retry_job {
	struct job job;
	struct outbox *outbox;
	char id[ID_SIZE];
	int64_t *uids; /* none: all */
	size_t uid_count;
	bool clear;
	struct store_message *message;
	struct parcel *parcel;
	struct outbox_rows rows; /* of all */
	enum again {
		NOT_AGAIN,
		WAITS,
		FAILED,
		NOT_NAMED
	} *
	    again; /* what each was */
	int err;
	void (*on_done)(void *arg, int err, const struct outbox_sent *sent);
	void *arg;
};

static bool
is_named(const struct retry_job *retry, int64_t uid)
{
	for (size_t i = 0; i < retry->uid_count; i++) {
		if (retry->uids[i] == uid)
			return true;
	}
	return retry->uid_count == 0;
}

static int
store_again(struct store *store, const struct retry_job *retry,
    struct store_delivery *delivery, enum again *again)
{
	*again = NOT_AGAIN;
	if (!is_named(retry, delivery->uid)) {
		*again = NOT_NAMED;
		return 0;
	}
	if (delivery->state != STORE_FAILED && delivery->state != STORE_QUEUED)
		return 0;
	*again = delivery->state == STORE_FAILED ? FAILED : WAITS;
	delivery->state = STORE_QUEUED;
	delivery->clear |= retry->clear;
	delivery->error[0] = '\0';
	return store_delivery_put(store, delivery);
}

static int
store_retry(struct store *store, struct retry_job *retry)
{
	int64_t row;
	int r;

	if ((r = store_message_find(store, retry->id, NULL, 0, NULL, &row)) <
		0 ||
	    (r = store_message_get(store, row, &retry->message)) < 0)
		return r;
	/* What is deleted has nothing left to send. */
	if (retry->message->from != 0 || retry->message->deleted)
		return CAM_ERR_UNKNOWN;
	if ((r = store_delivery_each(
		 store, row, outbox_collect, &retry->rows)) < 0)
		return r;
	retry->again = xcalloc(retry->rows.count + 1, sizeof *retry->again);
	for (size_t i = 0; i < retry->rows.count && r == 0; i++)
		r = store_again(
		    store, retry, &retry->rows.list[i], &retry->again[i]);
	retry->parcel = parcel_of_row(retry->message);
	if (r == 0 && retry->message->has_offers)
		r = store_offer_each(store, row, parcel_offer, retry->parcel);
	return r;
}

static void
work_retry(struct job *job, void *context)
{
	struct retry_job *retry = container_of(job, struct retry_job, job);

	retry->err = store_retry(context, retry);
}

static void
address(struct parcel *parcel, const struct camd *camd,
    const struct outbox_rows *rows)
{
	int64_t *uids = xcalloc(rows->count + 1, sizeof *uids);

	for (size_t i = 0; i < rows->count; i++)
		uids[i] = rows->list[i].uid;
	parcel_address(parcel, camd, uids, rows->count);
	free(uids);
}

static void
join_again(struct retry_job *retry)
{
	struct parcel *parcel = retry->parcel;

	address(parcel, retry->outbox->camd, &retry->rows);
	for (size_t i = 0; i < retry->rows.count; i++) {
		struct store_delivery *delivery = &retry->rows.list[i];

		if (retry->again[i] == WAITS || retry->again[i] == FAILED)
			line_rejoin(outbox_line(retry->outbox, delivery->uid),
			    parcel, delivery, retry->again[i] == FAILED);
	}
}

/* Of those named. */
static void
tell(const struct retry_job *retry)
{
	struct outbox_sent sent = { .id = retry->id,
		.time_ms = retry->message->time_ms };
	struct store_delivery *named =
	    xcalloc(retry->rows.count + 1, sizeof *named);

	for (size_t i = 0; i < retry->rows.count; i++) {
		if (retry->again[i] != NOT_NAMED)
			named[sent.count++] = retry->rows.list[i];
	}
	sent.deliveries = named;
	retry->on_done(retry->arg, 0, &sent);
	free(named);
}

static void
on_retry(struct job *job)
{
	struct retry_job *retry = container_of(job, struct retry_job, job);
	int err = job->batch_err < 0 ? job->batch_err : retry->err;

	if (err == 0) {
		tell(retry);
		join_again(retry);
	} else {
		retry->on_done(retry->arg, err, NULL);
	}
	parcel_unref(retry->parcel);
	free(retry->message);
	free(retry->rows.list);
	free(retry->again);
	free(retry->uids);
	free(retry);
}

void
outbox_retry(struct outbox *outbox, const char *id, struct user **to,
    size_t count, bool clear,
    void (*on_done)(void *arg, int err, const struct outbox_sent *sent),
    void *arg)
{
	struct retry_job *retry = xcalloc(1, sizeof *retry);

	retry->outbox = outbox;
	retry->clear = clear;
	retry->on_done = on_done;
	retry->arg = arg;
	snprintf(retry->id, sizeof retry->id, "%s", id);
	retry->uids = xcalloc(count + 1, sizeof *retry->uids);
	for (size_t i = 0; i < count; i++)
		retry->uids[retry->uid_count++] = to[i]->uid;
	retry->job.work = work_retry;
	retry->job.done = on_retry;
	workers_submit(outbox->camd->writer, &retry->job);
}
