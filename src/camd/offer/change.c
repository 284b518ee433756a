/* change.c: transfers as the database has them, and their changes told. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/offer/file_object.h"
#include "camd/offer/offers_parts.h"
#include "camd/upkeep.h"

/* -- rows -------------------------------------------------------------------
 */

int
offer_rows_add(const struct store_transfer *transfer, void *arg)
{
	struct offer_rows *rows = arg;

	if (rows->count == rows->size) {
		rows->size = rows->size > 0 ? 2 * rows->size : 4;
		rows->list =
		    xreallocarray(rows->list, rows->size, sizeof *rows->list);
	}
	rows->list[rows->count++] = store_transfer_copy(transfer);
	return 0;
}

struct choice {
	struct offer_rows *rows;
	int64_t number;
};

static int
add_chosen(const struct store_transfer *transfer, void *arg)
{
	const struct choice *choice = arg;

	if (choice->number != OFFER_ALL && choice->number != transfer->number)
		return 0;
	return offer_rows_add(transfer, choice->rows);
}

int
offer_rows_read(struct store *store, int64_t message, int64_t number,
    struct offer_rows *rows)
{
	struct choice choice = { rows, number };
	int r;

	*rows = (struct offer_rows){ NULL, 0, 0 };
	r = store_transfer_each(store, message, add_chosen, &choice);
	if (r == 0 && rows->count == 0)
		r = CAM_ERR_UNKNOWN;
	if (r < 0)
		offer_rows_finish(rows);
	return r;
}

void
offer_rows_finish(struct offer_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->list[i]);
	free(rows->list);
	*rows = (struct offer_rows){ NULL, 0, 0 };
}

/* -- changes ----------------------------------------------------------------
 */

struct change_job {
	struct job job;
	struct offers *offers;
	struct offer_key key;
	struct offer_change change;
	char *folder, *name, *made, *reason;
	uint8_t digest[STORE_FILE_DIGEST_SIZE];
	struct store_transfer *row; /* as it is then */
	int err;
	void (*on_done)(void *arg, int err, const struct store_transfer *row);
	void *arg;
};

void
offer_change_init(struct offer_change *change)
{
	*change = (struct offer_change){
		.stage = OFFER_KEEP,
		.encryption = OFFER_KEEP,
	};
}

static void
apply(const struct offer_change *change, struct store_transfer *row)
{
	if (change->stage != OFFER_KEEP) {
		row->stage = (enum store_stage)change->stage;
		row->untold = false;
	}
	if (change->has_done)
		row->done = change->done;
	if (change->folder != NULL)
		row->folder = change->folder;
	if (change->name != NULL)
		row->name = change->name;
	if (change->made != NULL)
		row->made = change->made;
	if (change->reason != NULL)
		row->reason = change->reason;
	if (change->encryption != OFFER_KEEP)
		row->encryption = (enum store_encryption)change->encryption;
	row->fetches += change->was_fetched;
	row->automatic |= change->automatic;
	row->dropped |= change->dropped;
	row->changed_ms = clock_wall_ms();
}

static int
change_row(struct store *store, struct change_job *work)
{
	const struct offer_change *change = &work->change;
	const struct offer_key *key = &work->key;
	struct store_transfer *old = NULL, row;
	int r = store_transfer_get(
	    store, key->message, key->number, key->uid, &old);

	if (r == 0 && change->from != 0 &&
	    (change->from & 1U << old->stage) == 0)
		r = CAM_ERR_UNKNOWN;
	if (r == 0) {
		row = *old;
		apply(change, &row);
		r = store_transfer_put(store, &row);
	}
	if (r == 0 && change->digest != NULL)
		r = store_offer_set_digest(
		    store, key->message, key->number, change->digest);
	if (r == 0)
		work->row = store_transfer_copy(&row);
	free(old);
	return r;
}

static void
store_change(struct job *job, void *context)
{
	struct change_job *work = container_of(job, struct change_job, job);

	work->err = change_row(context, work);
}

void
offers_tell(const struct camd *camd, const char *event,
    const struct store_transfer *row, bool again)
{
	json_t *object;

	/* What nobody may see yet nobody hears of. */
	if (row->shut || !events_wanted(camd->events, event))
		return;
	object = offer_file_object(camd, row);
	json_object_set_new(object, "again", json_boolean(again));
	events_tell(camd->events, event, object);
}

static void
on_stored(struct job *job)
{
	struct change_job *work = container_of(job, struct change_job, job);
	struct camd *camd = work->offers->camd;
	int err = job->batch_err < 0 ? job->batch_err : work->err;

	upkeep_touch(camd->upkeep);
	if (err < 0 && err != CAM_ERR_UNKNOWN)
		log_error("cannot store what became of a file: %s",
		    cam_strerror(err));
	if (err == 0 && work->change.event != NULL)
		offers_tell(
		    camd, work->change.event, work->row, work->change.again);
	if (work->on_done != NULL)
		work->on_done(work->arg, err, err == 0 ? work->row : NULL);
	free(work->row);
	free(work->folder);
	free(work->name);
	free(work->made);
	free(work->reason);
	free(work);
}

static char *
keep(const char **text)
{
	char *copy = *text != NULL ? xstrdup(*text) : NULL;

	*text = copy;
	return copy;
}

void
offers_change(struct offers *offers, const struct offer_key *key,
    const struct offer_change *change,
    void (*on_done)(void *arg, int err, const struct store_transfer *row),
    void *arg)
{
	struct change_job *work = xcalloc(1, sizeof *work);

	work->offers = offers;
	work->key = *key;
	work->change = *change;
	work->folder = keep(&work->change.folder);
	work->name = keep(&work->change.name);
	work->made = keep(&work->change.made);
	work->reason = keep(&work->change.reason);
	if (change->digest != NULL) {
		memcpy(work->digest, change->digest, sizeof work->digest);
		work->change.digest = work->digest;
	}
	work->on_done = on_done;
	work->arg = arg;
	work->job.work = store_change;
	work->job.done = on_stored;
	workers_submit(offers->camd->writer, &work->job);
}
