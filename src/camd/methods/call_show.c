/* call_show.c: what others are to hear and see in a call, and what is seen of
 * them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "camd/call/call.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/methods/calling.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/settings.h"
#include "rpc/json.h"

static int
fail_device(
    struct rpc_call *request, const char *name, const char *spec, int err)
{
	json_t *data = json_pack("{s:s}", "member", name);

	if (err == CAM_ERR_EXISTS)
		return method_fail(request, CAM_ERR_SYSTEM, data,
		    "'%s' is there already: it is not written over", spec);
	if (err == CAM_ERR_REQUEST && strncmp(spec, "tone:", 5) == 0 &&
	    strcmp(name, "audio_in") == 0)
		return method_fail(request, err, data,
		    "'%s' is no tone of 1 to %d Hz", spec, LIMIT_TONE_HZ);
	if (err == CAM_ERR_REQUEST && strncmp(spec, "pattern:", 8) == 0)
		return method_fail(request, err, data,
		    "'%s' is no pattern as 'pattern:640x360@15'", spec);
	if (err == CAM_ERR_REQUEST)
		return method_fail(
		    request, err, data, "'%s' is no '%s'", spec, name);
	if (err == CAM_ERR_UNKNOWN)
		return method_fail(
		    request, CAM_ERR_SYSTEM, data, "there is no camera");
	if (err == CAM_ERR_UNREACHABLE)
		return method_fail(request, CAM_ERR_SYSTEM, data,
		    "the display '%s' cannot be reached", spec);
	return method_fail(
	    request, err, data, "'%s': %s", spec, cam_strerror(err));
}

static bool
read_screen(
    struct rpc_call *request, json_t *params, struct call_devices *devices)
{
	const char *display = NULL, *authority = NULL;
	int64_t window = 0;
	int err;

	if (!param_text(request, params, "display", true, &display) ||
	    !param_text(request, params, "authority", false, &authority) ||
	    !param_number(request, params, "window", 0, UINT32_MAX, &window))
		return false;
	err = devices_set_screen(devices, display, authority, (unsigned)window);
	if (err == 0)
		return true;
	fail_device(request, "display", display, err);
	return false;
}

/* A camera where none was named, or the screen. False: answered. */
static bool
read_shown(struct rpc_call *request, json_t *params, bool has_pictures,
    struct call_devices *devices)
{
	const struct camd *camd = method_camd(request);
	const char *camera = settings_text(camd->settings, "media.video_in");
	bool video = false, screen = false;
	int err;

	if (!param_switch(request, params, "video", &video) ||
	    !param_switch(request, params, "screen", &screen))
		return false;
	if (screen)
		return read_screen(request, params, devices);
	if (!video || has_pictures)
		return true;
	err = devices_set(devices, DEVICES_VIDEO_IN, camera);
	if (err == 0)
		return true;
	fail_device(request, "video_in", camera, err);
	return false;
}

/* -- devices ----------------------------------------------------------------
 */

bool
calling_devices(
    struct rpc_call *request, json_t *params, struct call_devices **result)
{
	static const char *const names[] = { [DEVICES_AUDIO_IN] = "audio_in",
		[DEVICES_AUDIO_OUT] = "audio_out",
		[DEVICES_VIDEO_IN] = "video_in",
		[DEVICES_VIDEO_OUT] = "video_out" };
	struct call_devices *devices = devices_new();
	bool has_pictures = false, stereo = false;

	for (int kind = 0; kind <= DEVICES_VIDEO_OUT; kind++) {
		const char *spec = NULL;
		int err = 0;

		if (!param_text(request, params, names[kind], false, &spec)) {
			devices_free(devices);
			return false;
		}
		if (spec != NULL)
			err =
			    devices_set(devices, (enum devices_kind)kind, spec);
		has_pictures |= spec != NULL && kind == DEVICES_VIDEO_IN;
		if (err != 0) {
			devices_free(devices);
			fail_device(request, names[kind], spec, err);
			return false;
		}
	}
	if (!param_switch(request, params, "stereo", &stereo) ||
	    !read_shown(request, params, has_pictures, devices)) {
		devices_free(devices);
		return false;
	}
	if (stereo)
		devices_set_stereo(devices);
	*result = devices;
	return true;
}

/* -- call.device ------------------------------------------------------------
 */

/* The call may be over when it is done. */
struct switched {
	struct rpc_call *request;
	struct calls *calls;
	char id[ID_SIZE];
};

static void
on_switched(void *arg, int err, const char *message)
{
	struct switched *switched = arg;
	struct call *call = NULL;

	if (err == 0 &&
	    calls_find(switched->calls, switched->id, NULL, &call) == 0)
		calling_reply(switched->request, call);
	else
		method_fail(switched->request, CAM_ERR_SYSTEM, NULL,
		    "the device cannot be used: %s",
		    err != 0 ? message : "the call is over");
	free(switched);
}

int
call_set_device(struct rpc_call *request, json_t *params)
{
	struct call_devices *devices = NULL;
	struct switched *switched = NULL;
	struct call *call = NULL;

	if (!calling_current(request, params, &call) ||
	    !calling_devices(request, params, &devices))
		return 0;
	if (json_object_get(devices->params, "audio") == NULL) {
		devices_free(devices);
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "neither 'audio_in' nor 'audio_out' is given");
	}
	switched = xcalloc(1, sizeof *switched);
	switched->request = request;
	switched->calls = call->calls;
	memcpy(switched->id, call->id, sizeof switched->id);
	if (call_switch(call, devices, on_switched, switched) == 0)
		return 0;
	free(switched);
	return calling_fail_state(request);
}

/* -- call.show --------------------------------------------------------------
 */

int
call_set_show(struct rpc_call *request, json_t *params)
{
	struct call_devices *devices = NULL;
	struct call *call = NULL;

	if (!calling_current(request, params, &call) ||
	    !calling_devices(request, params, &devices))
		return 0;
	return call_show(call, devices) == 0 ? calling_reply(request, call)
					     : calling_fail_state(request);
}

/* -- call.frames ------------------------------------------------------------
 */

static void
on_frames(void *arg, int err, int fd)
{
	struct rpc_call *request = arg;
	struct client *client = rpc_call_owner(request);

	if (err == 0 && client != NULL) {
		rpc_reply(request, json_pack("{s:I}", "fd",
				       (json_int_t)client_give(client, fd)));
		return;
	}
	if (fd >= 0)
		close(fd);
	method_fail(
	    request, CAM_ERR_UNKNOWN, NULL, "the pictures are not there");
}

/* Of that one in the call; 0: he is not in it. */
static int64_t
uid_of(const struct call *call, const char *member)
{
	int64_t uid = 0;

	for (size_t i = 0; i < call->leg_count && uid == 0; i++) {
		char *id = calls_user_id(call->calls, call->legs[i]->uid);

		if (strcmp(id, member) == 0)
			uid = call->legs[i]->uid;
		free(id);
	}
	return uid;
}

int
call_get_frames(struct rpc_call *request, json_t *params)
{
	struct call *call = NULL;
	const char *member = NULL;

	if (!calling_current(request, params, &call) ||
	    !param_text(request, params, "member", true, &member))
		return 0;
	if (call_frames(call, uid_of(call, member), on_frames, request) != 0)
		method_fail(request, CAM_ERR_UNKNOWN, NULL,
		    "'%s' is not in the call", member);
	return 0;
}
