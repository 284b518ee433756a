/* call_use.c: what a call is spoken and heard with, and push to talk. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call.h"
#include "camd/call/devices.h"
#include "camd/methods/calling.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"

/* -- call.use ---------------------------------------------------------------
 */

/* The call may be over when it is done. */
struct used {
	struct rpc_call *request;
	struct calls *calls;
	char id[ID_SIZE];
};

static void
on_used(void *arg, int err, const char *message)
{
	struct used *used = arg;
	struct call *call = NULL;

	if (err == 0 && calls_find(used->calls, used->id, NULL, &call) == 0)
		calling_reply(used->request, call);
	else
		method_fail(used->request, CAM_ERR_SYSTEM, NULL,
		    "the device cannot be used: %s",
		    err != 0 ? message : "the call is over");
	free(used);
}

int
call_use_devices(struct rpc_call *request, json_t *params)
{
	struct call_devices *devices = NULL;
	struct call *call = NULL;
	struct used *used = NULL;
	int err;

	if (!calling_current(request, params, &call) ||
	    !calling_devices(request, params, &devices))
		return 0;
	used = xcalloc(1, sizeof *used);
	used->request = request;
	used->calls = call->calls;
	memcpy(used->id, call->id, sizeof used->id);
	err = call_use(call, devices, on_used, used);
	if (err != 0)
		free(used);
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
