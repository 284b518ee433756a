/* hear.c: what others signal of calls. */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "camd/call/call_parts.h"
#include "rpc/names.h"

/* The caller decides how long it rings; this is for when he has gone. */
enum { RING_SLACK_MS = 5000 };

static struct call *
find(const struct calls *calls, const char *wire)
{
	struct call *call;

	TAILQ_FOREACH (call, &calls->list, entry) {
		if (strcmp(call->wire, wire) == 0)
			return call;
	}
	return NULL;
}

static int
refuse(const char **word, enum call_reason reason)
{
	*word = call_reason_word(reason);
	return reason == CALL_OVER ? CAM_ERR_UNKNOWN : CAM_ERR_REFUSED;
}

/* -- who else is in it ------------------------------------------------------
 */

static void
connect_to(struct leg *leg)
{
	leg_set(leg, LEG_JOINING);
	leg_sync(leg);
}

static void
take_member(struct call *call, int64_t by, const struct signal_member *member)
{
	struct calls *calls = call->calls;
	int64_t uid = calls->ops->uid_of(calls->arg, member->key, member->id);
	struct leg *leg = NULL;

	if (uid == 0 || uid == by ||
	    memcmp(member->key, calls->own_key, sizeof member->key) == 0)
		return;
	leg = call_leg(call, uid);
	if (member->presence == SIGNAL_LEFT) {
		if (leg != NULL && leg->state == LEG_ELSEWHERE &&
		    leg->named_by == by)
			leg_gone(leg, CALL_HANGUP, NULL);
		return;
	}
	/* Of one who has left others may not have heard; who comes again is
	 * told of as ringing first. */
	if (leg == NULL ||
	    (leg->state == LEG_GONE && member->presence == SIGNAL_RINGING))
		leg = leg_add(call, uid, LEG_ELSEWHERE);
	if (leg == NULL || leg->state != LEG_ELSEWHERE)
		return;
	leg->named_by = by;
	memcpy(leg->key, member->key, sizeof leg->key);
	leg->has_key = true;
	leg->named_active = member->presence == SIGNAL_ACTIVE;
	if (leg->named_active && call->joined)
		connect_to(leg);
}

static void
take_members(struct call *call, int64_t by, const struct signal *signal)
{
	for (size_t i = 0; i < signal->member_count; i++) {
		if (call->state != CALL_ENDED)
			take_member(call, by, &signal->members[i]);
	}
}

void
call_join(struct call *call)
{
	call->joined = true;
	for (size_t i = 0; i < call->leg_count; i++) {
		struct leg *leg = call->legs[i];

		if (leg->state == LEG_INVITER) {
			leg_set(leg, LEG_ACCEPTING);
			leg_sync(leg);
		} else if (leg->state == LEG_ELSEWHERE && leg->named_active) {
			connect_to(leg);
		}
	}
}

static int
hear_members(struct calls *calls, int64_t uid, struct call *call,
    const struct signal *signal)
{
	const struct leg *leg = call_leg(call, uid);

	if (leg == NULL ||
	    (leg->state != LEG_ACTIVE && leg->state != LEG_INVITER &&
		leg->state != LEG_ACCEPTING))
		return CAM_ERR_REFUSED;
	take_members(call, uid, signal);
	if (call->state != CALL_ENDED)
		call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

/* -- offered ----------------------------------------------------------------
 */

/* We call him, and only him, and so does he us. */
static struct call *
glaring(const struct calls *calls, int64_t uid, const struct signal *signal)
{
	struct call *call;

	TAILQ_FOREACH (call, &calls->list, entry) {
		if (call->state == CALL_CALLING && call->leg_count == 1 &&
		    call->legs[0]->uid == uid &&
		    call->legs[0]->state == LEG_INVITED &&
		    signal->member_count == 0)
			return call;
	}
	return NULL;
}

/* Both ends keep the call with the smaller id; clients keep the id they know.
 */
static int
settle(struct call *call, const struct signal *signal, const char **word)
{
	struct leg *leg = call->legs[0];
	struct signal old;

	/* Ours is on its way to him, before this answer. */
	if (strcmp(call->wire, signal->call) < 0)
		return refuse(word, CALL_ELSEWHERE);
	/* Perhaps he has begun his when ours was ringing. */
	call_signal(call, &old);
	old.reason = CALL_ELSEWHERE;
	(void)leg_tell(leg, LINK_CALL_LEAVE, &old, SIGNAL_REASON);
	signal_wipe(&old);
	memcpy(call->wire, signal->call, sizeof call->wire);
	leg->media = signal->media;
	leg_take_status(leg, &signal->status);
	leg_set(leg, LEG_ACCEPTING);
	leg_sync(leg);
	return 0;
}

static enum call_reason
objection(const struct calls *calls, int64_t uid)
{
	const struct call *call;
	size_t ringing = 0;

	if (!calls->ops->admits(calls->arg, uid))
		return CALL_REFUSED;
	if (calls->count >= LIMIT_CALLS)
		return CALL_BUSY;
	TAILQ_FOREACH (call, &calls->list, entry) {
		if (!call_is_ringing(call))
			continue;
		if (call->from == uid || ++ringing == LIMIT_CALLS_RINGING)
			return CALL_BUSY;
	}
	return CALL_NO_REASON;
}

static void
take_offer(struct leg *leg, const struct signal *signal)
{
	const struct calls *calls = leg->call->calls;

	leg->linked = true;
	leg_take_media(leg, &signal->media);
	leg_take_status(leg, &signal->status);
	if (!leg->call->joined)
		timer_start(&leg->timer,
		    calls->ops->ring_ms(calls->arg) + RING_SLACK_MS);
}

static int
ring(struct calls *calls, int64_t uid, const struct signal *signal,
    const char **word)
{
	enum call_reason reason = objection(calls, uid);
	struct call *call = NULL;
	struct leg *leg = NULL;
	int err;

	if (reason != CALL_NO_REASON)
		return refuse(word, reason);
	err = calls_make(calls, true, &call);
	if (err != 0)
		return refuse(
		    word, err == CAM_ERR_FULL ? CALL_BUSY : CALL_UNABLE);
	memcpy(call->wire, signal->call, sizeof call->wire);
	call->from = uid;
	leg = leg_add(call, uid, LEG_INVITER);
	take_offer(leg, signal);
	take_members(call, uid, signal);
	call_tell(call, EVENT_CALL_INCOMING);
	return 0;
}

/* He asks us into a call that we know: over another link, or another has asked
 * us before. */
static int
offered_again(struct call *call, int64_t uid, const struct signal *signal)
{
	struct leg *leg = call_leg(call, uid);

	if (leg == NULL || leg->state == LEG_GONE)
		leg = leg_add(call, uid, LEG_INVITER);
	if (leg == NULL)
		return CAM_ERR_LIMIT;
	take_offer(leg, signal);
	if (!call->joined) {
		leg->state = LEG_INVITER;
	} else if (leg->state != LEG_ACCEPTING) {
		leg_set(leg, LEG_ACCEPTING);
		leg_sync(leg);
	}
	take_members(call, uid, signal);
	return 0;
}

static int
hear_offer(struct calls *calls, int64_t uid, const struct signal *signal,
    const char **word)
{
	struct call *call = find(calls, signal->call);

	if (call != NULL)
		return offered_again(call, uid, signal);
	call = glaring(calls, uid, signal);
	return call != NULL ? settle(call, signal, word)
			    : ring(calls, uid, signal, word);
}

/* -- answered ---------------------------------------------------------------
 */

static int
hear_accept(struct call *call, int64_t uid, const struct signal *signal,
    const char **word)
{
	struct leg *leg = call_leg(call, uid);

	if (!call->joined || leg == NULL || leg->state == LEG_GONE)
		return refuse(word, CALL_OVER);
	leg->linked = true;
	leg_take_media(leg, &signal->media);
	if (leg->state != LEG_ACTIVE) {
		leg_connect(leg);
		call_tell_members(call);
	}
	return 0;
}

static int
hear_join(struct call *call, int64_t uid, const struct signal *signal,
    json_t **result, const char **word)
{
	struct leg *leg = call_leg(call, uid);

	/* Nobody in the call has told of him, yet. */
	if (!call->joined || leg == NULL || leg->state == LEG_GONE)
		return refuse(word, CALL_REFUSED);
	leg->linked = true;
	leg_take_media(leg, &signal->media);
	if (leg->state != LEG_ACTIVE) {
		leg_set(leg, LEG_JOINING);
		leg_connect(leg);
	}
	*result = json_pack("{s:o}", "media", media_json(&call->own));
	return 0;
}

static int
hear_decline(struct call *call, int64_t uid, const struct signal *signal)
{
	struct leg *leg = call_leg(call, uid);

	if (leg != NULL && leg->state == LEG_INVITED)
		leg_gone(leg, signal->reason, signal->text);
	return 0;
}

static int
hear_leave(struct call *call, int64_t uid, const struct signal *signal)
{
	struct leg *leg = call_leg(call, uid);

	if (leg != NULL)
		leg_gone(leg, signal->reason, NULL);
	return 0;
}

/* -- changed ----------------------------------------------------------------
 */

static int
hear_update(struct call *call, int64_t uid, const struct signal *signal)
{
	struct leg *leg = call_leg(call, uid);
	bool is_news;

	if (!call->joined || leg == NULL || leg->state == LEG_GONE)
		return CAM_ERR_UNKNOWN;
	leg->linked = true;
	is_news =
	    memcmp(&leg->status, &signal->status, sizeof leg->status) != 0;
	leg_take_status(leg, &signal->status);
	leg_take_media(leg, &signal->media);
	/* Our question was answered, but the link broke before we knew. */
	if (leg->state != LEG_ACTIVE)
		leg_connect(leg);
	else if (is_news)
		call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

/* He takes part in something that is over. */
static void
tell_over(const struct calls *calls, int64_t uid, const struct signal *of)
{
	struct signal signal;

	memset(&signal, 0, sizeof signal);
	memcpy(signal.call, of->call, sizeof signal.call);
	signal.reason = CALL_OVER;
	(void)calls->ops->tell(calls->arg, uid, LINK_CALL_LEAVE,
	    signal_build(&signal, SIGNAL_REASON));
}

/* -- all of it --------------------------------------------------------------
 */

static unsigned
parts_of(const char *method)
{
	if (strcmp(method, LINK_CALL_OFFER) == 0)
		return SIGNAL_MEDIA | SIGNAL_MEMBERS | SIGNAL_STATUS;
	if (strcmp(method, LINK_CALL_ACCEPT) == 0 ||
	    strcmp(method, LINK_CALL_JOIN) == 0)
		return SIGNAL_MEDIA;
	if (strcmp(method, LINK_CALL_MEMBERS) == 0)
		return SIGNAL_MEMBERS;
	return strcmp(method, LINK_CALL_UPDATE) == 0
		   ? SIGNAL_STATUS | SIGNAL_MEDIA
		   : SIGNAL_REASON;
}

static int
hear_known(struct calls *calls, int64_t uid, struct call *call,
    const char *method, const struct signal *signal, json_t **result,
    const char **word)
{
	if (strcmp(method, LINK_CALL_ACCEPT) == 0)
		return hear_accept(call, uid, signal, word);
	if (strcmp(method, LINK_CALL_JOIN) == 0)
		return hear_join(call, uid, signal, result, word);
	if (strcmp(method, LINK_CALL_DECLINE) == 0)
		return hear_decline(call, uid, signal);
	if (strcmp(method, LINK_CALL_LEAVE) == 0)
		return hear_leave(call, uid, signal);
	return strcmp(method, LINK_CALL_MEMBERS) == 0
		   ? hear_members(calls, uid, call, signal)
		   : hear_update(call, uid, signal);
}

static int
hear(struct calls *calls, int64_t uid, const char *method,
    const struct signal *signal, json_t **result, const char **word)
{
	struct call *call = find(calls, signal->call);
	bool is_status = strcmp(method, LINK_CALL_UPDATE) == 0;
	int err = CAM_ERR_UNKNOWN;

	if (strcmp(method, LINK_CALL_OFFER) == 0)
		return hear_offer(calls, uid, signal, word);
	if (call != NULL)
		err =
		    hear_known(calls, uid, call, method, signal, result, word);
	else
		*word = call_reason_word(CALL_OVER);
	if (is_status && err == CAM_ERR_UNKNOWN)
		tell_over(calls, uid, signal);
	return err;
}

int
calls_hear(struct calls *calls, int64_t uid, const char *method,
    const json_t *params, json_t **result, const char **word)
{
	struct signal signal;
	int err;

	*word = NULL;
	err = signal_parse(params, parts_of(method), &signal);
	if (err == 0 && !calls->stopped)
		err = hear(calls, uid, method, &signal, result, word);
	signal_wipe(&signal);
	return err;
}
