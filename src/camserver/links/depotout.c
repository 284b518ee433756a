/* depotout.c: what goes to members: in order, over the link they have. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/links/depot_parts.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "link/relayed.h"
#include "link/wire.h"
#include "loop/worker.h"
#include "store/queue.h"

enum {
	READ_COUNT = 64, /* items in one reading */
	READ_BYTES = 1024 * 1024,
	/* What may wait to leave beside what is new. */
	HANDED_BYTES = 64 * 1024,
};

/* -- sending -----------------------------------------------------------------
 */

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
	if (channel_send(channel, line->stream_out, item) == 0) {
		line->untaken++;
		line->untaken_bytes += item.len;
		return true;
	}
	memberlink_close(link, "he does not read");
	return false;
}

static size_t
waiting(const struct memberlink *link)
{
	return link->line->can_send ? channel_queued(wire_channel(link->wire),
					  link->line->stream_out)
				    : 0;
}

/* -- reading -----------------------------------------------------------------
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

static void
send_items(struct memberlink *link, const struct read_job *read)
{
	for (size_t i = 0; i < read->count; i++)
		if (!send_item(link, buf_span(&read->items[i])))
			return;
	if (read->last > link->line->sent)
		link->line->sent = read->last;
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
		depot_pump(read->depot, link);
	free(read->items);
	free(read);
}

/* Nothing is read while something still waits to leave. */
void
depot_pump(struct depot *depot, struct memberlink *link)
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
	depot_pump(depot, link);
}

/* -- handing on --------------------------------------------------------------
 */

/* False: the link has ended. */
static bool
send_relayed(struct memberlink *link, const struct relayed *relayed)
{
	struct buf item;
	bool is_sent = false;

	buf_init(&item, RELAYED_MAX);
	relayed_write(relayed, &item);
	is_sent = send_item(link, buf_span(&item));
	if (is_sent)
		link->line->sent = (int64_t)relayed->number;
	buf_finish(&item);
	return is_sent;
}

/* It goes as it is, where nothing is before it: it need not be read. */
void
depot_hand_on(
    struct depot *depot, struct memberlink *link, const struct relayed *relayed)
{
	struct depot_line *line = link->line;

	/* It may have been read meanwhile. */
	if (line == NULL || (int64_t)relayed->number <= line->sent)
		return;
	line->is_level = line->is_level && waiting(link) <= HANDED_BYTES;
	if (line->is_level)
		(void)send_relayed(link, relayed);
	else
		depot_pump(depot, link);
}

/* What is in his queue when the writer comes to it was all sent over this link,
 * and what he had taken before goes before. Half of a share is kept for what is
 * said of numbers of an earlier link. */
static bool
surely_finds_room(
    const struct depot_line *line, size_t len, const struct store_quota *quota)
{
	return (int64_t)line->untaken < quota->sender_count / 2 &&
	       (int64_t)(line->untaken_bytes + len) <= quota->sender_size / 2;
}

bool
depot_hand_early(struct depot *depot, struct memberlink *link,
    const struct relayed *relayed, const struct store_quota *quota,
    struct depot_early *early)
{
	struct depot_line *line = link->line;

	if (line == NULL)
		return false;
	if (!line->is_level || !depot_is_past(depot, line->behind) ||
	    waiting(link) > HANDED_BYTES ||
	    !surely_finds_room(line, relayed->payload.len, quota)) {
		line->behind = (int64_t)relayed->number;
		return false;
	}
	if (!send_relayed(link, relayed))
		return false;
	early->number = (int64_t)relayed->number;
	early->line = line;
	TAILQ_INSERT_TAIL(&line->earlies, early, entry);
	return true;
}

void
depot_end_early(struct depot_early *early)
{
	if (early->line != NULL)
		TAILQ_REMOVE(&early->line->earlies, early, entry);
	early->line = NULL;
}
