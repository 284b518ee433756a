/* call_use.c: what a call is spoken and heard with, and push to talk. */
#include <stdlib.h>

#include "base/err.h"
#include "camd/call/call.h"
#include "camd/call/devices.h"
#include "camd/call/object.h"
#include "camd/methods/call_find.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"

static int
reply_object(struct rpc_call *request, const struct call *call)
{
	rpc_reply(request, json_pack("{s:o}", "call", call_object(call)));
	return 0;
}

/* -- call.use ---------------------------------------------------------------
 */

static int
fail_use(struct rpc_call *request, int err)
{
	if (err == CAM_ERR_REQUEST)
		return method_fail(request, err, NULL,
		    "in a call 'audio_in' and 'audio_out' are devices, 'tone' "
		    "or 'none'");
	return method_fail(
	    request, CAM_ERR_REQUEST, NULL, "nobody has answered the call");
}

static void
on_used(void *arg, int err, const char *message)
{
	struct rpc_call *request = arg;

	if (err == 0)
		rpc_reply(request, json_object());
	else
		method_fail(request, CAM_ERR_SYSTEM, NULL,
		    "the device cannot be used: %s", message);
}

/* False: answered. */
static bool
read_device(struct rpc_call *request, json_t *params, const char *name,
    enum devices_kind kind, struct call_devices *devices)
{
	const char *spec = NULL;

	if (!param_text(request, params, name, false, &spec))
		return false;
	if (spec == NULL ||
	    (spec[0] != '/' && devices_set(devices, kind, spec) == 0))
		return true;
	(void)fail_use(request, CAM_ERR_REQUEST);
	return false;
}

int
call_use_devices(struct rpc_call *request, json_t *params)
{
	struct call_devices *devices = NULL;
	struct call *call = NULL;
	int err;

	if (!call_find_current(request, params, &call))
		return 0;
	devices = devices_new();
	if (!read_device(
		request, params, "audio_in", DEVICES_AUDIO_IN, devices) ||
	    !read_device(
		request, params, "audio_out", DEVICES_AUDIO_OUT, devices)) {
		devices_free(devices);
		return 0;
	}
	err = call_use(call, devices, on_used, request);
	return err == 0 ? 0 : fail_use(request, err);
}

/* -- call.talk --------------------------------------------------------------
 */

int
call_set_talk(struct rpc_call *request, json_t *params)
{
	const json_t *on = json_object_get(params, "on");
	enum call_talk talk = json_is_true(on)	  ? CALL_TALK_SPEAKS
			      : json_is_false(on) ? CALL_TALK_SILENT
						  : CALL_TALK_OPEN;
	struct call *call = NULL;

	if (on != NULL && !json_is_boolean(on) && !json_is_null(on))
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "'on' is not true, false or null");
	if (!call_find_current(request, params, &call))
		return 0;
	return call_talk(call, talk) == 0
		   ? reply_object(request, call)
		   : method_fail(request, CAM_ERR_REQUEST, NULL,
			 "nobody has answered the call");
}
