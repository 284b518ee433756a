/* change.c: another text for a message of ours, or none, stored and sent to all
 * who have it. */
#include "camd/message/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/identity.h"
#include "camd/message/object.h"
#include "camd/message/outbox_parts.h"
#include "camd/message/way.h"
#include "camd/offer/offers.h"
#include "camd/people/roster.h"
#include "camd/upkeep.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/change.h"
#include "store/message.h"

/* Twice to the writer: the message and its deliveries are read; then, with what
 * the lines know of them, it is changed. */
struct change {
	struct job job;
	struct camd *camd;
	char target[ID_SIZE];
	char *text; /* "" in a deletion */
	struct store_message *message;
	struct outbox_rows rows; /* the message's deliveries */
	struct store_message row;
	struct store_place place; /* of row */
	struct store_delivery *deliveries;
	size_t count;
	struct parcel *parcel;
	struct record record; /* the message as it is then */
	bool has_record;
	int err;
	void (*on_done)(void *arg, int err, const struct outbox_sent *sent);
	void *arg;
};

static void
change_free(struct change *change)
{
	if (change->has_record)
		record_finish(&change->record);
	parcel_unref(change->parcel);
	free(change->message);
	free(change->rows.list);
	free(change->deliveries);
	free(change->text);
	free(change);
}

static void
give_up(struct change *change, int err)
{
	change->on_done(change->arg, err, NULL);
	change_free(change);
}

/* -- stored ---------------------------------------------------------------- */

static int
read_changed(struct store *store, int64_t row, struct change *change)
{
	struct store_message *message = NULL;
	int r;

	if ((r = store_message_get(store, row, &message)) == 0 &&
	    (r = record_read(store, message, &change->record)) == 0)
		change->has_record = true;
	free(message);
	return r;
}

static void
store_it(struct job *job, void *context)
{
	struct change *change = container_of(job, struct change, job);
	int64_t target = 0;

	change->err = store_change_send(
	    context, &change->row, change->deliveries, change->count, &target);
	if (change->err == 0)
		change->err = read_changed(context, target, change);
}

void
change_tell(struct camd *camd, const struct record *record)
{
	if (events_wanted(camd->events, EVENT_MESSAGE_CHANGED))
		events_tell(camd->events, EVENT_MESSAGE_CHANGED,
		    changed_object(camd, record));
}

/* The answer leaves first, then whatever becomes of the change is told. */
static void
on_stored(struct job *job)
{
	struct change *change = container_of(job, struct change, job);
	struct camd *camd = change->camd;
	int err = job->batch_err < 0 ? job->batch_err : change->err;
	struct outbox_sent sent;

	upkeep_touch(camd->upkeep);
	if (err < 0) {
		log_error("cannot change a message: %s", cam_strerror(err));
		give_up(change, err);
		return;
	}
	sent = (struct outbox_sent){ change->row.id, change->row.time_ms,
		change->deliveries, change->count };
	change->on_done(change->arg, 0, &sent);
	if (change->row.type == STORE_DELETION)
		offers_deleted(camd->offers, change->message->row);
	change_tell(camd, &change->record);
	change->parcel->row = change->row.row;
	change->parcel->sequence = change->row.sequence;
	outbox_join(
	    camd->outbox, change->parcel, change->deliveries, change->count);
	change_free(change);
}

/* -- who gets it ----------------------------------------------------------- */

/* What has not left stays here with a deletion, and nobody is told of it. */
static bool
is_concerned(const struct change *change, const struct store_delivery *row)
{
	const struct line *line;

	if (row->state == STORE_FAILED)
		return false;
	if (change->row.type != STORE_DELETION || row->state >= STORE_DELIVERED)
		return true;
	line = outbox_find_line(change->camd->outbox, row->uid);
	return line != NULL && line_has_sent(line, row->message);
}

/* Programs of IPMSG cannot change what they have shown. */
static const char *
refusal(struct change *change, const struct store_delivery *had,
    struct store_delivery *row)
{
	struct camd *camd = change->camd;
	struct user *user = roster_by_uid(camd->roster, row->uid);
	const struct way_wish wish = { .type = change->row.type };
	enum store_encryption encryption = STORE_CAM1;

	if (user == NULL ||
	    (had->state >= STORE_DELIVERED && had->encryption != STORE_CAM1))
		return "unable";
	return way_refusal(camd, user, &wish, &encryption);
}

static void
fill_deliveries(struct change *change)
{
	change->deliveries =
	    xcalloc(change->rows.count + 1, sizeof *change->deliveries);
	for (size_t i = 0; i < change->rows.count; i++) {
		const struct store_delivery *had = &change->rows.list[i];
		struct store_delivery *row = &change->deliveries[change->count];
		const char *reason;

		if (!is_concerned(change, had))
			continue;
		change->count++;
		row->uid = had->uid;
		row->state = STORE_QUEUED;
		row->encryption = STORE_CAM1;
		if ((reason = refusal(change, had, row)) == NULL)
			continue;
		row->state = STORE_FAILED;
		row->encryption = STORE_NOT_ENCRYPTED;
		snprintf(row->error, sizeof row->error, "%s", reason);
	}
}

/* In the talk of the message, whoever of it is concerned. */
static void
make_parcel(struct change *change)
{
	struct camd *camd = change->camd;
	struct parcel *parcel = parcel_new(change->text, strlen(change->text));
	int64_t *uids = xcalloc(change->rows.count + 1, sizeof *uids);

	for (size_t i = 0; i < change->rows.count; i++)
		uids[i] = change->rows.list[i].uid;
	parcel->type = change->row.type;
	memcpy(parcel->id, change->row.id, sizeof parcel->id);
	memcpy(parcel->target, change->target, sizeof parcel->target);
	parcel->time_ms = change->row.time_ms;
	parcel_address(parcel, camd, uids, change->rows.count);
	if (outbox_leaves_now(camd->outbox, uids, change->rows.count))
		change->row.place = &change->place;
	memcpy(change->place.talk, parcel->talk, STORE_PLACE_SIZE);
	memcpy(change->place.device, identity_device_id(camd->identity),
	    STORE_PLACE_SIZE);
	change->parcel = parcel;
	free(uids);
}

static void
fill_row(struct change *change)
{
	struct store_message *row = &change->row;

	random_id(row->id);
	memcpy(row->reply_to, change->target, sizeof row->reply_to);
	row->text = change->text;
	row->time_ms = clock_wall_ms();
	row->state = STORE_QUEUED;
	row->encryption = STORE_CAM1;
}

static void
withdraw(struct change *change)
{
	for (size_t i = 0; i < change->rows.count; i++) {
		struct line *line = outbox_find_line(
		    change->camd->outbox, change->rows.list[i].uid);

		if (line != NULL)
			line_withdraw(
			    line, change->message->row, change->target);
	}
}

/* -- read ------------------------------------------------------------------ */

static int
read_rows(struct store *store, struct change *change)
{
	int64_t row;
	int r;

	if ((r = store_message_find(
		 store, change->target, NULL, 0, NULL, &row)) < 0 ||
	    (r = store_message_get(store, row, &change->message)) < 0)
		return r;
	if (change->message->type != STORE_MESSAGE)
		return CAM_ERR_UNKNOWN;
	if (change->message->from != 0)
		return CAM_ERR_REFUSED;
	if (change->message->deleted)
		return CAM_ERR_EXISTS;
	return store_delivery_each(store, row, outbox_collect, &change->rows);
}

static void
read_it(struct job *job, void *context)
{
	struct change *change = container_of(job, struct change, job);

	change->err = read_rows(context, change);
}

static void
on_read(struct job *job)
{
	struct change *change = container_of(job, struct change, job);
	int err = job->batch_err < 0 ? job->batch_err : change->err;

	if (err < 0) {
		give_up(change, err);
		return;
	}
	fill_row(change);
	make_parcel(change);
	fill_deliveries(change);
	if (change->row.type == STORE_DELETION)
		withdraw(change);
	change->job.work = store_it;
	change->job.done = on_stored;
	workers_submit(change->camd->writer, &change->job);
}

void
change_message(struct camd *camd, const char *id, const char *text,
    void (*on_done)(void *arg, int err, const struct outbox_sent *sent),
    void *arg)
{
	struct change *change = xcalloc(1, sizeof *change);

	change->camd = camd;
	change->row.type = text != NULL ? STORE_EDIT : STORE_DELETION;
	change->text = xstrdup(text != NULL ? text : "");
	snprintf(change->target, sizeof change->target, "%s", id);
	change->on_done = on_done;
	change->arg = arg;
	change->job.work = read_it;
	change->job.done = on_read;
	workers_submit(camd->writer, &change->job);
}
