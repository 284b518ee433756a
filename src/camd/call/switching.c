/* switching.c: another microphone or loudspeaker in the middle of a call. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "rpc/names.h"

struct switching {
	struct calls *calls;
	char id[ID_SIZE]; /* of the call, which may be over when it is done */
	struct call_devices *devices;
	void (*on_done)(void *arg, int err, const char *message);
	void *arg;
};

static bool
is_of_system(const json_t *audio, const char *way)
{
	const char *kind = json_string_value(
	    json_object_get(json_object_get(audio, way), "kind"));

	return kind != NULL && strcmp(kind, "portaudio") == 0;
}

bool
sound_has_devices(const json_t *audio)
{
	return is_of_system(audio, "in") || is_of_system(audio, "out");
}

/* Whether it is what the call wants now. */
static bool
take_over(struct call *call, struct call_devices *devices)
{
	json_t *audio = json_object_get(devices->params, "audio");

	/* Another was asked for meanwhile. */
	if (devices->unasked && !missing_any(call))
		return false;
	if (call->audio != NULL)
		json_object_update(call->audio, audio);
	if (json_object_get(audio, "in") != NULL && !devices->stands_in)
		missing_forget(call, DEVICES_AUDIO_IN);
	if (json_object_get(audio, "out") != NULL && !devices->stands_in)
		missing_forget(call, DEVICES_AUDIO_OUT);
	devices_move_sound(call->devices, devices);
	call->chosen |= call->switching;
	call_tell(call, EVENT_CALL_CHANGED);
	return true;
}

/* message is only needed with an error. */
static void
finish(struct switching *switching, int err, const char *message)
{
	devices_free(switching->devices);
	switching->on_done(switching->arg, err, message);
	free(switching);
}

/* One that was not there, or may not be opened any more: another process finds
 * it, before it locks itself in. */
static void
start_anew(struct call *call)
{
	if (call->process == NULL || !call->opened || call->switching)
		return;
	call->switching = call->chosen = true;
	call->calls->ops->process->leave(call->process);
}

static bool
is_listed(const json_t *audio, const json_t *names, const char *way)
{
	const json_t *name =
	    json_object_get(json_object_get(audio, way), "name");
	const json_t *listed;
	size_t i;

	/* The system's own has none. */
	if (!is_of_system(audio, way) || name == NULL)
		return true;
	json_array_foreach(json_object_get(names, way), i, listed)
	{
		if (json_equal(listed, name))
			return true;
	}
	return false;
}

static void
on_listed(void *arg, int err, const json_t *names)
{
	struct switching *switching = arg;
	const json_t *audio =
	    json_object_get(switching->devices->params, "audio");
	struct call *call = NULL;

	if (err == 0 &&
	    (!is_listed(audio, names, "in") || !is_listed(audio, names, "out")))
		err = CAM_ERR_UNKNOWN;
	if (err == 0 &&
	    calls_find(switching->calls, switching->id, NULL, &call) != 0)
		err = CAM_ERR_CLOSED;
	if (err == 0 && take_over(call, switching->devices))
		start_anew(call);
	finish(switching, err, cam_strerror(err));
}

static void
look_for(struct switching *switching)
{
	int err = calls_devices(switching->calls, on_listed, switching);

	if (err != 0)
		finish(switching, err, cam_strerror(err));
}

static void
on_switched(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct switching *switching = arg;
	const json_t *audio =
	    json_object_get(switching->devices->params, "audio");
	struct call *call = NULL;

	if (err != 0 && err != CAM_ERR_CLOSED && sound_has_devices(audio)) {
		look_for(switching);
		return;
	}
	(void)calls_find(switching->calls, switching->id, NULL, &call);
	/* It leaves for another process, which opens what is asked for now. */
	if (err == CAM_ERR_CLOSED && call != NULL && call->switching)
		err = 0;
	if (err == 0 && call != NULL)
		(void)take_over(call, switching->devices);
	finish(switching, err,
	    error != NULL && error->message != NULL ? error->message
						    : cam_strerror(err));
}

void
sound_switch(struct call *call, struct call_devices *devices,
    void (*on_done)(void *arg, int err, const char *message), void *arg)
{
	const json_t *audio = json_object_get(devices->params, "audio");
	struct switching *switching = xcalloc(1, sizeof *switching);

	*switching = (struct switching){ .calls = call->calls,
		.devices = devices,
		.on_done = on_done,
		.arg = arg };
	memcpy(switching->id, call->id, sizeof switching->id);
	if (call->process == NULL || !call->opened || call->switching) {
		(void)take_over(call, devices);
		finish(switching, 0, NULL);
	} else if (call->has_devices || !sound_has_devices(audio)) {
		call->calls->ops->process->ask(call->process, MEDIA_SET,
		    json_pack("{s:o}", "audio", json_deep_copy(audio)),
		    devices->fds, DEVICES_KINDS, on_switched, switching);
	} else {
		look_for(switching);
	}
}

void
sound_be_silent(struct call *call)
{
	for (int way = DEVICES_AUDIO_IN; way <= DEVICES_AUDIO_OUT; way++) {
		const char *name = way == DEVICES_AUDIO_IN ? "in" : "out";

		if (!is_of_system(call->audio, name))
			continue;
		(void)devices_set(
		    call->devices, (enum devices_kind)way, "none");
		json_object_set_new(
		    call->audio, name, json_pack("{s:s}", "kind", "none"));
	}
	call->chosen = false;
	call->switching = true;
	call->calls->ops->process->leave(call->process);
	call_tell(call, EVENT_CALL_CHANGED);
}
