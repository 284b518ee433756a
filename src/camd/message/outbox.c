/* outbox.c: what was asked to be sent is stored, then goes into its recipients'
 * lines. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/message/object.h"
#include "camd/message/outbox_parts.h"
#include "camd/message/question.h"
#include "camd/message/way.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers.h"
#include "camd/people/roster.h"
#include "camd/upkeep.h"
#include "lan/lan.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/message.h"
#include "store/talk.h"

/* -- lines ---------------------------------------------------------------- */

static bool
is_line_of(const struct table_link *link, const void *key)
{
	return line_of_link(link)->uid == *(const int64_t *)key;
}

struct line *
outbox_find_line(const struct outbox *outbox, int64_t uid)
{
	struct table_link *link = table_find(&outbox->lines,
	    table_hash(&outbox->lines, &uid, sizeof uid), is_line_of, &uid);

	return link != NULL ? line_of_link(link) : NULL;
}

struct line *
outbox_line(struct outbox *outbox, int64_t uid)
{
	struct user *user = roster_by_uid(outbox->camd->roster, uid);
	struct line *line;

	if (user != NULL)
		uid = user->uid;
	line = outbox_find_line(outbox, uid);
	if (line == NULL) {
		line = line_new(
		    outbox->camd, &outbox->freight, uid, &outbox->count);
		line->stopped = outbox->stopped;
		table_add(&outbox->lines, &line->link,
		    table_hash(&outbox->lines, &uid, sizeof uid));
	}
	return line;
}

void
outbox_user_heard(struct outbox *outbox, struct user *user)
{
	struct line *line = outbox_find_line(outbox, user->uid);

	if (line != NULL)
		line_wake(line);
}

void
outbox_user_mute(struct outbox *outbox, struct user *user)
{
	struct line *line = outbox_find_line(outbox, user->uid);

	if (line != NULL)
		line_no_key(line);
}

void
outbox_user_merged(struct outbox *outbox, struct user *from, struct user *into)
{
	struct line *line = outbox_find_line(outbox, from->uid);

	if (line == NULL)
		return;
	line_move(line, outbox_line(outbox, into->uid));
}

/* -- links ---------------------------------------------------------------- */

void
outbox_link_open(struct outbox *outbox, struct user *user, struct link *link)
{
	struct line *line = outbox_find_line(outbox, user->uid);

	if (line != NULL)
		line_link_open(line);
}

void
outbox_link_closed(struct outbox *outbox, struct user *user, struct link *link)
{
	struct line *line = outbox_find_line(outbox, user->uid);

	if (line != NULL)
		line_link_closed(line, link);
}

void
outbox_unreached(struct outbox *outbox, struct user *user)
{
	struct line *line = outbox_find_line(outbox, user->uid);

	if (line != NULL)
		line_unreached(line);
}

void
outbox_link_drained(struct outbox *outbox, struct link *link)
{
	struct line *line = outbox_find_line(outbox, link_user(link)->uid);

	if (line != NULL)
		line_drained(line, link);
}

void
outbox_receipted(struct outbox *outbox, struct user *user,
    const uint8_t (*ids)[OUTBOX_ID_SIZE], size_t count)
{
	struct line *line = outbox_find_line(outbox, user->uid);
	char id[ID_SIZE];

	for (size_t i = 0; i < count && line != NULL; i++) {
		hex_encode(ids[i], OUTBOX_ID_SIZE, id);
		line_receipted(line, id);
	}
}

void
outbox_refused(struct outbox *outbox, struct user *user,
    const struct outbox_refusal *refusal)
{
	struct line *line = outbox_find_line(outbox, user->uid);
	char id[ID_SIZE];

	for (size_t i = 0; i < refusal->count && line != NULL; i++) {
		hex_encode(refusal->ids[i], OUTBOX_ID_SIZE, id);
		line_refused(line, id, refusal->reason, refusal->digest);
	}
}

size_t
outbox_count(const struct outbox *outbox)
{
	return outbox->count;
}

/* -- sending -------------------------------------------------------------- */

struct send_job {
	struct job job;
	struct outbox *outbox;
	struct parcel *parcel;
	struct store_message row;
	struct store_place place; /* of row */
	struct store_delivery *deliveries;
	size_t count;
	int64_t *uids;
	struct offering *offering; /* NULL: none */
	struct quote quote;	   /* of the message answered */
	bool has_quote;
	int err;
	void (*on_stored)(void *arg, int err, const struct outbox_sent *sent);
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
	if (send->err == 0 && send->row.reply_to[0] != '\0')
		send->has_quote =
		    quote_read(context, &send->row, &send->quote) == 0;
}

void
outbox_join(struct outbox *outbox, struct parcel *parcel,
    const struct store_delivery *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].state == STORE_QUEUED)
			line_join(
			    outbox_line(outbox, rows[i].uid), parcel, &rows[i]);
	}
}

/* Those that are not refused join their recipients' lines. */
static void
join_lines(struct send_job *send)
{
	send->parcel->row = send->row.row;
	send->parcel->sequence = send->row.sequence;
	outbox_join(send->outbox, send->parcel, send->deliveries, send->count);
}

static void
tell_sent(struct send_job *send)
{
	struct camd *camd = send->outbox->camd;
	struct record record = {
		.message = &send->row,
		.deliveries = send->deliveries,
		.delivery_count = send->count,
		.offers = send->row.offers,
		.offer_count = send->row.offer_count,
		.quote = send->has_quote ? &send->quote : NULL,
	};
	const struct outbox_sent sent = { send->row.id, send->row.time_ms,
		send->deliveries, send->count };
	json_t *object = NULL;

	if (send->row.question)
		questions_open(camd->questions, &send->row, send->uids[0]);
	/* Who asked for it may let go of what it offers as soon as it is
	 * answered. */
	if (events_wanted(camd->events, EVENT_MESSAGE_SENT))
		object = message_object(camd, &record);
	send->on_stored(send->arg, 0, &sent);
	if (object != NULL)
		events_tell(camd->events, EVENT_MESSAGE_SENT, object);
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
		send->on_stored(send->arg, err, NULL);
	} else {
		if (send->offering != NULL)
			offers_added(send->outbox->camd->offers, send->row.row,
			    send->offering);
		tell_sent(send);
		join_lines(send);
	}
	parcel_unref(send->parcel);
	free(send->deliveries);
	free(send->uids);
	free(send);
}

/*
 * At the end of the text, one after the other; counted as Windows does, in
 * UTF-16 (protocol reference 4.6).
 */
static void
place_pictures(const struct parcel *parcel, struct offering *offering)
{
	uint32_t end = 0;

	for (size_t i = 0; i < parcel->text_len; i++) {
		uint8_t byte = (uint8_t)parcel->text[i];

		end += (byte & 0xc0) != 0x80; /* the first of a character */
		end += byte >= 0xf0;	      /* which is a pair there */
	}
	for (size_t i = 0; i < offering->count; i++) {
		if (offering->offers[i].kind == STORE_IMAGE)
			offering->offers[i].position = end++;
	}
}

/* As the database has them; the parcel, too, keeps its own. */
static void
fill_offers(struct send_job *send, struct offering *offering)
{
	if (offering == NULL)
		return;
	send->offering = offering;
	place_pictures(send->parcel, offering);
	for (size_t i = 0; i < offering->count; i++) {
		offering->offers[i].expires_ms =
		    send->parcel->time_ms + offers_life_ms;
		(void)parcel_offer(&offering->offers[i], send->parcel);
	}
	send->row.offers = offering->offers;
	send->row.sources = offering->sources;
	send->row.offer_count = offering->count;
}

static struct parcel *
make_parcel(const struct outbox_request *request)
{
	struct parcel *parcel = parcel_new(request->text, request->text_len);

	random_id(parcel->id);
	parcel->time_ms = clock_wall_ms();
	parcel->sealed = request->sealed || request->locked;
	parcel->locked = request->locked;
	parcel->automatic = request->automatic;
	parcel->question = request->question;
	if (request->reply != NULL)
		snprintf(parcel->target, sizeof parcel->target, "%s",
		    request->reply);
	return parcel;
}

static void
fill_deliveries(struct send_job *send, const struct outbox_request *request)
{
	struct camd *camd = send->outbox->camd;
	const struct way_wish wish = { .clear = request->clear };
	bool unstored = false;

	for (size_t i = 0; i < request->to_count; i++) {
		struct store_delivery *delivery = &send->deliveries[i];
		struct user *user = request->to[i];
		const char *reason;

		send->uids[i] = delivery->uid = user->uid;
		delivery->packet_no = lan_number(camd->lan);
		delivery->clear = request->clear;
		delivery->state = STORE_QUEUED;
		reason = way_refusal(camd, user, &wish, &delivery->encryption);
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

bool
outbox_leaves_now(
    const struct outbox *outbox, const int64_t *uids, size_t count)
{
	const struct camd *camd = outbox->camd;
	bool leaves = false;

	for (size_t i = 0; i < count; i++) {
		const struct user *user = roster_by_uid(camd->roster, uids[i]);
		const struct line *line = outbox_find_line(outbox, uids[i]);

		if (user == NULL || links_of(camd->links, user) == NULL)
			continue;
		if (line != NULL && !TAILQ_EMPTY(&line->waiting))
			return false;
		leaves = true;
	}
	return leaves;
}

static void
find_place(struct send_job *send)
{
	struct camd *camd = send->outbox->camd;

	parcel_address(send->parcel, camd, send->uids, send->count);
	if (!outbox_leaves_now(send->outbox, send->uids, send->count))
		return;
	memcpy(send->place.talk, send->parcel->talk, STORE_PLACE_SIZE);
	memcpy(send->place.device, identity_device_id(camd->identity),
	    STORE_PLACE_SIZE);
	send->row.place = &send->place;
}

void
outbox_send(struct outbox *outbox, const struct outbox_request *request,
    void (*on_told)(void *arg, int err, const struct outbox_sent *sent),
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
	find_place(send);
	memcpy(send->row.id, send->parcel->id, sizeof send->row.id);
	if (request->reply != NULL)
		snprintf(send->row.reply_to, sizeof send->row.reply_to, "%s",
		    request->reply);
	send->row.time_ms = send->parcel->time_ms;
	send->row.text = send->parcel->text;
	send->row.state = STORE_QUEUED;
	send->row.sealed = send->parcel->sealed;
	send->row.locked = send->parcel->locked;
	send->row.automatic = send->parcel->automatic;
	send->row.question = send->parcel->question;
	fill_offers(send, request->offering);
	send->job.work = store_sent;
	send->job.done = on_stored;
	workers_submit(outbox->camd->writer, &send->job);
}

/* -- making and ending ---------------------------------------------------- */

int
outbox_collect(const struct store_delivery *delivery, void *arg)
{
	struct outbox_rows *rows = arg;

	if (rows->count == rows->size) {
		rows->size = rows->size > 0 ? 2 * rows->size : 4;
		rows->list =
		    xreallocarray(rows->list, rows->size, sizeof *rows->list);
	}
	rows->list[rows->count++] = *delivery;
	return 0;
}

struct loading {
	struct outbox *outbox;
	struct store *store;
	struct parcel *last;
};

/* A change is told to all whom its message went to, whoever gets it. */
static void
address(struct parcel *parcel, struct camd *camd, struct store *store)
{
	struct outbox_rows rows = { 0 };
	int64_t *uids, row = parcel->row;

	if (parcel->type != STORE_MESSAGE)
		(void)store_message_find(
		    store, parcel->target, NULL, 0, NULL, &row);
	(void)store_delivery_each(store, row, outbox_collect, &rows);
	uids = xcalloc(rows.count + 1, sizeof *uids);
	for (size_t i = 0; i < rows.count; i++)
		uids[i] = rows.list[i].uid;
	parcel_address(parcel, camd, uids, rows.count);
	free(uids);
	free(rows.list);
}

/* Deliveries of one message follow each other: they share its parcel. */
static int
load(const struct store_delivery *row, void *arg)
{
	struct loading *loading = arg;
	struct outbox *outbox = loading->outbox;
	struct store_message *message = NULL;
	struct store_delivery copy = *row;
	struct delivery *delivery;

	if (loading->last == NULL || loading->last->row != row->message) {
		if (store_message_get(loading->store, row->message, &message) <
		    0)
			return 0;
		parcel_unref(loading->last);
		loading->last = parcel_of_row(message);
		if (message->has_offers)
			(void)store_offer_each(loading->store, row->message,
			    parcel_offer, loading->last);
		free(message);
		address(loading->last, outbox->camd, loading->store);
	}
	copy.state = STORE_QUEUED;
	delivery =
	    line_append(outbox_line(outbox, copy.uid), loading->last, &copy);
	delivery->left_by_lan = copy.encryption != STORE_CAM1 &&
				loading->last->type == STORE_MESSAGE;
	return 0;
}

struct outbox *
outbox_new(struct camd *camd, struct store *store)
{
	struct outbox *outbox = xcalloc(1, sizeof *outbox);
	struct loading loading = { outbox, store, NULL };
	uint32_t number = 0;

	outbox->camd = camd;
	outbox->seals = seals_new(camd);
	freight_init(&outbox->freight, outbox->seals);
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
outbox_stop(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	seals_stop(outbox->seals);
	for (struct table_link *link = table_first(&outbox->lines);
	     link != NULL; link = table_next(&outbox->lines, link))
		line_stop(line_of_link(link));
	outbox->stopped = true;
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
	seals_free(outbox->seals);
	free(outbox);
}
