/* early.c: requests about people who may be about to answer. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/people/refresh.h"
#include "camd/people/roster.h"
#include "camd/people/who.h"
#include "rpc/names.h"

/* A request that came too early. */
struct early {
	struct rpc_call *call;
	json_t *params;
};

/* Somebody, or in the case of @all anybody. */
static bool
is_known(const struct roster *roster, const char *text)
{
	struct who who;
	int err = who_resolve(roster, text, true, &who);
	bool known = err != CAM_ERR_UNKNOWN &&
		     !(err == 0 && who.everybody && who.count == 0);

	who_finish(&who);
	return known;
}

static bool
names_unknown(const struct roster *roster, const json_t *params)
{
	const char *who = json_string_value(json_object_get(params, "who"));
	const json_t *to = json_object_get(params, "to");
	bool unknown = who != NULL && !is_known(roster, who);

	for (size_t i = 0; !unknown && i < json_array_size(to); i++) {
		who = json_string_value(json_array_get(to, i));
		unknown = who != NULL && !is_known(roster, who);
	}
	return unknown;
}

static void
on_answered(void *arg)
{
	struct early *early = arg;

	/* Without its client camd may be ending. */
	if (rpc_call_owner(early->call) != NULL)
		rpc_call_resume(early->call, early->params);
	else
		rpc_reply(early->call, NULL);
	json_decref(early->params);
	free(early);
}

bool
early_admits(struct rpc_call *call, const char *method, json_t *params)
{
	struct roster *roster = method_camd(call)->roster;
	struct early *early = NULL;

	if (roster == NULL || !refreshes_listening(roster_refreshes(roster)) ||
	    !(names_unknown(roster, params) ||
		(strcmp(method, RPC_ROSTER_LIST) == 0 &&
		    roster_count(roster) == 0)))
		return true;
	early = xcalloc(1, sizeof *early);
	early->call = call;
	early->params = json_incref(params);
	refreshes_add(roster_refreshes(roster), on_answered, early);
	return false;
}
