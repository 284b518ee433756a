/* call_copy.c: calls recorded, and copied to other programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "camd/call/call.h"
#include "camd/call/object.h"
#include "camd/call/sdp.h"
#include "camd/camd.h"
#include "camd/methods/calling.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "rpc/json.h"

/* -- call.record ------------------------------------------------------------
 */

static void
on_stopped(void *arg, int err, const struct call *call)
{
	struct rpc_call *request = arg;

	if (err == CAM_ERR_FULL)
		method_fail(request, CAM_ERR_SYSTEM, NULL,
		    "the disk is full: the end of the recording is missing");
	else if (err != 0)
		method_fail(request, CAM_ERR_SYSTEM, NULL,
		    "the end of the recording may be missing");
	else
		rpc_reply(
		    request, json_pack("{s:o}", "call", call_object(call)));
}

static int
stop(struct rpc_call *request, struct call *call)
{
	if (call_record_stop(call, on_stopped, request) == 0)
		return 0;
	return method_fail(
	    request, CAM_ERR_REQUEST, NULL, "you do not record the call");
}

static int
fail_record(struct rpc_call *request, const char *path, int err)
{
	int number = errno;

	switch (err) {
	case CAM_ERR_FORMAT:
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "'%s' does not end in .webm, .mka or .mkv", path);
	case CAM_ERR_REFUSED:
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "you record the call already");
	case CAM_ERR_EXISTS:
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "nobody has answered the call");
	case CAM_ERR_UNSUPPORTED:
		return method_fail(request, CAM_ERR_REFUSED, NULL,
		    "calls cannot be recorded: cam-record is not built in");
	default:
		break;
	}
	if (err == CAM_ERR_SYSTEM && (number == EEXIST || number == ELOOP))
		return method_fail(request, CAM_ERR_SYSTEM, NULL,
		    "'%s' is there already: it is not written over", path);
	errno = number;
	return method_fail(
	    request, CAM_ERR_SYSTEM, NULL, "'%s': %s", path, cam_strerror(err));
}

int
call_set_record(struct rpc_call *request, json_t *params)
{
	const char *path = NULL;
	struct call *call = NULL;
	int err;

	if (!param_text(request, params, "path", false, &path) ||
	    !calling_current(request, params, &call))
		return 0;
	if (path == NULL)
		return stop(request, call);
	if (path[0] != '/')
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "'%s' is no absolute path", path);
	err = call_record_start(call, path);
	if (err != 0)
		return fail_record(request, path, err);
	rpc_reply(request, json_pack("{s:o}", "call", call_object(call)));
	return 0;
}

/* -- call.sdp, call.tap -----------------------------------------------------
 */

enum { PORT_MIN = 1024 };

static int
fail_tap(struct rpc_call *request, int err)
{
	if (err == CAM_ERR_LIMIT)
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "'port' is none of %d to %d", PORT_MIN, SDP_PORT_MAX);
	return method_fail(
	    request, CAM_ERR_REQUEST, NULL, "nobody has answered the call");
}

static int
tap(struct rpc_call *request, json_t *params, bool sealed)
{
	const json_t *port = json_object_get(params, "port");
	json_int_t number = json_integer_value(port);
	struct call *call = NULL;
	char *sdp = NULL;
	int err = 0;

	if (!calling_current(request, params, &call))
		return 0;
	if (!json_is_integer(port) || number > SDP_PORT_MAX ||
	    (number < PORT_MIN && (number != 0 || sealed)))
		return fail_tap(request, CAM_ERR_LIMIT);
	err = call_tap(call, (uint16_t)number, sealed, &sdp);
	if (err != 0)
		return fail_tap(request, err);
	rpc_reply(
	    request, json_pack("{s:o, s:o}", "call", call_object(call), "sdp",
			 sdp != NULL ? json_string(sdp) : json_null()));
	if (sdp != NULL)
		wipe_free(sdp, strlen(sdp));
	return 0;
}

int
call_get_sdp(struct rpc_call *request, json_t *params)
{
	return tap(request, params, true);
}

int
call_set_tap(struct rpc_call *request, json_t *params)
{
	return tap(request, params, false);
}
