/* depotline.c: a member's line to the depot: he comes and goes, is told what
 * has become of what he has sent, and says what he has taken. */
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
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/queue.h"

enum {
	/* So long, or so many, are remembered before they are forgotten: a
	 * commit for each would cost as much as it did to store it. */
	REST_MS = 20,
	REST_COUNT = 128,
};

/* -- what he has sent --------------------------------------------------------
 */

void
depot_tell_refused(struct memberlink *link, const uint8_t id[RELAYED_ID_SIZE],
    const char *reason)
{
	link->links->depot->counts.refused++;
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

void
depot_tell_stored(struct memberlink *link, const uint8_t id[RELAYED_ID_SIZE])
{
	struct depot_line *line = link->line;

	if (line == NULL)
		return;
	if (line->stored == NULL)
		line->stored = json_array();
	json_array_append_new(
	    line->stored, json_hex(span_of(id, RELAYED_ID_SIZE)));
	if (json_array_size(line->stored) >= DEPOT_IDS_MAX)
		on_soon(line);
	else if (!timer_is_running(&line->soon))
		timer_start(&line->soon, 0);
}

/* -- what he has taken -------------------------------------------------------
 */

struct take_job {
	struct job job;
	int64_t receiver;
	int64_t numbers[REST_COUNT];
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
count_taken(struct depot_line *line, size_t count)
{
	line->untaken -= count < line->untaken ? count : line->untaken;
	if (line->untaken == 0)
		line->untaken_bytes = 0;
}

static void
submit_taken(struct depot_line *line)
{
	struct take_job *job = line->taken;

	line->taken = NULL;
	if (job == NULL)
		return;
	TAILQ_REMOVE(&line->depot->resting, line, entry);
	count_taken(line, job->count);
	workers_submit(line->depot->links->server->writer, &job->job);
}

static void
on_rest(void *arg)
{
	struct depot *depot = arg;

	while (!TAILQ_EMPTY(&depot->resting))
		submit_taken(TAILQ_FIRST(&depot->resting));
}

static void
begin_rest(struct depot_line *line, int64_t receiver)
{
	struct depot *depot = line->depot;

	line->taken = xcalloc(1, sizeof *line->taken);
	line->taken->receiver = receiver;
	line->taken->job.work = take;
	line->taken->job.done = on_taken;
	TAILQ_INSERT_TAIL(&depot->resting, line, entry);
	if (!timer_is_running(&depot->rest))
		timer_start(&depot->rest, REST_MS);
}

/* Nobody waits for it: should we end before, it is sent once more, and known
 * there. */
static void
keep_taken(struct memberlink *link, int64_t number)
{
	struct depot_line *line = link->line;

	if (line->taken == NULL)
		begin_rest(line, link->member->member);
	line->taken->numbers[line->taken->count++] = number;
	if (line->taken->count == REST_COUNT)
		submit_taken(line);
}

/* Things are taken in the order in which they were sent. True: the writer has
 * not come to it, and need not. */
static bool
take_early(struct depot_line *line, int64_t number)
{
	struct depot_early *early = TAILQ_FIRST(&line->earlies);

	if (early == NULL || early->number != number)
		return false;
	depot_end_early(early);
	if (atomic_flag_test_and_set(&early->is_settled))
		return false;
	early->is_taken = true;
	count_taken(line, 1);
	depot_spare(early);
	return true;
}

int
depot_taken(struct depot *depot, struct memberlink *link, const json_t *params)
{
	const json_t *numbers = json_object_get(params, "numbers"), *item;
	size_t i = 0;

	if (!json_is_array(numbers) || json_array_size(numbers) > DEPOT_IDS_MAX)
		return CAM_ERR_REQUEST;
	json_array_foreach(numbers, i, item)
	{
		int64_t number = json_integer_value(item);

		/* What he has sent himself may close his link. */
		if (link->line == NULL)
			break;
		if (!take_early(link->line, number))
			keep_taken(link, number);
	}
	return 0;
}

void
depot_rest_init(struct depot *depot)
{
	TAILQ_INIT(&depot->resting);
	timer_init(&depot->rest, depot->links->server->loop, on_rest, depot);
}

void
depot_rest_finish(struct depot *depot)
{
	timer_finish(&depot->rest);
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
	/* What the writer has now it hands on when it is stored. */
	line->behind = depot->given;
	timer_init(&line->soon, depot->links->server->loop, on_soon, line);
	TAILQ_INIT(&line->earlies);
	link->line = line;
	depot_pump(depot, link);
}

void
depot_close(struct depot *depot, struct memberlink *link)
{
	struct depot_line *line = link->line;

	link->line = NULL;
	if (line == NULL)
		return;
	while (!TAILQ_EMPTY(&line->earlies))
		depot_end_early(TAILQ_FIRST(&line->earlies));
	submit_taken(line);
	json_decref(line->stored);
	timer_finish(&line->soon);
	free(line);
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
