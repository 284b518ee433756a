/* call_use.c: what a call is spoken and heard with, and push to talk. */
#include "base/err.h"
#include "camd/call/call.h"
#include "camd/call/devices.h"
#include "camd/methods/calling.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"

/* -- call.use ---------------------------------------------------------------
 */

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

int
call_use_devices(struct rpc_call *request, json_t *params)
{
	struct call_devices *devices = NULL;
	struct call *call = NULL;
	int err;

	if (!calling_current(request, params, &call) ||
	    !calling_devices(request, params, &devices))
		return 0;
	err = call_use(call, devices, on_used, request);
	if (err == CAM_ERR_REQUEST)
		return method_fail(request, err, NULL,
		    "neither 'audio_in' nor 'audio_out' is there");
	return err == 0 ? 0 : calling_fail_state(request);
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
	if (!calling_current(request, params, &call))
		return 0;
	return call_talk(call, talk) == 0 ? calling_reply(request, call)
					  : calling_fail_state(request);
}
