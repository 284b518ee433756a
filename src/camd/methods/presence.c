/* presence.c: away and back. */
#include "camd/people/presence.h"
#include "base/err.h"
#include "base/limits.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "rpc/json.h"

/* Absence texts travel in one datagram. */
enum { TEXT_MAX = 4096 };

static int
reply_presence(struct rpc_call *call, const struct camd *camd)
{
	const char *text = presence_text(camd->presence);

	rpc_reply(
	    call, json_pack("{s:s, s:o}", "state",
		      text != NULL ? "away" : "online", "away",
		      text != NULL ? json_text(span_text(text)) : json_null()));
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
