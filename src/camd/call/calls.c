/* calls.c: calls made, found, ended, buried. */
#include "camd/call/calls.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "rpc/names.h"

/* Who still calls us says so again over another link. */
enum { AGAIN_MS = 5000 };

/* -- words and places -------------------------------------------------------
 */

const char *
call_state_word(enum call_state state)
{
	static const char *const words[] = { [CALL_RINGING] = "ringing",
		[CALL_CALLING] = "calling",
		[CALL_ACTIVE] = "active",
		[CALL_HELD] = "held",
		[CALL_ENDED] = "ended" };

	return words[state];
}

bool
call_is_ringing(const struct call *call)
{
	return call->state == CALL_RINGING && !call->joined;
}

bool
call_is_joined(const struct call *call)
{
	return call->joined;
}

struct leg *
call_leg(const struct call *call, int64_t uid)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		if (call->legs[i] != NULL && call->legs[i]->uid == uid)
			return call->legs[i];
	}
	return NULL;
}

struct leg *
call_leg_numbered(const struct call *call, unsigned number)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		if (call->legs[i] != NULL && call->legs[i]->number == number)
			return call->legs[i];
	}
	return NULL;
}

char *
calls_user_id(const struct calls *calls, int64_t uid)
{
	return calls->ops->id_of(calls->arg, uid);
}

struct call *
calls_next(const struct calls *calls, const struct call *after)
{
	return after != NULL ? TAILQ_NEXT(after, entry)
			     : TAILQ_FIRST(&calls->list);
}

int
calls_find(const struct calls *calls, const char *id,
    bool (*fits)(const struct call *call), struct call **result)
{
	struct call *call, *found = NULL;
	size_t count = 0, len = id != NULL ? strlen(id) : 0;

	TAILQ_FOREACH (call, &calls->list, entry) {
		if (id != NULL ? strncmp(call->id, id, len) != 0
			       : fits != NULL && !fits(call))
			continue;
		found = call;
		count++;
	}
	if (count != 1)
		return count == 0 ? CAM_ERR_UNKNOWN : CAM_ERR_AMBIGUOUS;
	*result = found;
	return 0;
}

/* -- making -----------------------------------------------------------------
 */

static void
call_free(struct call *call)
{
	const struct calls *calls = call->calls;

	for (size_t i = 0; i < call->leg_count; i++)
		leg_free(call->legs[i]);
	calls->ops->process->free(call->process);
	record_free(call);
	if (call->socket >= 0)
		close(call->socket);
	missing_finish(call);
	devices_free(call->devices);
	json_decref(call->audio);
	free(call->text);
	wipe_free(call, sizeof *call);
}

int
calls_make(struct calls *calls, bool incoming, struct call **result)
{
	struct call *call = NULL;
	uint16_t port = 0;
	int err, fd = -1;

	if (calls->count >= LIMIT_CALLS)
		return CAM_ERR_FULL;
	if ((err = calls->ops->port(calls->arg, &fd, &port)) != 0)
		return err;
	call = xcalloc(1, sizeof *call);
	call->calls = calls;
	call->socket = fd;
	missing_init(call);
	call->incoming = incoming;
	call->joined = !incoming;
	call->state = incoming ? CALL_RINGING : CALL_CALLING;
	call->began_ms = call->since_ms = clock_wall_ms();
	random_id(call->id);
	memcpy(call->wire, call->id, sizeof call->wire);
	call->own.port = port;
	sound_renew(call);
	if ((err = sound_start(call)) != 0) {
		log_warn("cam-media cannot be started: %s", cam_strerror(err));
		call_free(call);
		return err == CAM_ERR_FULL ? CAM_ERR_SYSTEM : err;
	}
	TAILQ_INSERT_TAIL(&calls->list, call, entry);
	calls->count++;
	*result = call;
	return 0;
}

void
call_tell(const struct call *call, const char *event)
{
	call->calls->ops->on_event(call->calls->arg, call, event);
}

void
call_set_state(struct call *call, enum call_state state)
{
	if (call->state == state)
		return;
	call->state = state;
	call->since_ms = clock_wall_ms();
}

/* -- ending -----------------------------------------------------------------
 */

static void
say_goodbye(struct leg *leg, enum call_reason reason, const char *text)
{
	bool is_asked = leg->state == LEG_INVITER;
	struct signal signal;

	if (!leg_counts(leg) && !is_asked)
		return;
	call_signal(leg->call, &signal);
	signal.reason = reason;
	if (text != NULL && is_asked)
		memcpy(
		    signal.text, text, strnlen(text, sizeof signal.text - 1));
	(void)leg_tell(leg, is_asked ? LINK_CALL_DECLINE : LINK_CALL_LEAVE,
	    &signal, SIGNAL_REASON);
	signal_wipe(&signal);
}

/* What was recorded is whole once all have ended: only then it is told. */
void
call_end_told(struct call *call)
{
	if (call->process != NULL || call->recording != NULL)
		return;
	call_tell(call, EVENT_CALL_ENDED);
	timer_start(&call->calls->burial, 0);
}

void
call_end(struct call *call, enum call_reason reason, const char *text)
{
	struct calls *calls = call->calls;

	if (call->state == CALL_ENDED)
		return;
	for (size_t i = 0; i < call->leg_count; i++) {
		struct leg *leg = call->legs[i];

		say_goodbye(leg, reason, text);
		timer_stop(&leg->timer);
		leg->round++;
		if (leg->state != LEG_GONE)
			leg->reason = reason;
	}
	call->reason = reason;
	free(call->text);
	call->text = text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
	call_set_state(call, CALL_ENDED);
	TAILQ_REMOVE(&calls->list, call, entry);
	TAILQ_INSERT_TAIL(&calls->dead, call, entry);
	calls->count--;
	timer_stop(&call->looking);
	sound_stop(call);
	record_leave(call);
	call_end_told(call);
}

static bool
has_leg(const struct call *call)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		const struct leg *leg = call->legs[i];

		if (call->joined ? leg_counts(leg) : leg->state == LEG_INVITER)
			return true;
	}
	return false;
}

void
call_end_if_alone(struct call *call, const struct leg *last)
{
	enum call_reason reason = last->reason;

	if (call->state == CALL_ENDED || has_leg(call))
		return;
	/* Who called us has given up. */
	if (!call->joined && reason == CALL_HANGUP)
		reason = CALL_CANCELLED;
	/* They have spoken: how the last of them was lost is told of him. */
	if (call->was_active && reason != CALL_LOST && reason != CALL_MEDIA)
		reason = CALL_HANGUP;
	call_end(call, reason, last->text);
}

static void
on_burial(void *arg)
{
	struct calls *calls = arg;
	struct call *call, *next;

	for (call = TAILQ_FIRST(&calls->dead); call != NULL; call = next) {
		next = TAILQ_NEXT(call, entry);
		if (call->process != NULL || call->recording != NULL)
			continue;
		TAILQ_REMOVE(&calls->dead, call, entry);
		call_free(call);
	}
}

/* -- links and users --------------------------------------------------------
 */

static void
each_leg(struct calls *calls, int64_t uid, void (*fn)(struct leg *leg))
{
	struct call *call, *next;

	for (call = TAILQ_FIRST(&calls->list); call != NULL; call = next) {
		struct leg *leg = call_leg(call, uid);

		/* It may end by this. */
		next = TAILQ_NEXT(call, entry);
		if (leg != NULL && leg->state != LEG_GONE)
			fn(leg);
	}
}

static void
opened(struct leg *leg)
{
	leg->linked = true;
	if (leg_counts(leg))
		leg_sync(leg);
	else if (leg->state == LEG_INVITER)
		/* He asks again, or has given up and could not say so. */
		timer_start(&leg->timer, AGAIN_MS);
}

void
calls_link_open(struct calls *calls, int64_t uid)
{
	each_leg(calls, uid, opened);
}

static void
closed(struct leg *leg)
{
	leg->linked = false;
	leg->is_asking = false;
	leg->round++;
	if (leg_counts(leg))
		leg_sync(leg);
}

void
calls_link_closed(struct calls *calls, int64_t uid)
{
	each_leg(calls, uid, closed);
}

static void
unreached(struct leg *leg)
{
	if (leg_counts(leg) && leg->state != LEG_ACTIVE && !leg->linked)
		leg_gone(leg, CALL_UNREACHABLE, NULL);
}

void
calls_unreached(struct calls *calls, int64_t uid)
{
	each_leg(calls, uid, unreached);
}

static void
forgotten(struct leg *leg)
{
	leg_gone(leg, CALL_UNREACHABLE, NULL);
}

void
calls_user_moved(struct calls *calls, int64_t from, int64_t into)
{
	struct call *call;

	if (into == 0) {
		each_leg(calls, from, forgotten);
		return;
	}
	TAILQ_FOREACH (call, &calls->list, entry) {
		struct leg *leg = call_leg(call, from);

		if (call->from == from)
			call->from = into;
		if (leg != NULL)
			leg->uid = into;
	}
}

/* -- the whole --------------------------------------------------------------
 */

struct calls *
calls_new(struct loop *loop, const struct calls_ops *ops, void *arg,
    const uint8_t *own_key)
{
	struct calls *calls = xcalloc(1, sizeof *calls);

	calls->loop = loop;
	calls->ops = ops;
	calls->arg = arg;
	calls->own_key = own_key;
	TAILQ_INIT(&calls->list);
	TAILQ_INIT(&calls->dead);
	LIST_INIT(&calls->inquiries);
	timer_init(&calls->burial, loop, on_burial, calls);
	return calls;
}

void
calls_stop(struct calls *calls)
{
	struct call *call;

	if (calls == NULL || calls->stopped)
		return;
	calls->stopped = true;
	while ((call = TAILQ_FIRST(&calls->list)) != NULL)
		call_end(call,
		    call->joined && !call->was_active ? CALL_CANCELLED
		    : call->joined		      ? CALL_HANGUP
						      : CALL_UNREACHABLE,
		    NULL);
	TAILQ_FOREACH (call, &calls->dead, entry) {
		if (call->process == NULL && call->recording == NULL)
			continue;
		calls->ops->process->free(call->process);
		call->process = NULL;
		record_free(call);
		call_tell(call, EVENT_CALL_ENDED);
	}
}

void
calls_free(struct calls *calls)
{
	struct call *call;

	if (calls == NULL)
		return;
	calls_stop(calls);
	while (!LIST_EMPTY(&calls->inquiries))
		inquiry_free(LIST_FIRST(&calls->inquiries));
	while ((call = TAILQ_FIRST(&calls->dead)) != NULL) {
		TAILQ_REMOVE(&calls->dead, call, entry);
		call_free(call);
	}
	timer_finish(&calls->burial);
	free(calls);
}
