/* hello.c: how a client begins, and what it wants to hear. */
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "camd/call/switchboard.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/protection.h"
#include "rpc/json.h"
#include "rpc/names.h"

int
hello(struct rpc_call *call, json_t *params)
{
	const json_t *protocol = json_object_get(params, "protocol");
	struct camd *camd = method_camd(call);
	char *id = NULL;

	if (!json_is_integer(protocol))
		return method_fail(
		    call, CAM_ERR_REQUEST, NULL, "'protocol' must be a number");
	if (json_integer_value(protocol) != RPC_VERSION)
		return method_fail(call, CAM_ERR_UNSUPPORTED,
		    json_pack("{s:i}", "protocol", RPC_VERSION),
		    "this camd speaks version %d of the protocol", RPC_VERSION);
	rpc_session_greet(rpc_call_session(call));
	if (protection_is_locked(camd->protection)) {
		rpc_reply(
		    call, json_pack("{s:i, s:s, s:s, s:b, s:i}", "protocol",
			      RPC_VERSION, "program", "camd", "version",
			      CAM_VERSION, "locked", 1, "pid", (int)getpid()));
		return 0;
	}
	id = user_id(roster_self(camd->roster));
	rpc_reply(
	    call, json_pack("{s:i, s:s, s:s, s:o, s:i}", "protocol",
		      RPC_VERSION, "program", "camd", "version", CAM_VERSION,
		      "id", json_text(span_text(id)), "pid", (int)getpid()));
	free(id);
	return 0;
}

int
subscribe(struct rpc_call *call, json_t *params)
{
	const json_t *types = NULL;
	const char *wrong = NULL;

	if (!param_list(call, params, "types", true, &types))
		return 0;
	if (client_subscribe(rpc_call_owner(call), types, &wrong) != 0)
		return method_fail(call, CAM_ERR_REQUEST, NULL,
		    "there is no event or noun '%s'", wrong);
	switchboard_listeners_changed(method_camd(call));
	rpc_reply(call, NULL);
	return 0;
}
