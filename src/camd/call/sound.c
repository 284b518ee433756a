/* sound.c: the media process of a call: what it is told, and what becomes of
 * it. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "camd/call/object.h"
#include "rpc/names.h"

static void
on_done(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	if (err != 0 && err != CAM_ERR_CLOSED)
		log_warn("cam-media refuses: %s",
		    error != NULL && error->message != NULL
			? error->message
			: cam_strerror(err));
}

/* What we may send: most of it is silent most of the time, so that a camera is
 * turned on without a new key. */
void
sound_renew(struct call *call)
{
	enum media_codec codec = call->calls->ops->codec(call->calls->arg);

	media_random(&call->own, call->own.port);
	media_add_pictures(&call->own, MEDIA_VIDEO, codec);
	media_add_pictures(&call->own, MEDIA_SCREEN, codec);
}

void
sound_command(struct call *call, const char *method, json_t *params,
    const int *fds, size_t fd_count)
{
	if (call->process != NULL && call->opened)
		call->calls->ops->process->ask(call->process, method, params,
		    fds, fd_count, on_done, NULL);
	else
		json_decref(params);
}

static void
command(struct call *call, const char *method, json_t *params)
{
	sound_command(call, method, params, NULL, 0);
}

/* -- what it tells ----------------------------------------------------------
 */

static void
on_flow(struct call *call, const json_t *params, bool flows)
{
	json_int_t number =
	    json_integer_value(json_object_get(params, "member"));
	struct leg *leg = number > 0 && number <= UINT8_MAX
			      ? call_leg_numbered(call, (unsigned)number)
			      : NULL;

	if (leg == NULL || leg->state != LEG_ACTIVE || leg->flows == flows)
		return;
	leg->flows = flows;
	call_tell(call, EVENT_CALL_CHANGED);
}

/* What stands in for a device that has gone. */
static void
on_device(struct call *call, const json_t *params)
{
	const char *way =
	    json_string_value(json_object_get(params, "direction"));
	const char *now = json_string_value(json_object_get(params, "now"));
	bool is_silent = now == NULL || strcmp(now, "default") != 0;
	enum devices_kind kind;

	if (way == NULL || call->audio == NULL || call->state == CALL_ENDED ||
	    (strcmp(way, "in") != 0 && strcmp(way, "out") != 0))
		return;
	log_warn("a device of the call (%s) has gone: %s", way,
	    is_silent ? "silence" : "the system's own is in its place");
	kind = strcmp(way, "in") == 0 ? DEVICES_AUDIO_IN : DEVICES_AUDIO_OUT;
	missing_note(call, kind, json_object_get(call->audio, way));
	json_object_set_new(call->audio, way,
	    json_pack("{s:s}", "kind", is_silent ? "none" : "portaudio"));
	/* Another process would not find it either. */
	(void)devices_set(call->devices, kind, is_silent ? "none" : "");
	call_tell(call, EVENT_CALL_CHANGED);
}

static void
show_nothing(struct call *call)
{
	if (call->showing == DEVICES_SHOW_NOTHING || call->state == CALL_ENDED)
		return;
	call->showing = DEVICES_SHOW_NOTHING;
	call_tell_status(call);
	call_tell(call, EVENT_CALL_CHANGED);
}

/* What came before another was asked for is of the one before. */
static void
on_finished(struct call *call, const json_t *params)
{
	const char *kind = json_string_value(json_object_get(params, "kind"));

	if (kind != NULL && call->shows_asked == 0 &&
	    strcmp(kind, devices_showing_word(call->showing)) == 0)
		show_nothing(call);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct call *call = arg;
	struct calls *calls = call->calls;

	if (strcmp(event, MEDIA_HEARD) == 0)
		on_flow(call, params, true);
	else if (strcmp(event, MEDIA_LOST) == 0)
		on_flow(call, params, false);
	else if (strcmp(event, MEDIA_LEVELS) == 0 && call->state != CALL_ENDED)
		calls->ops->on_levels(calls->arg, call, params);
	else if (strcmp(event, MEDIA_FINISHED) == 0)
		on_finished(call, params);
	else if (strcmp(event, MEDIA_DEVICE) == 0)
		on_device(call, params);
}

/* -- its life ---------------------------------------------------------------
 */

static const struct process_host host;

int
sound_start(struct call *call)
{
	struct calls *calls = call->calls;

	call->opened = false;
	call->media++;
	return calls->ops->process->start(
	    calls->loop, &host, call, &call->process);
}

/* With new keys: what was sent under the old ones is not known any more, and no
 * packet may be sealed twice with the same. */
static void
start_again(struct call *call)
{
	bool was_opened = call->opened;

	if (!call->switching) {
		call->restarted = true;
		log_warn("the call goes on with another cam-media");
	}
	call->switching = false;
	if (sound_start(call) != 0) {
		call_end(call, CALL_MEDIA, NULL);
		return;
	}
	if (!was_opened)
		return;
	sound_renew(call);
	sound_open(call);
	for (size_t i = 0; i < call->leg_count; i++) {
		if (call->legs[i]->state == LEG_ACTIVE)
			sound_join(call->legs[i]);
	}
	tap_again(call);
	call_tell_status(call);
}

static void
on_ended(void *arg)
{
	struct call *call = arg;
	struct calls *calls = call->calls;
	struct process *process = call->process;

	call->process = NULL;
	calls->ops->process->free(process);
	if (call->state == CALL_ENDED) {
		call_end_told(call);
	} else if (call->restarted && !call->switching) {
		call_end(call, CALL_MEDIA, NULL);
	} else {
		start_again(call);
	}
}

static const struct process_host host = { .on_event = on_event,
	.on_ended = on_ended };

static void
on_opened(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct call *call = arg;
	json_int_t delay_ms =
	    json_integer_value(json_object_get(result, "delay_ms"));

	/* Its end is told otherwise. */
	if (err == CAM_ERR_CLOSED || call->state == CALL_ENDED)
		return;
	if (err == 0) {
		call->chosen = false;
		call->delay_ms =
		    delay_ms > 0 && delay_ms < 10000 ? (uint32_t)delay_ms : 0;
		return;
	}
	on_done(NULL, err, result, error);
	if (call->chosen && call->process != NULL) {
		sound_be_silent(call);
		return;
	}
	call->restarted = true;
	call_end(call, CALL_MEDIA,
	    error != NULL ? error->message : cam_strerror(err));
}

void
sound_open(struct call *call)
{
	struct calls *calls = call->calls;
	const struct call_devices *devices = call->devices;
	int fds[DEVICES_KINDS + 1];
	json_t *params = NULL;

	if (call->opened || call->process == NULL)
		return;
	params =
	    devices != NULL ? json_deep_copy(devices->params) : json_object();
	for (int kind = 0; kind < DEVICES_KINDS; kind++)
		fds[kind] = devices != NULL ? devices->fds[kind] : -1;
	fds[DEVICES_KINDS] = call->socket;
	json_object_set_new(params, "fd", json_integer(DEVICES_KINDS));
	/* Others may show something later. */
	if (json_object_get(params, "video") == NULL)
		json_object_set_new(params, "video", json_object());
	json_object_set_new(params, "call", json_string(call->id));
	json_object_set_new(params, "own", media_json(&call->own));
	calls->ops->equip(calls->arg, params);
	json_decref(call->audio);
	call->audio = json_deep_copy(json_object_get(params, "audio"));
	call->has_devices = sound_has_devices(call->audio);
	call->opened = true;
	calls->ops->process->ask(call->process, MEDIA_OPEN, params, fds,
	    DEVICES_KINDS + 1, on_opened, call);
	sound_set(call);
}

void
sound_stop(struct call *call)
{
	if (call->process != NULL)
		call->calls->ops->process->leave(call->process);
}

/* -- who is heard -----------------------------------------------------------
 */

void
sound_join(struct leg *leg)
{
	struct calls *calls = leg->call->calls;
	char text[ADDR_TEXT_SIZE];

	(void)calls->ops->address(calls->arg, leg->uid, &leg->addr);
	if (leg->addr.family == ADDR_NONE)
		return;
	command(leg->call, MEDIA_ADD,
	    json_pack("{s:i, s:s, s:i, s:o}", "member", (int)leg->number,
		"addr", addr_format_host(&leg->addr, text), "port",
		(int)leg->media.port, "media", media_json(&leg->media)));
}

void
sound_remove(struct leg *leg)
{
	command(leg->call, MEDIA_REMOVE,
	    json_pack("{s:i}", "member", (int)leg->number));
}

void
sound_rekey(struct call *call)
{
	sound_renew(call);
	/* With the key of before nobody opens what comes now. */
	if (call->tap_sealed)
		call->tap_port = 0;
	command(call, MEDIA_REKEY,
	    json_pack("{s:o}", "own", media_json(&call->own)));
	call_tell_status(call);
}

/* -- what is shown ----------------------------------------------------------
 */

static void
on_shown(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct call *call = arg;

	on_done(NULL, err, result, error);
	call->shows_asked--;
	if (err != 0 && err != CAM_ERR_CLOSED)
		show_nothing(call);
}

void
sound_show(struct call *call)
{
	const struct call_devices *devices = call->devices;
	const json_t *in =
	    json_object_get(json_object_get(devices->params, "video"), "in");

	if (call->process == NULL || !call->opened)
		return;
	call->shows_asked++;
	call->calls->ops->process->ask(call->process, MEDIA_SET,
	    json_pack("{s:{s:o}}", "video", "in", json_deep_copy(in)),
	    devices->fds, DEVICES_KINDS, on_shown, call);
}

void
sound_set(struct call *call)
{
	command(call, MEDIA_SET,
	    json_pack("{s:b, s:b, s:b, s:o}", "mute", (int)call->muted, "hold",
		(int)(call->state == CALL_HELD), "levels",
		(int)call->calls->levels, "talk", call_talk_object(call)));
}
