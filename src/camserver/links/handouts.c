/* handouts.c: committed as handed out, before anybody gets it. */
#include "camserver/links/handouts.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "link/onetime.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/prekey.h"

_Static_assert((int)PREKEY_HELD_MAX == (int)ONETIME_LIST_MAX,
    "as many as one filling may have");

/* -- left here ---------------------------------------------------------------
 */

struct fill_job {
	struct job job;
	struct memberlinks *links;
	uint64_t serial;
	json_int_t id;
	int64_t owner;
	struct onetime_list list;
	uint32_t drop[ONETIME_DROP_MAX], held[PREKEY_HELD_MAX];
	size_t drop_count, held_count;
	int err;
};

static void
fill(struct job *job, void *context)
{
	struct fill_job *fill = container_of(job, struct fill_job, job);
	struct store_prekey prekeys[ONETIME_LIST_MAX];
	const struct onetime_list *list = &fill->list;

	for (size_t i = 0; i < list->count; i++)
		prekeys[i] = (struct store_prekey){ .id = list->ids[i],
			.bytes = span_of(list->prekeys[i], PREKEY_BYTES) };
	fill->err = store_prekey_drop(
	    context, fill->owner, fill->drop, fill->drop_count);
	if (fill->err == 0)
		fill->err = store_prekey_add(
		    context, fill->owner, prekeys, list->count);
	if (fill->err == 0)
		fill->err = store_prekey_list(
		    context, fill->owner, fill->held, &fill->held_count);
}

static void
on_filled(struct job *job)
{
	struct fill_job *fill = container_of(job, struct fill_job, job);
	struct memberlink *link =
	    memberlinks_by_serial(fill->links, fill->serial);
	int err = job->batch_err < 0 ? job->batch_err : fill->err;

	if (err < 0)
		log_error("cannot keep prekeys: %s", cam_strerror(err));
	if (link != NULL && err < 0)
		memberlink_fail(link, fill->id, CAM_ERR_STORE, NULL);
	else if (link != NULL)
		memberlink_reply(link, fill->id,
		    json_pack("{s:o}", "ids",
			onetime_write_ids(fill->held, fill->held_count)));
	free(fill);
}

int
handouts_fill(struct memberlinks *links, struct memberlink *link,
    const json_t *params, json_int_t id)
{
	struct fill_job *job = xcalloc(1, sizeof *job);
	int r = onetime_parse(params, &job->list);

	if (r == 0)
		r = onetime_parse_ids(params, "drop", job->drop,
		    ONETIME_DROP_MAX, &job->drop_count);
	if (r < 0) {
		free(job);
		return r;
	}
	job->links = links;
	job->serial = link->serial;
	job->id = id;
	job->owner = link->member->member;
	job->job.work = fill;
	job->job.done = on_filled;
	workers_submit(links->server->writer, &job->job);
	return 0;
}

/* -- handed out --------------------------------------------------------------
 */

struct take_job {
	struct job job;
	struct memberlinks *links;
	uint64_t serial;
	json_int_t id;
	int64_t owner, asker;
	uint8_t owner_key[SIGN_KEY_SIZE];
	size_t wanted, count, left;
	uint8_t prekeys[PREKEY_SHARE][PREKEY_BYTES];
	int err;
};

static void
take_one(struct span bytes, void *arg)
{
	struct take_job *take = arg;

	if (bytes.len == PREKEY_BYTES && take->count < PREKEY_SHARE)
		memcpy(take->prekeys[take->count++], bytes.data, bytes.len);
}

static void
take(struct job *job, void *context)
{
	struct take_job *take = container_of(job, struct take_job, job);

	take->err = store_prekey_take(context, take->owner, take->asker,
	    take->wanted, take_one, take, &take->left);
}

/* Who is there fills up what anybody has taken his share of. */
static void
tell_owner(const struct take_job *take)
{
	const struct roll_member *owner =
	    roll_by_key(take->links->roll, take->owner_key);

	if (owner != NULL && owner->link != NULL &&
	    take->left <= PREKEY_HELD_MAX - PREKEY_SHARE)
		memberlink_notify(owner->link, PREKEY_LOW, json_object());
}

static void
on_taken(struct job *job)
{
	struct take_job *take = container_of(job, struct take_job, job);
	struct memberlink *link =
	    memberlinks_by_serial(take->links, take->serial);
	int err = job->batch_err < 0 ? job->batch_err : take->err;

	if (err < 0)
		log_error("cannot hand out prekeys: %s", cam_strerror(err));
	if (link != NULL && err < 0)
		memberlink_fail(link, take->id, CAM_ERR_STORE, NULL);
	else if (link != NULL)
		memberlink_reply(link, take->id,
		    json_pack("{s:o}", "prekeys",
			onetime_write(
			    (const uint8_t(*)[PREKEY_BYTES])take->prekeys,
			    take->count)));
	if (err == 0)
		tell_owner(take);
	free(take);
}

int
handouts_take(struct memberlinks *links, struct memberlink *link,
    const json_t *params, json_int_t id)
{
	json_int_t count = json_integer_value(json_object_get(params, "count"));
	const struct roll_member *owner = NULL;
	uint8_t key[SIGN_KEY_SIZE];
	struct take_job *job = NULL;

	if (count < 1 ||
	    json_hex_get_all(params, "user_key", key, sizeof key) < 0)
		return CAM_ERR_REQUEST;
	owner = roll_by_key(links->roll, key);
	if (owner == NULL || owner == link->member)
		return CAM_ERR_UNKNOWN;
	job = xcalloc(1, sizeof *job);
	job->links = links;
	job->serial = link->serial;
	job->id = id;
	job->owner = owner->member;
	memcpy(job->owner_key, key, sizeof key);
	job->asker = link->member->member;
	job->wanted = count < PREKEY_SHARE ? (size_t)count : PREKEY_SHARE;
	job->job.work = take;
	job->job.done = on_taken;
	workers_submit(links->server->writer, &job->job);
	return 0;
}
