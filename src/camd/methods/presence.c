/* presence.c: away and back. */
#include "camd/people/presence.h"
#include "base/err.h"
#include "base/limits.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/clients.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"

/* Absence texts travel in one datagram. */
enum { TEXT_MAX = 4096 };

static int
reply_presence(struct rpc_call *call, const struct camd *camd)
{
	rpc_reply(call, presence_object(camd->presence));
	return 0;
}

int
presence_set_away(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	const char *text = "";

	if (!param_text(call, params, "text", false, &text))
		return 0;
	if (span_text(text).len > TEXT_MAX)
		return method_fail(call, CAM_ERR_REQUEST, NULL,
		    "an absence text has at most %d bytes", TEXT_MAX);
	presence_away(camd->presence, text);
	return reply_presence(call, camd);
}

int
presence_set_back(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);

	presence_back(camd->presence);
	return reply_presence(call, camd);
}

/* Each screen says it of itself: away is who is at none of them. */
int
presence_set_idle(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	bool idle = false;

	if (!json_is_boolean(json_object_get(params, "idle")))
		return method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'idle' must be true or false");
	idle = json_is_true(json_object_get(params, "idle"));
	client_set_idle(rpc_call_owner(call), idle);
	presence_idle(camd->presence, clients_are_idle(camd->clients));
	return reply_presence(call, camd);
}
