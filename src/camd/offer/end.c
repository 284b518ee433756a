/* end.c: offers that are cancelled, dropped or deleted by ourselves. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/offer/fetches.h"
#include "camd/offer/file_object.h"
#include "camd/offer/holdings.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/roots.h"
#include "camd/offer/sweep.h"
#include "camd/offer/tickets.h"
#include "camd/people/roster.h"
#include "camd/upkeep.h"
#include "rpc/names.h"
#include "store/message.h"
#include "store/source.h"

/* -- what is left in the download folder ------------------------------------
 */

struct discarding {
	struct job job;
	char *folder;
	char part[TRANSFER_ID_SIZE];
	bool is_kept; /* what has been made stays */
};

static void
discard(struct job *job, void *context)
{
	struct discarding *work = container_of(job, struct discarding, job);
	int fd = open(work->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (work->is_kept)
		(void)transfer_kept(fd, work->part);
	else
		(void)transfer_discard(fd, work->part);
	close(fd);
}

static void
on_discarded(struct job *job)
{
	struct discarding *work = container_of(job, struct discarding, job);

	free(work->folder);
	free(work);
}

static void
clear_away(
    struct offers *offers, const struct store_transfer *row, bool is_kept)
{
	const struct offer_key key = { row->message, row->number, row->uid };
	struct discarding *work;

	if (row->folder[0] == '\0')
		return;
	work = xcalloc(1, sizeof *work);
	work->folder = xstrdup(row->folder);
	transfers_part_id(&key, row->id, work->part);
	work->is_kept = is_kept;
	work->job.work = discard;
	work->job.done = on_discarded;
	if (offers->camd->pool != NULL) {
		workers_submit(offers->camd->pool, &work->job);
	} else { /* camd is leaving */
		discard(&work->job, NULL);
		on_discarded(&work->job);
	}
}

void
offers_discard(struct offers *offers, const struct store_transfer *row)
{
	clear_away(offers, row, false);
}

void
offers_kept(struct offers *offers, const struct store_transfer *row)
{
	clear_away(offers, row, true);
}

/* -- one offer --------------------------------------------------------------
 */

struct ending {
	struct job job;
	struct offers *offers;
	char message[ID_SIZE];
	int64_t number;
	bool drop;
	struct offer_rows rows; /* as they are then */
	bool *was_open;		/* each of them */
	int err;
	void (*on_done)(void *arg, int err, json_t *objects);
	void *arg;
};

static bool
is_open(const struct store_transfer *row)
{
	return row->stage == STORE_OFFERED || row->stage == STORE_WAITING ||
	       row->stage == STORE_RUNNING ||
	       (row->received && row->stage == STORE_BROKEN);
}

static int
end_row(struct store *store, struct ending *ending, size_t i)
{
	struct store_transfer *row = ending->rows.list[i];

	ending->was_open[i] = is_open(row);
	if (ending->was_open[i]) {
		row->stage = STORE_CANCELLED;
		row->reason = !row->received ? "withdrawn"
			      : ending->drop ? "declined"
					     : "cancelled";
	}
	/* What we only stop fetching we may fetch later. */
	row->untold |=
	    ending->was_open[i] &&
	    (!row->received || (ending->drop && row->carried == STORE_CAM1));
	row->dropped |= ending->drop;
	row->changed_ms = clock_wall_ms();
	return store_transfer_put(store, row);
}

static int
end_rows(struct store *store, struct ending *ending)
{
	int64_t message = 0;
	int r =
	    store_message_find(store, ending->message, NULL, 0, NULL, &message);

	if (r == 0)
		r = offer_rows_read(
		    store, message, ending->number, &ending->rows);
	if (r != 0)
		return r;
	ending->was_open =
	    xcalloc(ending->rows.count, sizeof *ending->was_open);
	for (size_t i = 0; i < ending->rows.count && r == 0; i++) {
		if (!ending->rows.list[i]->received)
			r = store_source_withdraw(
			    store, message, ending->rows.list[i]->number);
		if (r == 0)
			r = end_row(store, ending, i);
	}
	return r;
}

static void
store_end(struct job *job, void *context)
{
	struct ending *ending = container_of(job, struct ending, job);

	ending->err = end_rows(context, ending);
}

static void
end_one(struct ending *ending, size_t i)
{
	struct offers *offers = ending->offers;
	struct camd *camd = offers->camd;
	const struct store_transfer *row = ending->rows.list[i];
	const struct offer_key key = { row->message, row->number, row->uid };

	if (!row->received) {
		roots_drop(offers->roots, row->message, row->number);
		tickets_drop(camd->tickets, row->message, row->number);
		holdings_drop(camd->holdings, row->message, row->number);
		transfers_cancel_all(
		    camd->transfers, row->message, row->number);
	} else {
		(void)fetches_remove(camd->fetches, &key);
		if (!transfers_cancel(camd->transfers, &key, ending->drop) &&
		    ending->drop && ending->was_open[i])
			offers_discard(offers, row);
	}
	if (!ending->was_open[i])
		return;
	offers_tell(camd, EVENT_TRANSFER_FAILED, row, false);
	offers_tell_ended(offers, roster_by_uid(camd->roster, row->uid));
}

static void
end_all(struct ending *ending)
{
	struct offers *offers = ending->offers;
	bool any = false;

	for (size_t i = 0; i < ending->rows.count; i++) {
		end_one(ending, i);
		any |= ending->was_open[i];
	}
	if (ending->rows.list[0]->received && ending->drop && any)
		offers_decline(offers->camd, &ending->rows);
	if (!ending->rows.list[0]->received)
		sweep(offers->camd);
}

static void
on_end(struct job *job)
{
	struct ending *ending = container_of(job, struct ending, job);
	const struct camd *camd = ending->offers->camd;
	int err = job->batch_err < 0 ? job->batch_err : ending->err;
	json_t *objects = err == 0 ? json_array() : NULL;

	upkeep_touch(camd->upkeep);
	if (err == 0 && !ending->offers->stopped)
		end_all(ending);
	for (size_t i = 0; i < ending->rows.count && err == 0; i++)
		json_array_append_new(
		    objects, offer_file_object(camd, ending->rows.list[i]));
	ending->on_done(ending->arg, err, objects);
	json_decref(objects);
	offer_rows_finish(&ending->rows);
	free(ending->was_open);
	free(ending);
}

void
offers_end(struct offers *offers, const char *message, uint32_t number,
    bool drop, void (*on_done)(void *arg, int err, json_t *objects), void *arg)
{
	struct ending *ending = xcalloc(1, sizeof *ending);

	ending->offers = offers;
	snprintf(ending->message, sizeof ending->message, "%s", message);
	ending->number = number;
	ending->drop = drop;
	ending->on_done = on_done;
	ending->arg = arg;
	ending->job.work = store_end;
	ending->job.done = on_end;
	workers_submit(offers->camd->writer, &ending->job);
}

/* -- a deleted message ------------------------------------------------------
 */

void
offers_deleted(struct offers *offers, int64_t message)
{
	if (offers == NULL || offers->stopped)
		return;
	fetches_remove_message(offers->camd->fetches, message);
	tickets_drop(offers->camd->tickets, message, OFFER_ALL);
	holdings_drop(offers->camd->holdings, message, OFFER_ALL);
	transfers_cancel_all(offers->camd->transfers, message, OFFER_ALL);
	sweep(offers->camd);
}
