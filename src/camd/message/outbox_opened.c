/* outbox_opened.c: word that sealed messages of ours were opened. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/message/outbox_parts.h"
#include "camd/people/user.h"
#include "loop/worker.h"
#include "store/message.h"
#include "store/user.h"

/* -- by IPMSG ------------------------------------------------------------- */

struct opened_job {
	struct job job;
	struct camd *camd;
	int64_t uid;
	uint32_t packet_no;
	struct store_delivery delivery;
	struct store_message *message;
	bool changed;
};

/* The one who was written to may live on as another. */
static bool
is_recipient(
    struct store *store, const struct store_delivery *delivery, int64_t uid)
{
	struct store_user *user = NULL;
	bool is = delivery->uid == uid;

	if (!is && store_user_get(store, delivery->uid, &user) == 0)
		is = user->merged_into == uid;
	free(user);
	return is;
}

/* Only what he has confirmed: until then his word takes nothing out of the
 * queue (threat model N2). */
static void
store_opened(struct job *job, void *context)
{
	struct opened_job *opened = container_of(job, struct opened_job, job);
	struct store_delivery *delivery = &opened->delivery;

	if (store_delivery_find(context, opened->packet_no, delivery) < 0 ||
	    delivery->state != STORE_DELIVERED ||
	    !is_recipient(context, delivery, opened->uid) ||
	    store_message_get(context, delivery->message, &opened->message) <
		0 ||
	    !opened->message->sealed)
		return;
	delivery->state = STORE_OPENED;
	delivery->opened_ms = clock_wall_ms();
	opened->changed = store_delivery_put(context, delivery) == 0;
}

static void
on_opened_stored(struct job *job)
{
	struct opened_job *opened = container_of(job, struct opened_job, job);

	if (opened->changed && job->batch_err == 0)
		delivery_tell_row(opened->camd, &opened->delivery,
		    opened->message->id, opened->message->time_ms);
	free(opened->message);
	free(opened);
}

void
outbox_opened(
    struct outbox *outbox, const struct user *user, uint32_t packet_no)
{
	struct opened_job *opened = xcalloc(1, sizeof *opened);
	struct line *line = outbox_find_line(outbox, user->uid);

	/* Perhaps his receipt is still on its way. */
	if (line != NULL)
		line_opened(line, packet_no);
	opened->camd = outbox->camd;
	opened->uid = user->uid;
	opened->packet_no = packet_no;
	opened->job.work = store_opened;
	opened->job.done = on_opened_stored;
	workers_submit(outbox->camd->writer, &opened->job);
}

/* -- over a link, signed -------------------------------------------------- */

struct opened_row {
	char id[ID_SIZE];
	struct store_delivery delivery;
	int64_t time_ms; /* of the message */
	bool changed;
};

struct opened_ids_job {
	struct job job;
	struct camd *camd;
	int64_t uid;
	struct opened_row *rows;
	size_t count;
	int err;
	void (*on_done)(void *arg, int err);
	void *arg;
};

struct recipient_search {
	struct store *store;
	int64_t uid;
	struct store_delivery *delivery;
};

static int
compare_recipient(const struct store_delivery *delivery, void *arg)
{
	struct recipient_search *search = arg;

	if (!is_recipient(search->store, delivery, search->uid))
		return 0;
	*search->delivery = *delivery;
	return 1;
}

/* CAM_ERR_UNKNOWN: it was not sealed, not ours, or not for him. */
static int
find_opened(struct store *store, int64_t uid, struct opened_row *opened)
{
	struct recipient_search search = { store, uid, &opened->delivery };
	struct store_message *message = NULL;
	bool sealed;
	int64_t row;
	int r;

	if ((r = store_message_find(store, opened->id, NULL, 0, NULL, &row)) <
		0 ||
	    (r = store_message_get(store, row, &message)) < 0)
		return r;
	opened->time_ms = message->time_ms;
	sealed = message->from == 0 && message->sealed;
	free(message);
	if (!sealed)
		return CAM_ERR_UNKNOWN;
	r = store_delivery_get(store, row, uid, &opened->delivery);
	if (r == CAM_ERR_UNKNOWN)
		r = store_delivery_each(store, row, compare_recipient, &search);
	return r == 1				     ? 0
	       : r == 0 && opened->delivery.uid == 0 ? CAM_ERR_UNKNOWN
						     : r;
}

static int
store_opened_row(struct store *store, int64_t uid, struct opened_row *opened)
{
	int r = find_opened(store, uid, opened);

	if (r == CAM_ERR_UNKNOWN || r == CAM_ERR_AMBIGUOUS ||
	    (r == 0 && opened->delivery.state != STORE_DELIVERED))
		return 0;
	if (r < 0)
		return r;
	opened->delivery.state = STORE_OPENED;
	opened->delivery.opened_ms = clock_wall_ms();
	r = store_delivery_put(store, &opened->delivery);
	opened->changed = r == 0;
	return r;
}

static void
store_opened_ids(struct job *job, void *context)
{
	struct opened_ids_job *opened =
	    container_of(job, struct opened_ids_job, job);

	for (size_t i = 0; i < opened->count && opened->err == 0; i++)
		opened->err =
		    store_opened_row(context, opened->uid, &opened->rows[i]);
}

static void
on_ids_stored(struct job *job)
{
	struct opened_ids_job *opened =
	    container_of(job, struct opened_ids_job, job);
	int err = job->batch_err < 0 ? job->batch_err : opened->err;

	for (size_t i = 0; i < opened->count && err == 0; i++) {
		if (opened->rows[i].changed)
			delivery_tell_row(opened->camd,
			    &opened->rows[i].delivery, opened->rows[i].id,
			    opened->rows[i].time_ms);
	}
	if (err < 0)
		log_error("cannot keep that messages were opened: %s",
		    cam_strerror(err));
	opened->on_done(opened->arg, err);
	free(opened->rows);
	free(opened);
}

void
outbox_opened_ids(struct outbox *outbox, struct user *user,
    const uint8_t (*ids)[OUTBOX_ID_SIZE], size_t count,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct opened_ids_job *opened = xcalloc(1, sizeof *opened);
	struct line *line = outbox_find_line(outbox, user->uid);

	opened->camd = outbox->camd;
	opened->uid = user->uid;
	opened->rows = xcalloc(count + 1, sizeof *opened->rows);
	opened->on_done = on_done;
	opened->arg = arg;
	for (size_t i = 0; i < count; i++) {
		struct opened_row *row = &opened->rows[opened->count];

		hex_encode(ids[i], OUTBOX_ID_SIZE, row->id);
		/* His receipt may have been lost with an earlier link. */
		if (line == NULL || !line_opened_id(line, row->id))
			opened->count++;
	}
	opened->job.work = store_opened_ids;
	opened->job.done = on_ids_stored;
	workers_submit(outbox->camd->writer, &opened->job);
}
