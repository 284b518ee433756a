/* opening.c: two operations of Curve25519 for each envelope, in the pool. */
#include "camd/message/opening.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/link/link.h"
#include "camd/link/onetimes.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "loop/timer.h"
#include "loop/worker.h"

/* What is older has been forgotten, and might be a repetition; clocks differ,
 * but not by a day. */
static const int64_t age_max_ms = 90 * 24 * 3600 * (int64_t)1000;
static const int64_t ahead_max_ms = 24 * 3600 * (int64_t)1000;
enum { QUIET_MS = 60 * 1000 };

struct work {
	TAILQ_ENTRY(work) entry;
	struct job job;
	struct openings *openings;
	struct opening opening;
	bool is_done;
	uint8_t *bytes;
	size_t len;
	struct envelope envelope;
	struct envelope_opened opened;
	int64_t now_ms;
	/* Ours, and what must be theirs. */
	uint8_t device[DEVICE_ID_SIZE];
	uint8_t user_key[SIGN_KEY_SIZE];
	struct hpke_key *prekey;
	uint8_t signer[SIGN_KEY_SIZE];
	uint8_t sender[SIGN_KEY_SIZE];
};

struct openings {
	struct camd *camd;
	void (*on_opened)(void *arg, struct opening *opening);
	void *arg;
	TAILQ_HEAD(, work) list;
	struct timer soon;
	size_t pending;
	uint64_t refused, refused_told;
	uint64_t told_ms; /* when the log last heard of them, 0: never */
};

void
opening_free(struct opening *opening)
{
	struct work *work = container_of(opening, struct work, opening);

	work->openings->pending--;
	envelope_opened_finish(&work->opened);
	hpke_key_free(work->prekey);
	free(work->bytes);
	free(work);
}

/* -- in the pool ----------------------------------------------------------- */

static bool
is_talk_right(const struct envelope_content *content)
{
	uint8_t(*keys)[SIGN_KEY_SIZE] =
	    xcalloc(content->recipient_count + 1, sizeof *keys);
	uint8_t talk[ENVELOPE_TALK_SIZE];

	memcpy(keys[0], content->sender, SIGN_KEY_SIZE);
	for (size_t i = 0; i < content->recipient_count; i++)
		memcpy(keys[i + 1], content->recipients[i].user_key,
		    SIGN_KEY_SIZE);
	envelope_talk((const uint8_t(*)[SIGN_KEY_SIZE])keys,
	    content->recipient_count + 1, talk);
	free(keys);
	return memcmp(talk, content->talk, sizeof talk) == 0;
}

static const char *
judge(struct work *work)
{
	const struct envelope_content *content = &work->opened.content;
	int r;

	if (memcmp(content->sender, work->sender, SIGN_KEY_SIZE) != 0 ||
	    content->sequence == 0 || content->sequence > INT64_MAX ||
	    !is_talk_right(content))
		return "invalid";
	if (content->time_ms > work->now_ms + ahead_max_ms ||
	    content->time_ms < work->now_ms - age_max_ms)
		return "time";
	r = content_parse(content->type, content->body, &work->opening.content);
	return r == 0 ? NULL : r == CAM_ERR_VERSION ? "version" : "invalid";
}

/* The sender may ask himself whether that is what he gave to the server. */
static void
note_copy(struct work *work)
{
	struct opening *opening = &work->opening;

	opening->has_digest = opening->relayed != 0 &&
			      opening->reason != NULL &&
			      (strcmp(opening->reason, "invalid") == 0 ||
				  strcmp(opening->reason, "version") == 0);
	if (opening->has_digest)
		digest_sha256(span_of(work->bytes, work->len), opening->digest);
}

static void
open_it(struct job *job, void *context)
{
	struct work *work = container_of(job, struct work, job);
	int r = envelope_open(&work->envelope, work->device, work->prekey,
	    work->signer, work->user_key, &work->opened);

	work->opening.envelope = &work->opened.content;
	work->opening.reason = r < 0 ? "invalid" : judge(work);
	note_copy(work);
}

/* -- in order -------------------------------------------------------------- */

/* Somebody's program errs, or somebody tries things. */
static void
count_refused(struct openings *openings)
{
	uint64_t now_ms = clock_now_ms();

	openings->refused++;
	if (openings->told_ms != 0 && now_ms - openings->told_ms < QUIET_MS)
		return;
	log_warn("refused %llu envelopes that are not what they should be",
	    (unsigned long long)(openings->refused - openings->refused_told));
	openings->told_ms = now_ms;
	openings->refused_told = openings->refused;
}

static void
tell_done(struct openings *openings)
{
	struct work *work;

	while ((work = TAILQ_FIRST(&openings->list)) != NULL && work->is_done) {
		TAILQ_REMOVE(&openings->list, work, entry);
		/* A prekey that has gone is nobody's fault. */
		if (work->opening.reason != NULL &&
		    strcmp(work->opening.reason, "prekey") != 0)
			count_refused(openings);
		openings->on_opened(openings->arg, &work->opening);
	}
}

static void
on_soon(void *arg)
{
	tell_done(arg);
}

static void
on_work_done(struct job *job)
{
	struct work *work = container_of(job, struct work, job);

	work->is_done = true;
	tell_done(work->openings);
}

static const char *
find_prekey(struct work *work)
{
	const struct camd *camd = work->openings->camd;
	uint32_t number = 0;

	if (envelope_prekey(&work->envelope, work->device, &number) < 0)
		return "invalid";
	if (!(number & PREKEY_ONETIME)) {
		work->prekey = identity_prekey_private(camd->identity, number);
		return work->prekey != NULL ? NULL : "invalid";
	}
	work->prekey =
	    onetimes_private(camd->onetimes, number, &work->opening.place);
	work->opening.onetime = number;
	return work->prekey != NULL ? NULL : "prekey";
}

/* What can be told without opening it: NULL when it may be opened. */
static const char *
inspect(struct work *work, const struct user *user, const struct device *device,
    struct span bytes)
{
	const struct camd *camd = work->openings->camd;
	const uint8_t *key = trust_user_key(camd->trust, user);
	const struct devices *devices = trust_devices(camd->trust, user);
	uint8_t theirs[DEVICE_ID_SIZE];
	int r = envelope_parse(bytes, &work->envelope);

	work->opening.has_id = envelope_peek(bytes, work->opening.id);
	if (r < 0 && device == NULL)
		device = trust_prekey_device(camd->trust, user);
	/* Who is told of it. One whose list is not here yet tries again. */
	if (r == 0)
		memcpy(work->opening.device, work->envelope.device,
		    DEVICE_ID_SIZE);
	else if (device != NULL)
		device_id(device, work->opening.device);
	if (r < 0)
		return r == CAM_ERR_VERSION ? "version" : "invalid";
	if (device == NULL && devices != NULL)
		device = devices_by_id(devices, work->envelope.device);
	if (key == NULL || device == NULL)
		return "invalid";
	device_id(device, theirs);
	/* Others' envelopes come with a server, not over this link. */
	if (memcmp(theirs, work->envelope.device, sizeof theirs) != 0)
		return "invalid";
	memcpy(work->sender, key, SIGN_KEY_SIZE);
	memcpy(
	    work->device, identity_device_id(camd->identity), DEVICE_ID_SIZE);
	memcpy(work->signer, device->signing_key, SIGN_KEY_SIZE);
	return find_prekey(work);
}

static void
start(struct work *work, const struct user *user, const struct device *device,
    struct span bytes)
{
	struct openings *openings = work->openings;
	const struct camd *camd = openings->camd;

	openings->pending++;
	work->opening.uid = user->uid;
	work->bytes = xmalloc(bytes.len + 1);
	memcpy(work->bytes, bytes.data, bytes.len);
	work->len = bytes.len;
	work->now_ms = clock_wall_ms();
	TAILQ_INSERT_TAIL(&openings->list, work, entry);
	work->opening.reason =
	    inspect(work, user, device, span_of(work->bytes, bytes.len));
	if (work->opening.reason != NULL) {
		note_copy(work);
		work->is_done = true;
		timer_start(&openings->soon, 0);
		return;
	}
	memcpy(
	    work->user_key, identity_user_key(camd->identity), SIGN_KEY_SIZE);
	work->job.work = open_it;
	work->job.done = on_work_done;
	workers_submit(camd->pool, &work->job);
}

void
openings_add(struct openings *openings, struct link *link, struct span bytes)
{
	struct work *work = xcalloc(1, sizeof *work);

	work->openings = openings;
	work->opening.serial = link_serial(link);
	work->opening.len = bytes.len;
	start(work, link_user(link), link_device(link), bytes);
}

void
openings_add_relayed(struct openings *openings, const struct user *user,
    uint64_t number, size_t room, struct span bytes)
{
	struct work *work = xcalloc(1, sizeof *work);

	work->openings = openings;
	work->opening.relayed = number;
	work->opening.len = room;
	start(work, user, NULL, bytes);
}

size_t
openings_pending(const struct openings *openings)
{
	return openings->pending;
}

uint64_t
openings_refused(const struct openings *openings)
{
	return openings->refused;
}

struct openings *
openings_new(struct camd *camd,
    void (*on_opened)(void *arg, struct opening *opening), void *arg)
{
	struct openings *openings = xcalloc(1, sizeof *openings);

	openings->camd = camd;
	openings->on_opened = on_opened;
	openings->arg = arg;
	TAILQ_INIT(&openings->list);
	timer_init(&openings->soon, camd->loop, on_soon, openings);
	return openings;
}

void
openings_free(struct openings *openings)
{
	struct work *work;

	if (openings == NULL)
		return;
	while ((work = TAILQ_FIRST(&openings->list)) != NULL) {
		TAILQ_REMOVE(&openings->list, work, entry);
		opening_free(&work->opening);
	}
	timer_finish(&openings->soon);
	free(openings);
}
