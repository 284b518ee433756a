/* wish.c: what we ourselves do with calls. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "rpc/names.h"

/* One is spoken in at a time. */
static void
hold_others(struct call *spoken)
{
	struct call *call;

	TAILQ_FOREACH (call, &spoken->calls->list, entry) {
		if (call != spoken && call->state == CALL_ACTIVE)
			(void)call_hold(call, true);
	}
}

static void
invite_all(struct call *call)
{
	for (size_t i = 0; i < call->leg_count; i++) {
		if (call->legs[i]->state == LEG_INVITED &&
		    call->state != CALL_ENDED)
			leg_sync(call->legs[i]);
	}
}

/* He rings here already. */
static struct call *
rings_from(const struct calls *calls, int64_t uid)
{
	struct call *call;

	TAILQ_FOREACH (call, &calls->list, entry) {
		if (call_is_ringing(call) && call->from == uid)
			return call;
	}
	return NULL;
}

static void
note_showing(struct call *call)
{
	call->showing = call->devices->showing;
	call->video |= call->showing == DEVICES_SHOW_VIDEO;
	call->screen |= call->showing == DEVICES_SHOW_SCREEN;
}

int
calls_start(
    struct calls *calls, const struct call_wish *wish, struct call **result)
{
	struct call *call =
	    wish->count == 1 ? rings_from(calls, wish->uids[0]) : NULL;
	int err;

	if (call != NULL) {
		*result = call;
		return call_answer(call, wish->devices);
	}
	err = calls_make(calls, false, &call);

	if (err != 0) {
		devices_free(wish->devices);
		return err;
	}
	call->devices = wish->devices;
	call->video = wish->video;
	note_showing(call);
	hold_others(call);
	for (size_t i = 0; i < wish->count; i++)
		(void)leg_add(call, wish->uids[i], LEG_INVITED);
	invite_all(call);
	*result = call;
	return 0;
}

int
call_answer(struct call *call, struct call_devices *devices)
{
	if (!call_is_ringing(call)) {
		devices_free(devices);
		return CAM_ERR_EXISTS;
	}
	call->devices = devices;
	note_showing(call);
	hold_others(call);
	/* Sound is ready when the other side hears of it. */
	sound_open(call);
	call_join(call);
	return 0;
}

int
call_decline(struct call *call, const char *text)
{
	if (!call_is_ringing(call))
		return CAM_ERR_EXISTS;
	call_end(call, CALL_DECLINED, text);
	return 0;
}

void
call_hangup(struct call *call)
{
	call_end(call,
	    call_is_ringing(call) ? CALL_DECLINED
	    : call->was_active	  ? CALL_HANGUP
				  : CALL_CANCELLED,
	    NULL);
}

int
call_hold(struct call *call, bool on)
{
	if (call->state != CALL_ACTIVE && call->state != CALL_HELD)
		return CAM_ERR_EXISTS;
	if ((call->state == CALL_HELD) == on)
		return 0;
	if (!on)
		hold_others(call);
	call_set_state(call, on ? CALL_HELD : CALL_ACTIVE);
	sound_set(call);
	call_tell_status(call);
	call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

int
call_mute(struct call *call, bool on)
{
	if (call_is_ringing(call))
		return CAM_ERR_EXISTS;
	if (call->muted == on)
		return 0;
	call->muted = on;
	sound_set(call);
	call_tell_status(call);
	call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

int
call_talk(struct call *call, enum call_talk talk)
{
	if (call_is_ringing(call))
		return CAM_ERR_EXISTS;
	if (call->talk == talk)
		return 0;
	call->talk = talk;
	sound_set(call);
	call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

int
call_switch(struct call *call, struct call_devices *devices,
    void (*on_done)(void *arg, int err, const char *message), void *arg)
{
	if (call_is_ringing(call)) {
		devices_free(devices);
		return CAM_ERR_EXISTS;
	}
	sound_switch(call, devices, on_done, arg);
	return 0;
}

int
call_show(struct call *call, struct call_devices *devices)
{
	if (call_is_ringing(call)) {
		devices_free(devices);
		return CAM_ERR_EXISTS;
	}
	devices_move_showing(call->devices, devices);
	devices_free(devices);
	note_showing(call);
	sound_show(call);
	call_tell_status(call);
	call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

int
call_add(struct call *call, int64_t uid)
{
	struct leg *leg = call_leg(call, uid);

	if (call_is_ringing(call))
		return CAM_ERR_REFUSED;
	if (leg != NULL && leg->state != LEG_GONE)
		return CAM_ERR_EXISTS;
	leg = leg_add(call, uid, LEG_INVITED);
	if (leg == NULL)
		return CAM_ERR_LIMIT;
	leg->rings = false;
	/* Before he asks to join them, they have heard of him. */
	call_tell_members(call);
	leg_sync(leg);
	if (call->state != CALL_ENDED)
		call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

/* -- statistics and levels --------------------------------------------------
 */

struct wanted {
	void (*on_done)(void *arg, int err, const json_t *result);
	void *arg;
};

static void
on_stats(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct wanted wanted = *(struct wanted *)arg;

	free(arg);
	wanted.on_done(wanted.arg, err, result);
}

int
call_stats(struct call *call,
    void (*on_done)(void *arg, int err, const json_t *result), void *arg)
{
	struct calls *calls = call->calls;
	struct wanted *wanted = NULL;

	if (call->process == NULL || !call->opened)
		return CAM_ERR_EXISTS;
	wanted = xcalloc(1, sizeof *wanted);
	*wanted = (struct wanted){ on_done, arg };
	calls->ops->process->ask(call->process, MEDIA_STATS, json_object(),
	    NULL, 0, on_stats, wanted);
	return 0;
}

/* -- pictures ---------------------------------------------------------------
 */

/* The process may be gone when the answer comes. */
struct wanted_frames {
	struct calls *calls;
	char id[ID_SIZE];
	unsigned media;
	void (*on_done)(void *arg, int err, int fd);
	void *arg;
};

static void
on_frames(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct wanted_frames wanted = *(struct wanted_frames *)arg;
	struct calls *calls = wanted.calls;
	struct call *call = NULL;
	int fd = -1;

	free(arg);
	if (err == 0)
		err = calls_find(calls, wanted.id, NULL, &call);
	if (err == 0 && call->process != NULL && call->media == wanted.media)
		fd = calls->ops->process->take(call->process,
		    json_integer_value(json_object_get(result, "fd")));
	wanted.on_done(
	    wanted.arg, err == 0 && fd < 0 ? CAM_ERR_UNKNOWN : err, fd);
}

int
call_frames(struct call *call, int64_t uid,
    void (*on_done)(void *arg, int err, int fd), void *arg)
{
	struct calls *calls = call->calls;
	const struct leg *leg = call_leg(call, uid);
	struct wanted_frames *wanted = NULL;

	if (call->process == NULL || !call->opened || leg == NULL ||
	    leg->state != LEG_ACTIVE)
		return CAM_ERR_EXISTS;
	wanted = xcalloc(1, sizeof *wanted);
	*wanted = (struct wanted_frames){ .calls = calls,
		.media = call->media,
		.on_done = on_done,
		.arg = arg };
	memcpy(wanted->id, call->id, sizeof wanted->id);
	calls->ops->process->ask(call->process, MEDIA_FRAMES,
	    json_pack("{s:i}", "member", (int)leg->number), NULL, 0, on_frames,
	    wanted);
	return 0;
}

void
calls_want_levels(struct calls *calls, bool wanted)
{
	struct call *call;

	if (calls->levels == wanted)
		return;
	calls->levels = wanted;
	TAILQ_FOREACH (call, &calls->list, entry)
		sound_set(call);
}
