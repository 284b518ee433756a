/* depot.c: stored, acknowledged, sent in order, forgotten once it is taken. */
#include "camserver/links/depot.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camserver/links/expiry.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "link/relayed.h"
#include "link/wire.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/queue.h"

_Static_assert((int)QUEUE_ID_SIZE == (int)RELAYED_ID_SIZE, "the same ids");

enum {
	READ_COUNT = 64, /* items in one reading */
	READ_BYTES = 1024 * 1024,
	/* What may wait to leave beside what is new. */
	HANDED_BYTES = 64 * 1024,
	TAKEN_MAX = 1024, /* numbers in one notice */
	SHARES = 10,	  /* of a queue one sender has one (threat model S4) */
	SHARE_COUNT_MIN = 100,
};
static const int64_t day_ms = 24 * 3600 * (int64_t)1000;

struct depot {
	struct memberlinks *links;
	struct expiry *expiry;
};

/* What is on its way to one member over his link. */
struct depot_line {
	uint64_t serial; /* of the link */
	bool can_send, can_receive;
	uint16_t stream_out, stream_in;
	int64_t sent; /* number of the last item sent */
	bool reading, again;
	bool is_level; /* all that is stored for him has been sent */
	/* Ids of his that are stored, to be told at once. */
	json_t *stored;
	struct timer soon;
	/* What he has taken, not yet forgotten. */
	struct take_job *taken;
	struct timer rest;
	struct depot *depot;
};

/* -- from members ------------------------------------------------------------
 */

struct put_job {
	struct job job;
	struct depot *depot;
	uint64_t serial; /* of the sender's link */
	uint8_t sender[SIGN_KEY_SIZE], receiver[SIGN_KEY_SIZE];
	size_t room; /* to be given back to him */
	uint8_t *bytes;
	struct store_queued queued;
	struct store_quota quota;
	int err;
};

static void
tell_refused(struct memberlink *link, const uint8_t id[RELAYED_ID_SIZE],
    const char *reason)
{
	memberlink_notify(link, RELAY_REFUSED,
	    json_pack("{s:[o], s:s}", "ids",
		json_hex(span_of(id, RELAYED_ID_SIZE)), "reason", reason));
}

/* A commit stores what many have sent: one notice each. */
static void
on_soon(void *arg)
{
	struct depot_line *line = arg;
	struct memberlink *link =
	    memberlinks_by_serial(line->depot->links, line->serial);
	json_t *ids = line->stored;

	line->stored = NULL;
	memberlink_notify(link, RELAY_STORED, json_pack("{s:o}", "ids", ids));
}

static void
tell_stored(struct memberlink *link, const uint8_t id[RELAYED_ID_SIZE])
{
	struct depot_line *line = link->line;

	if (line == NULL)
		return;
	if (line->stored == NULL)
		line->stored = json_array();
	json_array_append_new(
	    line->stored, json_hex(span_of(id, RELAYED_ID_SIZE)));
	if (json_array_size(line->stored) >= TAKEN_MAX)
		on_soon(line);
	else if (!timer_is_running(&line->soon))
		timer_start(&line->soon, 0);
}

static void
put(struct job *job, void *context)
{
	struct put_job *put = container_of(job, struct put_job, job);

	put->err = store_queue_put(context, &put->queued, &put->quota);
	/* Sent again because our word of it was lost. */
	if (put->err == CAM_ERR_EXISTS)
		put->err = 0;
}

static void pump(struct depot *depot, struct memberlink *link);
static void hand_on(const struct put_job *put, struct memberlink *link);

static void
on_put(struct job *job)
{
	struct put_job *put = container_of(job, struct put_job, job);
	struct memberlinks *links = put->depot->links;
	struct memberlink *link = memberlinks_by_serial(links, put->serial);
	struct roll_member *receiver = roll_by_key(links->roll, put->receiver);
	int err = job->batch_err < 0 ? job->batch_err : put->err;

	if (err < 0 && err != CAM_ERR_LIMIT)
		log_error("cannot store an envelope: %s", cam_strerror(err));
	if (link != NULL && err == CAM_ERR_LIMIT)
		tell_refused(link, put->queued.id, "full");
	/* He sends again over the next link. */
	else if (link != NULL && err < 0)
		memberlink_close(link, "an envelope cannot be stored");
	else if (link != NULL)
		tell_stored(link, put->queued.id);
	if (link != NULL && link->line != NULL)
		channel_credit(
		    wire_channel(link->wire), link->line->stream_in, put->room);
	if (err == 0 && receiver != NULL && receiver->link != NULL)
		hand_on(put, receiver->link);
	free(put->bytes);
	free(put);
}

static int64_t
share(int64_t all, int64_t least)
{
	int64_t part = all / SHARES;

	return part > least ? part : all < least ? all : least;
}

static struct store_quota
quota_of(const struct settings *settings)
{
	struct store_quota quota = {
		.count = settings_number(settings, "relay.messages"),
		.size = settings_number(settings, "relay.size"),
	};

	quota.sender_count = share(quota.count, SHARE_COUNT_MIN);
	quota.sender_size = share(quota.size, RELAYED_MAX);
	return quota;
}

static void
keep(struct depot *depot, struct memberlink *link,
    const struct relayed *relayed, const struct roll_member *receiver,
    size_t room)
{
	const struct settings *settings = depot->links->server->settings;
	struct put_job *put_job = xcalloc(1, sizeof *put_job);
	int64_t now_ms = clock_wall_ms();

	put_job->depot = depot;
	put_job->serial = link->serial;
	put_job->room = room;
	memcpy(put_job->sender, link->user_key, SIGN_KEY_SIZE);
	memcpy(put_job->receiver, receiver->user_key, SIGN_KEY_SIZE);
	put_job->bytes = xmemdup(relayed->payload.data, relayed->payload.len);
	put_job->quota = quota_of(settings);
	put_job->queued = (struct store_queued){ .receiver = receiver->member,
		.sender = link->member->member,
		.kind = relayed->kind,
		.bytes = span_of(put_job->bytes, relayed->payload.len),
		.made_ms = now_ms,
		.expires_ms =
		    now_ms + settings_number(settings, "relay.days") * day_ms };
	memcpy(put_job->queued.id, relayed->id, QUEUE_ID_SIZE);
	put_job->job.work = put;
	put_job->job.done = on_put;
	workers_submit(depot->links->server->writer, &put_job->job);
}

void
depot_item(struct depot *depot, struct memberlink *link, uint16_t stream,
    struct span item)
{
	const struct roll_member *receiver = NULL;
	struct relayed relayed;

	if (link->line == NULL || !link->line->can_receive ||
	    stream != link->line->stream_in)
		return;
	if (relayed_parse(item, &relayed) < 0) {
		memberlink_close(link, "what he sends is no item of the relay");
		return;
	}
	receiver = roll_by_key(depot->links->roll, relayed.user_key);
	if (receiver != NULL) {
		keep(depot, link, &relayed, receiver, item.len);
		return;
	}
	channel_credit(wire_channel(link->wire), stream, item.len);
	tell_refused(link, relayed.id, "unknown");
}

int
depot_stream(struct depot *depot, struct memberlink *link, uint16_t stream,
    const char *kind)
{
	struct depot_line *line = link->line;

	if (line == NULL || strcmp(kind, RELAYED_STREAM) != 0)
		return CAM_ERR_REFUSED;
	if (line->can_receive)
		return CAM_ERR_EXISTS;
	line->can_receive = true;
	line->stream_in = stream;
	return 0;
}

/* -- to members --------------------------------------------------------------
 */

struct read_job {
	struct job job;
	struct depot *depot;
	uint64_t serial;
	int64_t receiver, after, last;
	struct buf *items;
	size_t count, bytes, rows;
	bool is_all;
	int err;
};

static int
read_one(const struct store_queued *queued, void *arg)
{
	struct read_job *read = arg;
	struct relayed relayed = { .number = (uint64_t)queued->number,
		.kind = (enum relayed_kind)queued->kind,
		.payload = queued->bytes };

	if (read->bytes >= READ_BYTES || read->rows == READ_COUNT)
		return 1;
	read->rows++;
	read->last = queued->number;
	if (queued->sender_key.len != SIGN_KEY_SIZE)
		return 0;
	memcpy(relayed.user_key, queued->sender_key.data, SIGN_KEY_SIZE);
	memcpy(relayed.id, queued->id, RELAYED_ID_SIZE);
	buf_init(&read->items[read->count], RELAYED_MAX);
	relayed_write(&relayed, &read->items[read->count]);
	read->bytes += read->items[read->count++].len;
	return 0;
}

static void
read_some(struct job *job, void *context)
{
	struct read_job *read = container_of(job, struct read_job, job);

	read->err = context == NULL
			? CAM_ERR_STORE
			: store_queue_each(context, read->receiver, read->after,
			      READ_COUNT + 1, read_one, read);
	read->is_all = read->err == 0;
}

/* False: the link has ended. */
static bool
send_item(struct memberlink *link, struct span item)
{
	struct depot_line *line = link->line;
	struct channel *channel = wire_channel(link->wire);

	if (!line->can_send && channel_open(channel, RELAYED_STREAM,
				   CHANNEL_URGENT, &line->stream_out) < 0) {
		memberlink_close(link, "he has no stream left");
		return false;
	}
	line->can_send = true;
	if (channel_send(channel, line->stream_out, item) == 0)
		return true;
	memberlink_close(link, "he does not read");
	return false;
}

static void
send_items(struct memberlink *link, const struct read_job *read)
{
	for (size_t i = 0; i < read->count; i++)
		if (!send_item(link, buf_span(&read->items[i])))
			return;
	if (read->last > link->line->sent)
		link->line->sent = read->last;
}

static size_t
waiting(const struct memberlink *link)
{
	return link->line->can_send ? channel_queued(wire_channel(link->wire),
					  link->line->stream_out)
				    : 0;
}

/* What has just been stored goes as it is, where nothing is before it: it need
 * not be read. */
static void
hand_on(const struct put_job *put, struct memberlink *link)
{
	struct relayed relayed = { .number = (uint64_t)put->queued.number,
		.kind = (enum relayed_kind)put->queued.kind,
		.payload = put->queued.bytes };
	struct depot_line *line = link->line;
	struct buf item;

	/* It may have been read meanwhile, or have been there. */
	if (line == NULL || put->queued.number <= line->sent)
		return;
	line->is_level = line->is_level && waiting(link) <= HANDED_BYTES;
	if (!line->is_level) {
		pump(put->depot, link);
		return;
	}
	memcpy(relayed.user_key, put->sender, SIGN_KEY_SIZE);
	memcpy(relayed.id, put->queued.id, RELAYED_ID_SIZE);
	buf_init(&item, RELAYED_MAX);
	relayed_write(&relayed, &item);
	if (send_item(link, buf_span(&item)))
		line->sent = put->queued.number;
	buf_finish(&item);
}

static void
on_some_read(struct job *job)
{
	struct read_job *read = container_of(job, struct read_job, job);
	struct memberlink *link =
	    memberlinks_by_serial(read->depot->links, read->serial);
	bool again = false;

	if (read->err < 0)
		log_error(
		    "cannot read what is held: %s", cam_strerror(read->err));
	if (link != NULL && link->line != NULL) {
		link->line->is_level = read->is_all && !link->line->again;
		/* Else once this has left. */
		again =
		    !link->line->is_level && read->count == 0 && read->err >= 0;
		link->line->reading = link->line->again = false;
		send_items(link, read);
	}
	for (size_t i = 0; i < read->count; i++)
		buf_finish(&read->items[i]);
	if (again)
		pump(read->depot, link);
	free(read->items);
	free(read);
}

/* Nothing is read while something still waits to leave. */
static void
pump(struct depot *depot, struct memberlink *link)
{
	struct depot_line *line = link->line;
	struct read_job *read = NULL;

	if (line == NULL || depot->links->stopped)
		return;
	line->again = line->reading;
	if (line->reading || line->is_level || waiting(link) > 0)
		return;
	line->reading = true;
	read = xcalloc(1, sizeof *read);
	read->depot = depot;
	read->serial = link->serial;
	read->receiver = link->member->member;
	read->after = line->sent;
	read->items = xcalloc(READ_COUNT, sizeof *read->items);
	read->job.work = read_some;
	read->job.done = on_some_read;
	workers_submit(depot->links->server->reader, &read->job);
}

void
depot_drained(struct depot *depot, struct memberlink *link)
{
	pump(depot, link);
}

/* -- taken -------------------------------------------------------------------
 */

struct take_job {
	struct job job;
	int64_t receiver;
	int64_t numbers[TAKEN_MAX];
	size_t count;
	int err;
};

static void
take(struct job *job, void *context)
{
	struct take_job *take = container_of(job, struct take_job, job);

	take->err = store_queue_take(
	    context, take->receiver, take->numbers, take->count);
}

static void
on_taken(struct job *job)
{
	struct take_job *take = container_of(job, struct take_job, job);
	int err = job->batch_err < 0 ? job->batch_err : take->err;

	/* It is sent once more, and known there. */
	if (err < 0)
		log_error(
		    "cannot forget what was taken: %s", cam_strerror(err));
	free(take);
}

static void
submit_taken(struct depot_line *line)
{
	struct take_job *job = line->taken;

	line->taken = NULL;
	timer_stop(&line->rest);
	if (job != NULL)
		workers_submit(line->depot->links->server->writer, &job->job);
}

static void
on_rest(void *arg)
{
	submit_taken(arg);
}

/* What he says one by one in one turn of the loop is one operation. */
static void
keep_taken(struct memberlink *link, int64_t number)
{
	struct depot_line *line = link->line;

	if (line->taken == NULL) {
		line->taken = xcalloc(1, sizeof *line->taken);
		line->taken->receiver = link->member->member;
		line->taken->job.work = take;
		line->taken->job.done = on_taken;
		timer_start(&line->rest, 0);
	}
	line->taken->numbers[line->taken->count++] = number;
	if (line->taken->count == TAKEN_MAX)
		submit_taken(line);
}

int
depot_taken(struct depot *depot, struct memberlink *link, const json_t *params)
{
	const json_t *numbers = json_object_get(params, "numbers"), *item;
	size_t i = 0;

	if (!json_is_array(numbers) || json_array_size(numbers) > TAKEN_MAX)
		return CAM_ERR_REQUEST;
	if (link->line == NULL)
		return 0;
	json_array_foreach(numbers, i, item)
	{
		keep_taken(link, json_integer_value(item));
	}
	return 0;
}

/* -- coming and going --------------------------------------------------------
 */

void
depot_open(struct depot *depot, struct memberlink *link)
{
	struct depot_line *line = xcalloc(1, sizeof *line);

	if (link->wire == NULL) {
		free(line);
		return;
	}
	line->depot = depot;
	line->serial = link->serial;
	timer_init(&line->soon, depot->links->server->loop, on_soon, line);
	timer_init(&line->rest, depot->links->server->loop, on_rest, line);
	link->line = line;
	pump(depot, link);
}

void
depot_close(struct depot *depot, struct memberlink *link)
{
	struct depot_line *line = link->line;

	link->line = NULL;
	if (line == NULL)
		return;
	submit_taken(line);
	json_decref(line->stored);
	timer_finish(&line->soon);
	timer_finish(&line->rest);
	free(line);
}

struct depot *
depot_new(struct memberlinks *links)
{
	struct depot *depot = xcalloc(1, sizeof *depot);

	depot->links = links;
	depot->expiry = expiry_new(links);
	return depot;
}

void
depot_free(struct depot *depot)
{
	if (depot == NULL)
		return;
	expiry_free(depot->expiry);
	free(depot);
}
