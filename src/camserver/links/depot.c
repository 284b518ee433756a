/* depot.c: what members send: numbered, handed on, stored, and only then
 * acknowledged. What its receiver has taken meanwhile is as good as stored. */
#include "camserver/links/depot.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camserver/links/depot_parts.h"
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
#include "store/queue.h"

_Static_assert((int)QUEUE_ID_SIZE == (int)RELAYED_ID_SIZE, "the same ids");

enum {
	SHARES = 10, /* of a queue one sender has one (threat model S4) */
	SHARE_COUNT_MIN = 100,
	/* So long who is there has to take it before it is stored: the disk is
	 * spared most of what an office says. */
	EARLY_MS = 5,
};
static const int64_t day_ms = 24 * 3600 * (int64_t)1000;

struct put_job {
	struct job job;
	TAILQ_ENTRY(put_job) entry;
	uint64_t due_ms; /* then the writer is given it */
	struct depot *depot;
	uint64_t serial; /* of the sender's link */
	/* Of the receiver's, over which it was handed on; 0: over none yet. */
	uint64_t handed;
	struct depot_early early;
	uint8_t sender[SIGN_KEY_SIZE], receiver[SIGN_KEY_SIZE];
	size_t room; /* to be given back to him */
	uint8_t *bytes;
	struct store_queued queued;
	struct store_quota quota;
	int err;
};

/* -- storing -----------------------------------------------------------------
 */

static void
tell_sender(const struct put_job *put, struct memberlink *link, int err)
{
	if (err == CAM_ERR_LIMIT)
		depot_tell_refused(link, put->queued.id, "full");
	/* Also what was sent again because our word of it was lost. */
	else if (err == 0 || err == CAM_ERR_EXISTS)
		depot_tell_stored(link, put->queued.id);
	/* He sends again over the next link. */
	else
		memberlink_close(link, "an envelope cannot be stored");
	if (link->line != NULL)
		channel_credit(
		    wire_channel(link->wire), link->line->stream_in, put->room);
}

static struct relayed
relayed_of(const struct put_job *put)
{
	struct relayed relayed = { .number = (uint64_t)put->queued.number,
		.kind = (enum relayed_kind)put->queued.kind,
		.payload = put->queued.bytes };

	memcpy(relayed.user_key, put->sender, SIGN_KEY_SIZE);
	memcpy(relayed.id, put->queued.id, RELAYED_ID_SIZE);
	return relayed;
}

static void
put(struct job *job, void *context)
{
	struct put_job *put = container_of(job, struct put_job, job);

	/* Else it has been taken. */
	if (!atomic_flag_test_and_set(&put->early.is_settled))
		put->err = store_queue_put(context, &put->queued, &put->quota);
}

static void
on_put(struct job *job)
{
	struct put_job *put = container_of(job, struct put_job, job);
	struct memberlinks *links = put->depot->links;
	struct memberlink *link = memberlinks_by_serial(links, put->serial);
	struct roll_member *receiver = roll_by_key(links->roll, put->receiver);
	struct relayed relayed = relayed_of(put);
	int err = job->batch_err < 0 ? job->batch_err : put->err;

	TAILQ_REMOVE(&put->depot->puts, put, entry);
	depot_end_early(&put->early);
	if (put->early.is_taken)
		put->depot->counts.passed++;
	else if (err == 0)
		put->depot->counts.stored++;
	if (err < 0 && err != CAM_ERR_LIMIT && err != CAM_ERR_EXISTS)
		log_error("cannot store an envelope: %s", cam_strerror(err));
	if (link != NULL)
		tell_sender(put, link, err);
	/* Over a link that has gone he may not have got it. */
	if (err == 0 && !put->early.is_taken && receiver != NULL &&
	    receiver->link != NULL && receiver->link->serial != put->handed)
		depot_hand_on(put->depot, receiver->link, &relayed);
	free(put->bytes);
	free(put);
}

static void
submit_next(struct depot *depot)
{
	struct put_job *put = depot->next;

	depot->next = TAILQ_NEXT(put, entry);
	workers_submit(depot->links->server->writer, &put->job);
}

static void
submit_all(struct depot *depot)
{
	while (depot->next != NULL)
		submit_next(depot);
}

static void
on_due(void *arg)
{
	struct depot *depot = arg;
	uint64_t now_ms = clock_now_ms();

	while (depot->next != NULL && depot->next->due_ms <= now_ms)
		submit_next(depot);
	if (depot->next != NULL)
		timer_start(&depot->due, depot->next->due_ms - now_ms);
}

static void
add_put(struct depot *depot, struct put_job *put)
{
	TAILQ_INSERT_TAIL(&depot->puts, put, entry);
	if (depot->next == NULL)
		depot->next = put;
	put->due_ms = clock_now_ms() + EARLY_MS;
	if (put->handed == 0)
		submit_all(depot);
	else if (!timer_is_running(&depot->due))
		timer_start(&depot->due, EARLY_MS);
}

const struct depot_counts *
depot_counts(const struct depot *depot)
{
	return &depot->counts;
}

bool
depot_is_past(const struct depot *depot, int64_t number)
{
	const struct put_job *first = TAILQ_FIRST(&depot->puts);

	return first == NULL || first->queued.number > number;
}

void
depot_spare(struct depot_early *early)
{
	struct put_job *put = container_of(early, struct put_job, early);
	struct put_job *next = put->depot->next;

	if (next == NULL || put->queued.number < next->queued.number)
		return;
	if (next == put)
		put->depot->next = TAILQ_NEXT(put, entry);
	on_put(&put->job);
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

/* Who is there need not wait for the disk: what is lost with us its sender,
 * who has not been told, sends again, and the receiver knows it. */
static void
hand_early(struct put_job *put, const struct roll_member *receiver)
{
	struct memberlink *link = receiver->link;
	struct relayed relayed = relayed_of(put);

	if (link != NULL && depot_hand_early(put->depot, link, &relayed,
				&put->quota, &put->early))
		put->handed = link->serial;
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
	atomic_flag_clear(&put_job->early.is_settled);
	put_job->serial = link->serial;
	put_job->room = room;
	memcpy(put_job->sender, link->user_key, SIGN_KEY_SIZE);
	memcpy(put_job->receiver, receiver->user_key, SIGN_KEY_SIZE);
	put_job->bytes = xmemdup(relayed->payload.data, relayed->payload.len);
	put_job->quota = quota_of(settings);
	put_job->queued = (struct store_queued){ .number = ++depot->given,
		.receiver = receiver->member,
		.sender = link->member->member,
		.kind = relayed->kind,
		.bytes = span_of(put_job->bytes, relayed->payload.len),
		.made_ms = now_ms,
		.expires_ms =
		    now_ms + settings_number(settings, "relay.days") * day_ms };
	memcpy(put_job->queued.id, relayed->id, QUEUE_ID_SIZE);
	put_job->job.work = put;
	put_job->job.done = on_put;
	hand_early(put_job, receiver);
	add_put(depot, put_job);
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
	depot_tell_refused(link, relayed.id, "unknown");
}

/* -- start and end -----------------------------------------------------------
 */

int
depot_new(struct memberlinks *links, struct depot **result)
{
	int64_t last = 0;
	int err = store_queue_begin(links->server->store, &last);
	struct depot *depot = NULL;

	if (err < 0)
		return err;
	depot = xcalloc(1, sizeof *depot);
	depot->links = links;
	depot->given = last;
	depot->expiry = expiry_new(links);
	TAILQ_INIT(&depot->puts);
	timer_init(&depot->due, links->server->loop, on_due, depot);
	depot_rest_init(depot);
	*result = depot;
	return 0;
}

void
depot_stop(struct depot *depot)
{
	if (depot != NULL)
		submit_all(depot);
}

void
depot_free(struct depot *depot)
{
	if (depot == NULL)
		return;
	expiry_free(depot->expiry);
	timer_finish(&depot->due);
	depot_rest_finish(depot);
	free(depot);
}
