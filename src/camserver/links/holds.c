/* holds.c: asked for, given tickets, begun and ended. */
#include "camserver/links/holds.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"
#include "base/random.h"
#include "camserver/links/holds_parts.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "link/held.h"
#include "net/tcp.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	BOARD_MS = 60 * 1000,	  /* for him to come */
	FULL_MS = 10 * 60 * 1000, /* after a disk was */
	EXPIRY_MS = 60 * 60 * 1000,
	GOING_OF_ONE = 4,
	DISK_THREADS = 2,
};

static const struct worker_ops disk_ops = { .start = NULL };

/* -- one connection ----------------------------------------------------------
 */

static void
hold_free(struct hold *hold)
{
	if (hold->file >= 0)
		close(hold->file);
	free(hold->block);
	holdin_free(hold->in);
	holdout_free(hold->out);
	free(hold);
}

void
hold_end(struct hold *hold)
{
	if (hold->is_ended)
		return;
	hold->is_ended = true;
	TAILQ_REMOVE(&hold->holds->list, hold, entry);
	hold->holds->count--;
	watch_finish(&hold->watch);
	timer_finish(&hold->timer);
	if (hold->socket >= 0)
		close(hold->socket);
	hold->socket = -1;
	if (!hold->is_busy)
		hold_free(hold);
}

void
hold_failed(struct hold *hold)
{
	struct holds *holds = hold->holds;

	holds->full_until_ms = clock_now_ms() + FULL_MS;
	holds_forget(holds, &hold->held, 0);
	hold_end(hold);
}

static void
on_time(void *arg)
{
	struct hold *hold = arg;

	log_info("a member does not come for a held file, or stands still");
	hold_end(hold);
}

void
hold_moved(struct hold *hold, size_t bytes)
{
	hold->holds->bytes += bytes;
	timer_start(&hold->timer, HOLD_IDLE_MS);
}

static void
on_job(struct job *job)
{
	struct hold *hold = container_of(job, struct hold, job);

	hold->is_busy = false;
	if (hold->is_ended) {
		hold_free(hold);
		return;
	}
	if (job->batch_err < 0)
		hold->err = job->batch_err;
	hold->on_done(hold);
}

static void
submit(struct hold *hold, struct workers *workers,
    void (*work)(struct job *job, void *context),
    void (*done)(struct hold *hold))
{
	hold->job.work = work;
	hold->job.done = on_job;
	hold->job.batch_err = 0;
	hold->on_done = done;
	hold->is_busy = true;
	workers_submit(workers, &hold->job);
}

struct workers *
holds_disk(struct holds *holds)
{
	if (holds->disk == NULL)
		holds->disk = workers_new(
		    holds->links->server->loop, DISK_THREADS, &disk_ops, NULL);
	return holds->disk;
}

void
hold_on_disk(struct hold *hold, void (*work)(struct job *job, void *context),
    void (*done)(struct hold *hold))
{
	submit(hold, holds_disk(hold->holds), work, done);
}

void
hold_in_store(struct hold *hold, void (*work)(struct job *job, void *context),
    void (*done)(struct hold *hold))
{
	submit(hold, hold->holds->links->server->writer, work, done);
}

char *
hold_path(const struct holds *holds, const uint8_t name[HELD_NAME_SIZE])
{
	char text[HOLD_NAME_TEXT];

	hex_encode(name, HELD_NAME_SIZE, text);
	return path_join(holds->folder, text);
}

/* -- tickets -----------------------------------------------------------------
 */

struct hold *
hold_new(struct holds *holds, bool is_out, int64_t member,
    const struct store_held *held, uint8_t ticket[TICKET_SIZE])
{
	struct hold *hold = xcalloc(1, sizeof *hold);
	struct loop *loop = holds->links->server->loop;

	hold->holds = holds;
	hold->is_out = is_out;
	hold->member = member;
	hold->held = *held;
	hold->socket = hold->file = -1;
	random_bytes(ticket, TICKET_SIZE);
	digest_sha256(span_of(ticket, TICKET_SIZE), hold->digest);
	hold->watch.loop = loop;
	timer_init(&hold->timer, loop, on_time, hold);
	timer_start(&hold->timer, BOARD_MS);
	TAILQ_INSERT_TAIL(&holds->list, hold, entry);
	holds->count++;
	return hold;
}

bool
holds_show(struct holds *holds, int fd, const uint8_t ticket[TICKET_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	struct hold *hold = NULL;

	digest_sha256(span_of(ticket, TICKET_SIZE), digest);
	TAILQ_FOREACH (hold, &holds->list, entry) {
		if (hold->socket < 0 &&
		    memcmp(hold->digest, digest, sizeof digest) == 0)
			break;
	}
	if (hold == NULL)
		return false;
	hold->socket = fd;
	tcp_set_bulk(fd);
	watch_init(&hold->watch, hold->watch.loop, fd, NULL, hold);
	timer_start(&hold->timer, HOLD_IDLE_MS);
	if (hold->is_out)
		holdout_begin(hold);
	else
		holdin_begin(hold);
	return true;
}

static unsigned
going(const struct holds *holds, int64_t member, bool is_out)
{
	const struct hold *hold = NULL;
	unsigned count = 0;

	TAILQ_FOREACH (hold, &holds->list, entry)
		count += hold->member == member && hold->is_out == is_out;
	return count;
}

bool
holds_have_room(const struct holds *holds, int64_t member, bool is_out)
{
	const struct settings *settings = holds->links->server->settings;

	return !holds->stopped &&
	       holds->count <
		   (size_t)settings_number(settings, "relay.transfers") &&
	       going(holds, member, is_out) < GOING_OF_ONE;
}

void
hold_reply(struct memberlink *link, json_int_t id, json_t *result,
    uint8_t ticket[TICKET_SIZE])
{
	json_object_set_new(
	    result, "ticket", json_hex(span_of(ticket, TICKET_SIZE)));
	memberlink_reply(link, id, result);
	wipe(ticket, TICKET_SIZE);
}

/* -- fetched -----------------------------------------------------------------
 */

struct find_job {
	struct job job;
	struct holds *holds;
	uint64_t serial;
	json_int_t id;
	int64_t receiver;
	struct store_held held;
	const char *reason;
	int err;
};

static void
find(struct job *job, void *context)
{
	struct find_job *find = container_of(job, struct find_job, job);
	const struct store_held named = find->held;

	find->err =
	    store_held_find(context, &named, find->receiver, &find->held);
}

static void
on_found(struct job *job)
{
	struct find_job *find = container_of(job, struct find_job, job);
	struct holds *holds = find->holds;
	struct memberlink *link =
	    memberlinks_by_serial(holds->links, find->serial);
	uint8_t ticket[TICKET_SIZE];

	if (link != NULL && find->err < 0) {
		memberlink_fail(link, find->id, CAM_ERR_TIMEOUT, find->reason);
	} else if (link != NULL &&
		   !holds_have_room(holds, find->receiver, true)) {
		memberlink_fail(link, find->id, CAM_ERR_TIMEOUT, "busy");
	} else if (link != NULL) {
		(void)hold_new(
		    holds, true, find->receiver, &find->held, ticket);
		hold_reply(
		    link, find->id, json_pack("{s:b}", "held", true), ticket);
	}
	free(find);
}

void
holds_fetch(struct holds *holds, struct memberlink *link, int64_t sender,
    const uint8_t message[HELD_MESSAGE_SIZE], uint32_t number, json_int_t id,
    const char *reason)
{
	struct find_job *job = xcalloc(1, sizeof *job);

	job->holds = holds;
	job->serial = link->serial;
	job->id = id;
	job->receiver = link->member->member;
	job->held.sender = sender;
	job->held.number = number;
	memcpy(job->held.message, message, HELD_MESSAGE_SIZE);
	job->reason = reason;
	job->job.work = find;
	job->job.done = on_found;
	workers_submit(holds->links->server->writer, &job->job);
}

/* -- making and ending -------------------------------------------------------
 */

static void
on_expiry(void *arg)
{
	struct holds *holds = arg;

	holds_clean(holds);
	timer_start(&holds->expiry, EXPIRY_MS);
}

struct holds *
holds_new(struct memberlinks *links)
{
	struct holds *holds = xcalloc(1, sizeof *holds);

	holds->links = links;
	holds->folder = xstrdup(links->server->home.held);
	TAILQ_INIT(&holds->list);
	timer_init(&holds->expiry, links->server->loop, on_expiry, holds);
	timer_start(&holds->expiry, 0);
	holds_sweep(holds);
	return holds;
}

void
holds_stop(struct holds *holds)
{
	struct hold *hold = NULL;

	if (holds == NULL || holds->stopped)
		return;
	holds->stopped = true;
	timer_stop(&holds->expiry);
	while ((hold = TAILQ_FIRST(&holds->list)) != NULL)
		hold_end(hold);
	workers_free(holds->disk);
	holds->disk = NULL;
}

void
holds_free(struct holds *holds)
{
	if (holds == NULL)
		return;
	holds_stop(holds);
	timer_finish(&holds->expiry);
	free(holds->folder);
	free(holds);
}

void
holds_removed(struct holds *holds, int64_t member)
{
	struct hold *hold = TAILQ_FIRST(&holds->list), *next = NULL;

	for (; hold != NULL; hold = next) {
		next = TAILQ_NEXT(hold, entry);
		if (hold->member == member || hold->held.sender == member)
			hold_end(hold);
	}
	holds_clean(holds);
}

size_t
holds_count(const struct holds *holds)
{
	return holds->count;
}

uint64_t
holds_bytes(const struct holds *holds)
{
	return holds->bytes;
}
