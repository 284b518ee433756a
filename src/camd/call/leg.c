/* leg.c: one other party of a call: asked, answered, joined, lost. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "rpc/names.h"

enum {
	REACH_MS = 20 * 1000, /* for a link to somebody who may have one */
	JOIN_MS = 20 * 1000,  /* for two who are in the call to connect */
	AGAIN_MS = 200,	      /* and again, each time twice as long */
	JOIN_TRIES = 7,
	LOST_MS = 30 * 1000, /* without a link, while nothing is heard */
	NUMBER_MAX = 255,
};

/* -- places -----------------------------------------------------------------
 */

static void on_time(void *arg);

static unsigned
next_number(struct call *call)
{
	do {
		call->last_number = call->last_number % NUMBER_MAX + 1;
	} while (call_leg_numbered(call, call->last_number) != NULL);
	return call->last_number;
}

/* A place to put it into: new, or that of somebody who is gone. */
static struct leg **
find_place(struct call *call)
{
	if (call->leg_count < CALL_LEGS)
		return &call->legs[call->leg_count++];
	for (size_t i = 0; i < CALL_LEGS; i++) {
		if (call->legs[i]->state == LEG_GONE) {
			leg_free(call->legs[i]);
			call->legs[i] = NULL;
			return &call->legs[i];
		}
	}
	return NULL;
}

struct leg *
leg_add(struct call *call, int64_t uid, enum leg_state state)
{
	struct calls *calls = call->calls;
	struct leg *leg = call_leg(call, uid), **place;

	if (leg != NULL) {
		leg_set(leg, state);
		return leg;
	}
	if ((place = find_place(call)) == NULL)
		return NULL;
	leg = *place = xcalloc(1, sizeof *leg);
	leg->number = next_number(call);
	leg->call = call;
	leg->uid = uid;
	leg->state = state;
	leg->has_key = calls->ops->key_of(calls->arg, uid, leg->key);
	timer_init(&leg->timer, calls->loop, on_time, leg);
	return leg;
}

void
leg_free(struct leg *leg)
{
	if (leg == NULL)
		return;
	timer_finish(&leg->timer);
	free(leg->text);
	wipe_free(leg, sizeof *leg);
}

bool
leg_counts(const struct leg *leg)
{
	return leg->state == LEG_INVITED || leg->state == LEG_ACCEPTING ||
	       leg->state == LEG_JOINING || leg->state == LEG_ACTIVE;
}

void
leg_set(struct leg *leg, enum leg_state state)
{
	leg->state = state;
	leg->round++;
	leg->is_asking = false;
	leg->tries = 0;
	timer_stop(&leg->timer);
}

void
leg_take_status(struct leg *leg, const struct signal_status *status)
{
	leg->status = *status;
	leg->call->video |= status->video;
	leg->call->screen |= status->screen;
	leg->call->recorded |= status->recording;
}

/* -- telling ----------------------------------------------------------------
 */

void
call_signal(const struct call *call, struct signal *signal)
{
	memset(signal, 0, sizeof *signal);
	memcpy(signal->call, call->wire, sizeof signal->call);
	signal->media = call->own;
	signal->status =
	    (struct signal_status){ .hold = call->state == CALL_HELD,
		    .mute = call->muted,
		    .video = call->showing == DEVICES_SHOW_VIDEO,
		    .screen = call->showing == DEVICES_SHOW_SCREEN,
		    .recording = call_records(call) };
}

int
leg_tell(struct leg *leg, const char *method, const struct signal *signal,
    unsigned parts)
{
	const struct calls *calls = leg->call->calls;

	return calls->ops->tell(
	    calls->arg, leg->uid, method, signal_build(signal, parts));
}

/* It is known from his first link on. */
static bool
has_key(struct leg *leg)
{
	const struct calls *calls = leg->call->calls;

	if (!leg->has_key)
		leg->has_key =
		    calls->ops->key_of(calls->arg, leg->uid, leg->key);
	return leg->has_key;
}

/* All who are known, but for the one who is told. */
static void
list_members(const struct leg *to, struct signal *signal)
{
	const struct call *call = to->call;
	const struct calls *calls = call->calls;

	for (size_t i = 0; i < call->leg_count; i++) {
		struct leg *leg = call->legs[i];
		struct signal_member *member =
		    &signal->members[signal->member_count];
		char *id = NULL;

		if (leg == to || !has_key(leg))
			continue;
		id = calls->ops->id_of(calls->arg, leg->uid);
		if (strlen(id) < sizeof member->id) {
			memcpy(member->id, id, strlen(id) + 1);
			memcpy(member->key, leg->key, sizeof member->key);
			member->presence = leg->state == LEG_GONE ? SIGNAL_LEFT
					   : leg->state == LEG_ACTIVE
					       ? SIGNAL_ACTIVE
					       : SIGNAL_RINGING;
			signal->member_count++;
		}
		free(id);
	}
}

void
call_tell_members(struct call *call)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		struct leg *leg = call->legs[i];
		struct signal signal;

		if (leg->state != LEG_ACTIVE)
			continue;
		call_signal(call, &signal);
		list_members(leg, &signal);
		(void)leg_tell(leg, LINK_CALL_MEMBERS, &signal, SIGNAL_MEMBERS);
		signal_wipe(&signal);
	}
}

static void
tell_status(struct leg *leg)
{
	struct signal signal;

	call_signal(leg->call, &signal);
	if (leg_tell(leg, LINK_CALL_UPDATE, &signal,
		SIGNAL_STATUS | SIGNAL_MEDIA) == 0)
		signal_wipe(&signal);
}

void
call_tell_status(struct call *call)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		if (call->legs[i]->state == LEG_ACTIVE)
			tell_status(call->legs[i]);
	}
}

/* -- asking -----------------------------------------------------------------
 */

/* A request on its way; the leg may be gone when its answer comes. */
struct asking {
	struct calls *calls;
	char call[ID_SIZE];
	int64_t uid;
	unsigned round;
	enum leg_state state;
};

static struct leg *
asked_leg(const struct asking *asking)
{
	struct call *call;
	struct leg *leg;

	TAILQ_FOREACH (call, &asking->calls->list, entry) {
		if (strcmp(call->id, asking->call) != 0)
			continue;
		leg = call_leg(call, asking->uid);
		return leg != NULL && leg->round == asking->round &&
			       leg->state == asking->state
			   ? leg
			   : NULL;
	}
	return NULL;
}

/* Errors without a word of ours are those of a program that knows no better. */
static enum call_reason
refusal(int err, const char *message)
{
	enum call_reason reason = call_reason_parse(message);

	if (reason != CALL_NO_REASON)
		return reason;
	return err == CAM_ERR_UNKNOWN ? CALL_OVER : CALL_UNABLE;
}

static void
on_rings(struct leg *leg)
{
	if (leg->rings)
		return;
	leg->rings = true;
	call_tell(leg->call, EVENT_CALL_RINGING);
}

static void
on_joined(struct leg *leg, const json_t *result)
{
	struct media media;

	if (media_parse(json_object_get(result, "media"), &media) != 0) {
		leg_gone(leg, CALL_UNABLE, NULL);
		return;
	}
	leg->media = media;
	wipe(&media, sizeof media);
	leg_connect(leg);
}

static void
on_answer(void *arg, int err, json_t *result, const char *message)
{
	struct asking *asking = arg;
	struct leg *leg = asked_leg(asking);

	free(asking);
	if (leg == NULL)
		return;
	leg->is_asking = false;
	/* It is asked again over the next link, which may be there already. */
	if (err == CAM_ERR_CLOSED) {
		leg_sync(leg);
		return;
	}
	if (err < 0 && leg->state == LEG_JOINING)
		/* Who is to tell him of us may not have done so yet. */
		timer_start(&leg->timer, AGAIN_MS << leg->tries++);
	else if (err < 0)
		leg_gone(leg, refusal(err, message), NULL);
	else if (leg->state == LEG_INVITED)
		on_rings(leg);
	else if (leg->state == LEG_JOINING)
		on_joined(leg, result);
	else if (leg->state == LEG_ACCEPTING)
		leg_connect(leg);
}

static void
ask(struct leg *leg, const char *method, unsigned parts)
{
	struct calls *calls = leg->call->calls;
	struct asking *asking = xcalloc(1, sizeof *asking);
	struct signal signal;

	call_signal(leg->call, &signal);
	if (parts & SIGNAL_MEMBERS)
		list_members(leg, &signal);
	asking->calls = calls;
	memcpy(asking->call, leg->call->id, sizeof asking->call);
	asking->uid = leg->uid;
	asking->round = ++leg->round;
	asking->state = leg->state;
	leg->is_asking =
	    calls->ops->ask(calls->arg, leg->uid, method,
		signal_build(&signal, parts), on_answer, asking) == 0;
	if (!leg->is_asking)
		free(asking);
	signal_wipe(&signal);
}

/* Of two who are in the call the one with the smaller key asks. */
static bool
is_first(struct leg *leg)
{
	return has_key(leg) &&
	       memcmp(leg->call->calls->own_key, leg->key, sizeof leg->key) < 0;
}

static void
say(struct leg *leg)
{
	switch (leg->state) {
	case LEG_INVITED:
		if (!leg->is_asking)
			ask(leg, LINK_CALL_OFFER,
			    SIGNAL_MEDIA | SIGNAL_MEMBERS | SIGNAL_STATUS);
		break;
	case LEG_ACCEPTING:
		if (!leg->is_asking)
			ask(leg, LINK_CALL_ACCEPT, SIGNAL_MEDIA);
		break;
	case LEG_JOINING:
		if (!leg->is_asking && is_first(leg))
			ask(leg, LINK_CALL_JOIN, SIGNAL_MEDIA);
		break;
	case LEG_ACTIVE:
		tell_status(leg);
		break;
	default:
		break;
	}
}

static uint64_t
patience_ms(const struct leg *leg, bool linked)
{
	const struct calls *calls = leg->call->calls;

	if (leg->state == LEG_ACTIVE)
		return LOST_MS;
	if (leg->state != LEG_INVITED)
		return JOIN_MS;
	return linked ? calls->ops->ring_ms(calls->arg) : REACH_MS;
}

void
leg_sync(struct leg *leg)
{
	struct calls *calls = leg->call->calls;
	enum calls_reach reach = calls->ops->reach(calls->arg, leg->uid);
	bool was_linked = leg->linked;

	leg->linked = reach == CALLS_REACHED;
	if (reach == CALLS_UNABLE) {
		leg_gone(leg, CALL_UNABLE, NULL);
		return;
	}
	if (reach == CALLS_NOWHERE && leg->state != LEG_ACTIVE) {
		leg_gone(leg, CALL_UNREACHABLE, NULL);
		return;
	}
	if (leg->state == LEG_ACTIVE && leg->linked)
		timer_stop(&leg->timer);
	else if (!timer_is_running(&leg->timer) ||
		 (leg->state == LEG_INVITED && leg->linked != was_linked &&
		     !leg->rings))
		timer_start(&leg->timer, patience_ms(leg, leg->linked));
	if (leg->linked)
		say(leg);
}

/* -- time -------------------------------------------------------------------
 */

static void
on_time(void *arg)
{
	struct leg *leg = arg;

	switch (leg->state) {
	case LEG_INVITED:
		leg_gone(
		    leg, leg->linked ? CALL_TIMEOUT : CALL_UNREACHABLE, NULL);
		break;
	case LEG_INVITER:
		/* It has rung for long enough. */
		if (!leg->call->joined)
			call_end(leg->call, CALL_TIMEOUT, NULL);
		break;
	case LEG_ACTIVE:
		/* The link is not back: as long as sound comes all is well. */
		if (leg->flows)
			timer_start(&leg->timer, LOST_MS);
		else
			leg_gone(leg, CALL_LOST, NULL);
		break;
	case LEG_JOINING:
		if (leg->tries > 0 && leg->tries < JOIN_TRIES) {
			timer_start(&leg->timer, JOIN_MS);
			say(leg);
			break;
		}
		leg_gone(leg, CALL_UNREACHABLE, NULL);
		break;
	case LEG_ACCEPTING:
		leg_gone(leg, CALL_UNREACHABLE, NULL);
		break;
	default:
		break;
	}
}

/* -- coming and going -------------------------------------------------------
 */

void
leg_connect(struct leg *leg)
{
	struct call *call = leg->call;
	bool was_active = leg->state == LEG_ACTIVE;

	leg->state = LEG_ACTIVE;
	leg->reason = CALL_NO_REASON;
	leg->flows = true;
	timer_stop(&leg->timer);
	if (!leg->linked)
		timer_start(&leg->timer, LOST_MS);
	sound_open(call);
	sound_join(leg);
	/* What he was asked with may be of before somebody left. */
	if (!was_active)
		tell_status(leg);
	if (call->state == CALL_RINGING || call->state == CALL_CALLING) {
		call->was_active = true;
		call_set_state(call, CALL_ACTIVE);
		call->active_ms = call->since_ms;
		call_tell(call, EVENT_CALL_ACTIVE);
	} else if (!was_active) {
		call_tell(call, EVENT_CALL_CHANGED);
	}
}

static bool
is_same(const struct media *a, const struct media *b)
{
	json_t *one = media_json(a), *other = media_json(b);
	bool same = json_equal(one, other);

	json_decref(one);
	json_decref(other);
	return same;
}

void
leg_take_media(struct leg *leg, const struct media *media)
{
	bool is_other = !is_same(&leg->media, media);

	leg->media = *media;
	if (leg->state == LEG_ACTIVE && is_other)
		sound_join(leg);
}

static bool
is_last(const struct call *call)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		if (call->legs[i]->state == LEG_ACTIVE)
			return false;
	}
	return true;
}

/* Those of whom only he has told, and who are not in the call, will not come.
 */
static void
forget_named(const struct leg *by)
{
	struct call *call = by->call;

	for (size_t i = 0; i < call->leg_count; i++) {
		struct leg *leg = call->legs[i];

		if (leg->state == LEG_ELSEWHERE && leg->named_by == by->uid &&
		    !leg->named_active) {
			leg->state = LEG_GONE;
			leg->reason = CALL_CANCELLED;
		}
	}
}

/* He need not be told what he has said himself; but a question of ours that
 * crosses his word would begin it anew. */
static bool
is_his_word(enum call_reason reason)
{
	return reason == CALL_HANGUP || reason == CALL_DECLINED ||
	       reason == CALL_BUSY || reason == CALL_REFUSED ||
	       reason == CALL_OVER;
}

static void
tell_leave(struct leg *leg, enum call_reason reason)
{
	struct signal signal;

	call_signal(leg->call, &signal);
	signal.reason = reason;
	(void)leg_tell(leg, LINK_CALL_LEAVE, &signal, SIGNAL_REASON);
	signal_wipe(&signal);
}

void
leg_gone(struct leg *leg, enum call_reason reason, const char *text)
{
	struct call *call = leg->call;
	bool was_active = leg->state == LEG_ACTIVE,
	     is_told =
		 leg_counts(leg) && (leg->is_asking || !is_his_word(reason));

	if (leg->state == LEG_GONE)
		return;
	leg_set(leg, LEG_GONE);
	leg->reason = reason;
	free(leg->text);
	leg->text = text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
	forget_named(leg);
	if (was_active)
		sound_remove(leg);
	if (was_active && !is_last(call))
		sound_rekey(call);
	if (is_told)
		tell_leave(leg, reason);
	call_tell_members(call);
	call_end_if_alone(call, leg);
}
