/* outbox.c: what was asked to be sent is stored, then goes into its recipients'
 * lines. */
#include "camd/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/line.h"
#include "camd/object.h"
#include "camd/roster.h"
#include "camd/settings.h"
#include "camd/upkeep.h"
#include "camd/way.h"
#include "lan/lan.h"
#include "loop/worker.h"
#include "rpc/names.h"
#include "store/message.h"
#include "store/store.h"
#include "store/talk.h"
#include "store/user.h"

struct outbox {
	struct camd *camd;
	struct table lines; /* struct line, by uid */
	size_t count;
};

/* -- lines ------------------------------------------------------------------
 */

static bool
is_line_of(const struct table_link *link, const void *key)
{
	return line_of_link(link)->uid == *(const int64_t *)key;
}

static struct line *
find_line(const struct outbox *outbox, int64_t uid)
{
	struct table_link *link = table_find(&outbox->lines,
	    table_hash(&outbox->lines, &uid, sizeof uid), is_line_of, &uid);

	return link != NULL ? line_of_link(link) : NULL;
}

/* Of whom that uid means by now. */
static struct line *
make_line(struct outbox *outbox, int64_t uid)
{
	struct user *user = roster_by_uid(outbox->camd->roster, uid);
	struct line *line;

	if (user != NULL)
		uid = user->uid;
	line = find_line(outbox, uid);
	if (line == NULL) {
		line = line_new(outbox->camd, uid, &outbox->count);
		table_add(&outbox->lines, &line->link,
		    table_hash(&outbox->lines, &uid, sizeof uid));
	}
	return line;
}

void
outbox_user_heard(struct outbox *outbox, struct user *user)
{
	struct line *line = find_line(outbox, user->uid);

	if (line != NULL)
		line_wake(line);
}

void
outbox_user_mute(struct outbox *outbox, struct user *user)
{
	struct line *line = find_line(outbox, user->uid);

	if (line != NULL)
		line_no_key(line);
}

void
outbox_user_merged(struct outbox *outbox, struct user *from, struct user *into)
{
	struct line *line = find_line(outbox, from->uid);

	if (line == NULL)
		return;
	line_move(line, make_line(outbox, into->uid));
}

size_t
outbox_count(const struct outbox *outbox)
{
	return outbox->count;
}

/* -- sending ----------------------------------------------------------------
 */

struct send_job {
	struct job job;
	struct outbox *outbox;
	struct parcel *parcel;
	struct store_message row;
	struct store_delivery *deliveries;
	size_t count;
	int64_t *uids;
	int err;
	void (*on_stored)(void *arg, int err, const char *id, json_t *message,
	    json_t *recipients);
	void *arg;
};

static void
store_sent(struct job *job, void *context)
{
	struct send_job *send = container_of(job, struct send_job, job);

	send->err =
	    store_talk_make(context, send->uids, send->count, &send->row.talk);
	if (send->err == 0)
		send->err = store_message_send(
		    context, &send->row, send->deliveries, send->count);
}

/* Those that are not refused join their recipients' lines. */
static void
join_lines(struct send_job *send)
{
	struct outbox *outbox = send->outbox;

	send->parcel->row = send->row.row;
	for (size_t i = 0; i < send->count; i++) {
		if (send->deliveries[i].state == STORE_QUEUED)
			line_join(make_line(outbox, send->deliveries[i].uid),
			    send->parcel, &send->deliveries[i]);
	}
}

static void
tell_sent(struct send_job *send)
{
	struct camd *camd = send->outbox->camd;
	struct record record = {
		.message = &send->row,
		.deliveries = send->deliveries,
		.delivery_count = send->count,
	};
	json_t *message = message_object(camd, &record);
	json_t *recipients = recipient_objects(
	    camd, send->deliveries, send->count, send->row.time_ms);

	send->on_stored(send->arg, 0, send->row.id, message, recipients);
	if (events_wanted(camd->events, EVENT_MESSAGE_SENT))
		events_tell(
		    camd->events, EVENT_MESSAGE_SENT, json_incref(message));
	json_decref(message);
	json_decref(recipients);
}

static void
on_stored(struct job *job)
{
	struct send_job *send = container_of(job, struct send_job, job);
	int err = job->batch_err < 0 ? job->batch_err : send->err;

	upkeep_touch(send->outbox->camd->upkeep);
	if (err < 0) {
		log_error(
		    "cannot store a message to be sent: %s", cam_strerror(err));
		send->on_stored(send->arg, err, NULL, NULL, NULL);
	} else {
		tell_sent(send);
		join_lines(send);
	}
	parcel_unref(send->parcel);
	free(send->deliveries);
	free(send->uids);
	free(send);
}

/* The recipients' wire names, as the message itself will tell each of them. */
static void
name_recipients(struct parcel *parcel, const struct outbox_request *request)
{
	if (request->to_count > LIMIT_TO_LIST)
		return;
	parcel->to = xcalloc(request->to_count, sizeof *parcel->to);
	for (size_t i = 0; i < request->to_count; i++) {
		parcel->to[i].user = xstrdup(request->to[i]->peer.user);
		parcel->to[i].host = xstrdup(request->to[i]->peer.host);
	}
	parcel->to_count = request->to_count;
}

static struct parcel *
make_parcel(const struct outbox_request *request)
{
	struct parcel *parcel = parcel_new(request->text, request->text_len);

	random_id(parcel->id);
	parcel->time_ms = clock_wall_ms();
	parcel->several = request->to_count > 1;
	parcel->sealed = request->sealed || request->locked;
	parcel->locked = request->locked;
	name_recipients(parcel, request);
	return parcel;
}

static void
fill_deliveries(struct send_job *send, const struct outbox_request *request)
{
	struct camd *camd = send->outbox->camd;
	bool unstored = false;

	for (size_t i = 0; i < request->to_count; i++) {
		struct store_delivery *delivery = &send->deliveries[i];
		struct user *user = request->to[i];
		const char *reason;

		send->uids[i] = delivery->uid = user->uid;
		delivery->packet_no = lan_number(camd->lan);
		delivery->clear = request->clear;
		delivery->state = STORE_QUEUED;
		reason = way_refusal(
		    camd, user, request->clear, &delivery->encryption);
		if (reason != NULL) {
			delivery->state = STORE_FAILED;
			snprintf(delivery->error, sizeof delivery->error, "%s",
			    reason);
		}
		if (!user->stored) {
			roster_changed(camd->roster, user, false);
			unstored = true;
		}
	}
	if (unstored)
		roster_write(camd->roster);
}

void
outbox_send(struct outbox *outbox, const struct outbox_request *request,
    void (*on_told)(void *arg, int err, const char *id, json_t *message,
	json_t *recipients),
    void *arg)
{
	struct send_job *send = xcalloc(1, sizeof *send);

	send->outbox = outbox;
	send->on_stored = on_told;
	send->arg = arg;
	send->parcel = make_parcel(request);
	send->count = request->to_count;
	send->deliveries = xcalloc(send->count, sizeof *send->deliveries);
	send->uids = xcalloc(send->count, sizeof *send->uids);
	fill_deliveries(send, request);
	memcpy(send->row.id, send->parcel->id, sizeof send->row.id);
	if (request->reply != NULL)
		snprintf(send->row.reply_to, sizeof send->row.reply_to, "%s",
		    request->reply);
	send->row.time_ms = send->parcel->time_ms;
	send->row.text = send->parcel->text;
	send->row.state = STORE_QUEUED;
	send->row.sealed = send->parcel->sealed;
	send->row.locked = send->parcel->locked;
	send->job.work = store_sent;
	send->job.done = on_stored;
	workers_submit(outbox->camd->writer, &send->job);
}

/* -- trying again -----------------------------------------------------------
 */

struct retry_job {
	struct job job;
	struct outbox *outbox;
	char id[ID_SIZE];
	int64_t *uids; /* none: all */
	size_t uid_count;
	bool clear;
	struct store_message *message;
	struct store_delivery *deliveries;		 /* of those named */
	enum again { NOT_AGAIN, WAITS, FAILED } * again; /* what each was */
	size_t count;
	int err;
	void (*on_done)(void *arg, int err, json_t *recipients);
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
collect_delivery(const struct store_delivery *delivery, void *arg)
{
	struct retry_job *retry = arg;

	if (!is_named(retry, delivery->uid))
		return 0;
	if ((retry->count & (retry->count - 1)) == 0)
		retry->deliveries = xreallocarray(retry->deliveries,
		    retry->count > 0 ? 2 * retry->count : 1,
		    sizeof *retry->deliveries);
	retry->deliveries[retry->count++] = *delivery;
	return 0;
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
	if (retry->message->from != 0)
		return CAM_ERR_UNKNOWN;
	if ((r = store_delivery_each(store, row, collect_delivery, retry)) < 0)
		return r;
	retry->again = xcalloc(retry->count + 1, sizeof *retry->again);
	for (size_t i = 0; i < retry->count && r == 0; i++) {
		struct store_delivery *delivery = &retry->deliveries[i];

		if (delivery->state != STORE_FAILED &&
		    delivery->state != STORE_QUEUED)
			continue;
		retry->again[i] =
		    delivery->state == STORE_FAILED ? FAILED : WAITS;
		delivery->state = STORE_QUEUED;
		delivery->clear |= retry->clear;
		delivery->error[0] = '\0';
		r = store_delivery_put(store, delivery);
	}
	return r;
}

static void
work_retry(struct job *job, void *context)
{
	struct retry_job *retry = container_of(job, struct retry_job, job);

	retry->err = store_retry(context, retry);
}

static void
join_again(struct retry_job *retry)
{
	struct parcel *parcel = parcel_of_row(retry->message);

	for (size_t i = 0; i < retry->count; i++) {
		struct store_delivery *delivery = &retry->deliveries[i];

		if (retry->again[i] != NOT_AGAIN)
			line_rejoin(make_line(retry->outbox, delivery->uid),
			    parcel, delivery, retry->again[i] == FAILED);
	}
	parcel_unref(parcel);
}

static void
on_retry(struct job *job)
{
	struct retry_job *retry = container_of(job, struct retry_job, job);
	int err = job->batch_err < 0 ? job->batch_err : retry->err;
	json_t *recipients = NULL;

	if (err == 0)
		recipients = recipient_objects(retry->outbox->camd,
		    retry->deliveries, retry->count, retry->message->time_ms);
	retry->on_done(retry->arg, err, recipients);
	if (err == 0)
		join_again(retry);
	json_decref(recipients);
	free(retry->message);
	free(retry->deliveries);
	free(retry->again);
	free(retry->uids);
	free(retry);
}

void
outbox_retry(struct outbox *outbox, const char *id, struct user **to,
    size_t count, bool clear,
    void (*on_done)(void *arg, int err, json_t *recipients), void *arg)
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

/* -- opened by their recipients ---------------------------------------------
 */

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
		line_tell(opened->camd, &opened->delivery, opened->message->id,
		    opened->message->time_ms);
	free(opened->message);
	free(opened);
}

void
outbox_opened(
    struct outbox *outbox, const struct user *user, uint32_t packet_no)
{
	struct opened_job *opened = xcalloc(1, sizeof *opened);
	struct line *line = find_line(outbox, user->uid);

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

/* -- making and ending ------------------------------------------------------
 */

struct loading {
	struct outbox *outbox;
	struct store *store;
	struct parcel *last;
};

/* Deliveries of one message follow each other: they share its parcel. */
static int
load(const struct store_delivery *delivery, void *arg)
{
	struct loading *loading = arg;
	struct store_message *message = NULL;
	struct store_delivery copy = *delivery;

	if (loading->last == NULL || loading->last->row != delivery->message) {
		if (store_message_get(
			loading->store, delivery->message, &message) < 0)
			return 0;
		parcel_unref(loading->last);
		loading->last = parcel_of_row(message);
		free(message);
	}
	copy.state = STORE_QUEUED;
	line_append(make_line(loading->outbox, copy.uid), loading->last, &copy);
	return 0;
}

struct outbox *
outbox_new(struct camd *camd, struct store *store)
{
	struct outbox *outbox = xcalloc(1, sizeof *outbox);
	struct loading loading = { outbox, store, NULL };
	uint32_t number = 0;

	outbox->camd = camd;
	table_init(&outbox->lines);
	if (store_delivery_unfinished(store, load, &loading) < 0 ||
	    store_packet_no_max(store, &number) < 0)
		log_error("cannot read what is still to be sent");
	parcel_unref(loading.last);
	/* A number is one message's for ever: receivers know messages by it. */
	lan_number_floor(camd->lan, number);
	return outbox;
}

void
outbox_start(struct outbox *outbox)
{
	for (struct table_link *link = table_first(&outbox->lines);
	     link != NULL; link = table_next(&outbox->lines, link))
		line_wake(line_of_link(link));
}

void
outbox_free(struct outbox *outbox)
{
	struct table_link *link;

	if (outbox == NULL)
		return;
	while ((link = table_first(&outbox->lines)) != NULL) {
		table_remove(&outbox->lines, link);
		line_free(line_of_link(link));
	}
	table_finish(&outbox->lines);
	free(outbox);
}
