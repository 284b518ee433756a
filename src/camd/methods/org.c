/* org.c: the organisation joined, shown and left. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/org/org.h"

struct org_asking {
	struct camd *camd;
	struct rpc_call *call;
};

static struct org_asking *
asking_new(struct rpc_call *call)
{
	struct org_asking *asking = xcalloc(1, sizeof *asking);

	asking->camd = method_camd(call);
	asking->call = call;
	return asking;
}

/* The words of a reason of org_join(). */
static const struct {
	const char *reason;
	const char *text;
} reasons[] = {
	{ "code", N_("the code is wrong, used up, or has expired") },
	{ "typing", N_("that is no code: something is mistyped") },
	{ "name", N_("the code is for somebody of another name than user.name "
		     "says") },
	{ "key", N_("this key belongs to another member already") },
	{ "root", N_("that server does not speak for the organisation of the "
		     "code") },
	{ "member", N_("you belong to an organisation already: 'cam org "
		       "leave' first") },
	{ "server", N_("the code does not say where the server is, and it is "
		       "not in this network segment: set server.host") },
	{ "unreachable", N_("the server cannot be reached") },
	{ "version", N_("the server speaks another version") },
};

static void
on_joined(void *arg, int err, const char *reason)
{
	struct org_asking *asking = arg;
	const char *text = N_("joining failed");

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reason != NULL && strcmp(reasons[i].reason, reason) == 0)
			text = reasons[i].text;
	if (err == 0)
		rpc_reply(asking->call, org_object(asking->camd->org));
	else
		(void)method_fail(asking->call, err, NULL, "%s", text);
	free(asking);
}

int
org_join_by_code(struct rpc_call *call, json_t *params)
{
	const char *code = NULL;

	if (param_text(call, params, "code", true, &code))
		org_join(
		    method_camd(call)->org, code, on_joined, asking_new(call));
	return 0;
}

int
org_status(struct rpc_call *call, json_t *params)
{
	rpc_reply(call, org_object(method_camd(call)->org));
	return 0;
}

static void
on_left(void *arg, int err)
{
	struct org_asking *asking = arg;

	if (err == 0)
		rpc_reply(asking->call, org_object(asking->camd->org));
	else if (err == CAM_ERR_UNKNOWN)
		(void)method_fail(asking->call, CAM_ERR_UNKNOWN, NULL, "%s",
		    N_("you belong to no organisation"));
	else
		(void)method_fail(asking->call, err, NULL,
		    "the database has failed: %s", cam_strerror(err));
	free(asking);
}

int
org_quit(struct rpc_call *call, json_t *params)
{
	org_leave(method_camd(call)->org, on_left, asking_new(call));
	return 0;
}
