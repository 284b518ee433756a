/* holdnews.c: members are told what is held for them, and who has had what of
 * theirs. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camserver/links/holds_parts.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "link/wire.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { READY_MAX = 1000, RECEIPTS_MAX = 100 };

/* -- whole -------------------------------------------------------------------
 */

struct whole_job {
	struct job job;
	struct holds *holds;
	struct store_held held;
	json_t *receivers; /* keys */
};

static int
add_key(struct span key, void *arg)
{
	json_array_append_new(arg, json_hex(key));
	return 0;
}

static void
read_receivers(struct job *job, void *context)
{
	struct whole_job *whole = container_of(job, struct whole_job, job);

	(void)store_held_receivers(
	    context, whole->held.file, add_key, whole->receivers);
}

static json_t *
ready_object(const struct store_held *held)
{
	return json_pack("{s:o, s:o, s:I, s:I}", "user",
	    json_hex(span_of(held->sender_key, sizeof held->sender_key)),
	    "message", json_hex(span_of(held->message, sizeof held->message)),
	    "number", (json_int_t)held->number, "expires",
	    (json_int_t)held->expires_ms);
}

static void
tell_ready(struct memberlink *link, json_t *files)
{
	memberlink_notify(link, HOLD_READY, json_pack("{s:o}", "files", files));
}

static struct roll_member *
member_of(const struct roll *roll, const json_t *text)
{
	uint8_t key[SIGN_KEY_SIZE];

	return hex_decode(
		   span_text(json_string_value(text)), key, sizeof key) == 0
		   ? roll_by_key(roll, key)
		   : NULL;
}

static void
on_receivers(struct job *job)
{
	struct whole_job *whole = container_of(job, struct whole_job, job);
	const struct roll *roll = whole->holds->links->roll;
	const json_t *item = NULL;
	size_t i = 0;

	json_array_foreach(whole->receivers, i, item)
	{
		const struct roll_member *member = member_of(roll, item);

		if (member != NULL && member->link != NULL)
			tell_ready(member->link,
			    json_pack("[o]", ready_object(&whole->held)));
	}
	json_decref(whole->receivers);
	free(whole);
}

void
holds_tell_whole(struct holds *holds, const struct store_held *held)
{
	struct whole_job *job = xcalloc(1, sizeof *job);

	job->holds = holds;
	job->held = *held;
	job->receivers = json_array();
	job->job.work = read_receivers;
	job->job.done = on_receivers;
	workers_submit(holds->links->server->writer, &job->job);
}

/* -- of one member -----------------------------------------------------------
 */

/* Who has had it, and the head of what he had. */
struct receipt {
	struct store_held_receipt row;
	struct store_held_part part;
};

struct news_job {
	struct job job;
	struct holds *holds;
	int64_t member;
	uint64_t serial; /* of his link */
	bool with_ready;
	json_t *ready;
	struct receipt *receipts;
	size_t count, size;
	int err;
};

static int
add_receipt(const struct store_held_receipt *row, void *arg)
{
	struct news_job *news = arg;

	if (news->count == news->size) {
		news->size = news->size > 0 ? 2 * news->size : 8;
		news->receipts = xreallocarray(
		    news->receipts, news->size, sizeof *news->receipts);
	}
	news->receipts[news->count++].row = *row;
	return 0;
}

static int
add_ready(const struct store_held *held, void *arg)
{
	json_array_append_new(arg, ready_object(held));
	return 0;
}

static void
read_news(struct job *job, void *context)
{
	struct news_job *news = container_of(job, struct news_job, job);
	size_t kept = 0;

	news->err = news->with_ready ? store_held_ready(context, news->member,
					   READY_MAX, add_ready, news->ready)
				     : 0;
	if (news->err == 0)
		news->err = store_held_receipts(
		    context, news->member, RECEIPTS_MAX, add_receipt, news);
	for (size_t i = 0; i < news->count; i++) {
		struct receipt *receipt = &news->receipts[i];

		if (store_held_part(context, receipt->row.held.file, INT64_MAX,
			&receipt->part) == 0)
			news->receipts[kept++] = *receipt;
	}
	news->count = kept;
}

/* One he has been told of. */
struct told {
	struct holds *holds;
	int64_t member;
	struct store_held held;
	int64_t receiver;
	uint64_t serial; /* of his link, where there is more to tell; 0 */
};

static void tell_news(
    struct holds *holds, const struct memberlink *link, bool with_ready);

/* What he does not know, he will not know the next time either. */
static void
on_told(void *arg, int err, json_t *result, const char *message)
{
	struct told *told = arg;
	const struct memberlink *link =
	    memberlinks_by_serial(told->holds->links, told->serial);

	if (err != CAM_ERR_CLOSED && !told->holds->stopped)
		holds_forget(told->holds, &told->held, told->receiver);
	if (err != CAM_ERR_CLOSED && !told->holds->stopped && link != NULL &&
	    link->member != NULL)
		tell_news(told->holds, link, false);
	free(told);
}

static void
tell_receipt(struct holds *holds, struct memberlink *link,
    const struct receipt *receipt, bool has_more)
{
	const struct store_held_receipt *row = &receipt->row;
	struct told *told = xcalloc(1, sizeof *told);

	told->holds = holds;
	told->held = row->held;
	told->receiver = row->receiver;
	told->serial = has_more ? link->serial : 0;
	if (channel_call(wire_channel(link->wire), HOLD_TAKEN,
		json_pack("{s:o, s:o, s:I, s:o, s:o}", "user",
		    json_hex(
			span_of(row->receiver_key, sizeof row->receiver_key)),
		    "message",
		    json_hex(
			span_of(row->held.message, sizeof row->held.message)),
		    "number", (json_int_t)row->held.number, "head",
		    json_hex(
			span_of(receipt->part.head, receipt->part.head_len)),
		    "proof", json_hex(span_of(row->proof, sizeof row->proof))),
		on_told, told) < 0)
		free(told);
}

static void
on_news(struct job *job)
{
	struct news_job *news = container_of(job, struct news_job, job);
	struct memberlink *link =
	    memberlinks_by_serial(news->holds->links, news->serial);

	if (news->err < 0)
		log_error(
		    "cannot read what is held: %s", cam_strerror(news->err));
	if (link != NULL && json_array_size(news->ready) > 0)
		tell_ready(link, json_incref(news->ready));
	for (size_t i = 0; i < news->count && link != NULL &&
			   link->wire != NULL && !news->holds->stopped;
	     i++)
		tell_receipt(news->holds, link, &news->receipts[i],
		    i == RECEIPTS_MAX - 1);
	json_decref(news->ready);
	free(news->receipts);
	free(news);
}

static void
tell_news(struct holds *holds, const struct memberlink *link, bool with_ready)
{
	struct news_job *job = xcalloc(1, sizeof *job);

	job->holds = holds;
	job->member = link->member->member;
	job->serial = link->serial;
	job->with_ready = with_ready;
	job->ready = json_array();
	job->job.work = read_news;
	job->job.done = on_news;
	workers_submit(holds->links->server->writer, &job->job);
}

void
holds_open(struct holds *holds, struct memberlink *link)
{
	if (link->member != NULL && !holds->stopped)
		tell_news(holds, link, true);
}

void
holds_tell_taken(struct holds *holds, const struct store_held *held)
{
	const struct roll_member *member =
	    roll_by_key(holds->links->roll, held->sender_key);

	if (member != NULL && member->link != NULL && !holds->stopped)
		tell_news(holds, member->link, false);
}
