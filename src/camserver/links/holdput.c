/* holdput.c: whether a file may come to be held, and where it goes on. */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "camserver/links/holds_parts.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "link/held.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	SHARES = 10,	   /* of what waits for one a sender has one */
	RESERVE_PART = 20, /* of the disk */
};
static const uint64_t reserve_max = (uint64_t)1 << 30;
static const int64_t day_ms = 24 * 3600 * (int64_t)1000;

struct put_job {
	struct job job;
	struct holds *holds;
	uint64_t serial; /* of the link */
	json_int_t id;
	struct store_held held;
	struct store_held_limits limits;
	int64_t receivers[HELD_FOR_MAX];
	size_t count;
	int err;
};

/* So much stays free for messages. */
static bool
fits_disk(const char *folder, int64_t size)
{
	struct statvfs disk;
	uint64_t reserve = 0, left = 0;

	if (statvfs(folder, &disk) != 0)
		return false;
	reserve = (uint64_t)disk.f_blocks * disk.f_frsize / RESERVE_PART;
	if (reserve > reserve_max)
		reserve = reserve_max;
	left = (uint64_t)disk.f_bavail * disk.f_frsize;
	return left > reserve && (uint64_t)size < left - reserve;
}

static void
put(struct job *job, void *context)
{
	struct put_job *put = container_of(job, struct put_job, job);

	put->err = fits_disk(put->holds->folder, put->held.size)
		       ? store_held_put(context, &put->held, put->receivers,
			     put->count, &put->limits)
		       : CAM_ERR_LIMIT;
}

/* One that is still at work there may be dead without our knowing. */
static bool
replace(struct holds *holds, int64_t file)
{
	struct hold *hold = NULL;

	TAILQ_FOREACH (hold, &holds->list, entry) {
		if (!hold->is_out && hold->held.file == file)
			break;
	}
	if (hold != NULL && hold->is_busy)
		return false;
	if (hold != NULL)
		hold_end(hold);
	return true;
}

static const char *
put_refusal(const struct put_job *put, int err)
{
	if (err == CAM_ERR_LIMIT)
		return "full";
	if (err == CAM_ERR_EXISTS)
		return "busy";
	return err < 0 ? "failed" : NULL;
}

static void
answer_put(struct put_job *put, struct memberlink *link)
{
	struct holds *holds = put->holds;
	uint8_t ticket[TICKET_SIZE];

	if (put->held.state == HELD_WHOLE) {
		memberlink_reply(link, put->id,
		    json_pack("{s:s, s:I}", "state", "held", "expires",
			(json_int_t)put->held.expires_ms));
		holds_tell_whole(holds, &put->held);
		return;
	}
	if (!replace(holds, put->held.file) ||
	    !holds_have_room(holds, put->held.sender, false)) {
		memberlink_fail(link, put->id, CAM_ERR_TIMEOUT, "busy");
		return;
	}
	(void)hold_new(holds, false, put->held.sender, &put->held, ticket);
	hold_reply(link, put->id,
	    json_pack("{s:s, s:I, s:I}", "state", "wanted", "expires",
		(json_int_t)put->held.expires_ms, "chunk",
		(json_int_t)(put->held.stored / CHUNK_FRAME_MAX)),
	    ticket);
}

static void
on_put(struct job *job)
{
	struct put_job *put = container_of(job, struct put_job, job);
	struct memberlink *link =
	    memberlinks_by_serial(put->holds->links, put->serial);
	int err = job->batch_err < 0 ? job->batch_err : put->err;
	const char *refusal = put_refusal(put, err);

	if (link != NULL && refusal != NULL)
		memberlink_fail(link, put->id, CAM_ERR_LIMIT, refusal);
	else if (link != NULL)
		answer_put(put, link);
	free(put);
}

static struct store_held_limits
limits_of(const struct settings *settings)
{
	struct store_held_limits limits = {
		.total = settings_number(settings, "hold.total"),
		.sender = settings_number(settings, "hold.sender"),
		.receiver = settings_number(settings, "hold.receiver"),
	};
	int64_t file = settings_number(settings, "hold.file");

	limits.share = limits.receiver / SHARES;
	/* One file may be as large as one may be. */
	if (limits.share < file)
		limits.share = file;
	return limits;
}

int
holds_read_users(const struct roll *roll, const json_t *users,
    int64_t members[HELD_FOR_MAX], size_t *count)
{
	const json_t *item = NULL;
	uint8_t key[SIGN_KEY_SIZE];
	size_t i = 0;

	if (!json_is_array(users) || json_array_size(users) > HELD_FOR_MAX)
		return CAM_ERR_REQUEST;
	json_array_foreach(users, i, item)
	{
		const struct roll_member *member = NULL;

		if (json_string_length(item) != 2 * sizeof key ||
		    hex_decode(span_text(json_string_value(item)), key,
			sizeof key) < 0)
			return CAM_ERR_REQUEST;
		member = roll_by_key(roll, key);
		if (member != NULL)
			members[(*count)++] = member->member;
	}
	return 0;
}

int
holds_read_named(const json_t *params, struct store_held *held)
{
	const json_t *number = json_object_get(params, "number");

	if (json_hex_get_all(
		params, "message", held->message, sizeof held->message) < 0 ||
	    !json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > UINT32_MAX)
		return CAM_ERR_REQUEST;
	held->number = (uint32_t)json_integer_value(number);
	return 0;
}

static int
read_put(struct put_job *put, const json_t *params)
{
	const struct settings *settings = put->holds->links->server->settings;
	const json_t *size = json_object_get(params, "size");
	int r = holds_read_named(params, &put->held);

	if (r == 0)
		r = holds_read_users(put->holds->links->roll,
		    json_object_get(params, "users"), put->receivers,
		    &put->count);
	if (r == 0 && (!json_is_integer(size) || json_integer_value(size) < 0))
		r = CAM_ERR_REQUEST;
	put->held.size = json_integer_value(size);
	put->held.made_ms = clock_wall_ms();
	put->held.expires_ms =
	    put->held.made_ms + settings_number(settings, "hold.days") * day_ms;
	random_bytes(put->held.name, sizeof put->held.name);
	put->limits = limits_of(settings);
	return r;
}

int
holds_put(struct holds *holds, struct memberlink *link, const json_t *params,
    json_int_t id)
{
	int64_t file_max =
	    settings_number(holds->links->server->settings, "hold.file");
	struct put_job *job = xcalloc(1, sizeof *job);
	const char *refusal = NULL;

	job->holds = holds;
	job->serial = link->serial;
	job->id = id;
	job->held.sender = link->member->member;
	if (read_put(job, params) < 0) {
		free(job);
		return CAM_ERR_REQUEST;
	}
	refusal = file_max == 0					     ? "off"
		  : job->held.size > file_max			     ? "large"
		  : job->count == 0				     ? "unknown"
		  : clock_now_ms() < holds->full_until_ms	     ? "full"
		  : !holds_have_room(holds, job->held.sender, false) ? "busy"
								     : NULL;
	if (refusal != NULL) {
		memberlink_fail(link, id, CAM_ERR_LIMIT, refusal);
		free(job);
		return 0;
	}
	job->job.work = put;
	job->job.done = on_put;
	workers_submit(holds->links->server->writer, &job->job);
	return 0;
}
