/* handset.c: what we speak into and hear from, changed in the middle of a call;
 * push to talk. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "rpc/names.h"

/* The call may be over when the answer comes. */
struct change {
	struct calls *calls;
	char id[ID_SIZE];
	struct call_devices *devices;
	void (*on_done)(void *arg, int err, const char *message);
	void *arg;
};

/* Another media process of the call would begin with the new ones. */
static void
on_changed(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct change *change = arg;
	struct call *call = NULL;

	if (err == 0 && calls_find(change->calls, change->id, NULL, &call) == 0)
		devices_move_sound(call->devices, change->devices);
	change->on_done(change->arg, err,
	    error != NULL && error->message != NULL ? error->message
						    : cam_strerror(err));
	devices_free(change->devices);
	free(change);
}

int
call_use(struct call *call, struct call_devices *devices,
    void (*on_done)(void *arg, int err, const char *message), void *arg)
{
	struct calls *calls = call->calls;
	json_t *audio = json_object_get(devices->params, "audio");
	struct change *change = NULL;

	if (audio == NULL || call->process == NULL || !call->opened) {
		devices_free(devices);
		return audio == NULL ? CAM_ERR_REQUEST : CAM_ERR_EXISTS;
	}
	change = xcalloc(1, sizeof *change);
	*change = (struct change){ .calls = calls,
		.devices = devices,
		.on_done = on_done,
		.arg = arg };
	memcpy(change->id, call->id, sizeof change->id);
	calls->ops->process->ask(call->process, MEDIA_SET,
	    json_pack("{s:O}", "audio", audio), devices->fds, DEVICES_KINDS,
	    on_changed, change);
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
