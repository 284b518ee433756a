/* switching.c: another microphone or loudspeaker in the middle of a call. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "rpc/names.h"

struct switching {
	struct call *call;
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

static bool
has_devices(const json_t *audio)
{
	return is_of_system(audio, "in") || is_of_system(audio, "out");
}

static void
take_over(struct call *call, struct call_devices *devices)
{
	const json_t *audio = json_object_get(devices->params, "audio");

	if (call->audio != NULL)
		json_object_update(call->audio, (json_t *)audio);
	devices_move_sound(call->devices, devices);
	devices_free(devices);
}

static void
on_switched(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct switching *switching = arg;
	struct call *call = switching->call;

	if (err == 0 && call->state != CALL_ENDED) {
		take_over(call, switching->devices);
		call_tell(call, EVENT_CALL_CHANGED);
	} else {
		devices_free(switching->devices);
	}
	switching->on_done(switching->arg, err,
	    error != NULL && error->message != NULL ? error->message
						    : cam_strerror(err));
	free(switching);
}

void
sound_switch(struct call *call, struct call_devices *devices,
    void (*on_done)(void *arg, int err, const char *message), void *arg)
{
	const json_t *audio = json_object_get(devices->params, "audio");
	struct switching *switching = NULL;

	if (call->process != NULL && call->opened && !call->switching &&
	    (has_devices(call->audio) || !has_devices(audio))) {
		switching = xcalloc(1, sizeof *switching);
		*switching = (struct switching){ call, devices, on_done, arg };
		call->calls->ops->process->ask(call->process, MEDIA_SET,
		    json_pack("{s:o}", "audio", json_deep_copy(audio)),
		    devices->fds, DEVICES_KINDS, on_switched, switching);
		return;
	}
	/* Who was locked in without devices cannot come by one. */
	if (call->process != NULL && call->opened && !call->switching) {
		call->switching = true;
		call->calls->ops->process->leave(call->process);
	}
	take_over(call, devices);
	on_done(arg, 0, NULL);
}
