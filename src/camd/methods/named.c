/* named.c: the users that requests name. */
#include "camd/methods/named.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "rpc/json.h"

int
named_fail(struct rpc_call *call, const char *text, int err, struct who *who)
{
	json_t *candidates = who->candidates;

	who->candidates = NULL;
	if (err == CAM_ERR_AMBIGUOUS)
		return method_fail_ambiguous(
		    call, "who", text, candidates, who->candidate_count);
	return method_fail_unknown(call, "who", text, candidates);
}

bool
named_users(
    struct rpc_call *call, const char *text, bool history, struct who *who)
{
	int err = who_resolve(method_camd(call)->roster, text, history, who);

	if (err == 0)
		return true;
	named_fail(call, text, err, who);
	who_finish(who);
	return false;
}

/* A group is no one user: its members are whom it may mean. */
static void
fail_several(struct rpc_call *call, const char *text, const struct who *who)
{
	json_t *candidates = json_array();

	for (size_t i = 0; i < who->count && i < NEAREST_MAX; i++) {
		char *id = user_id(who->users[i]);

		json_array_append_new(candidates, json_text(span_text(id)));
		free(id);
	}
	method_fail_ambiguous(call, "who", text, candidates, who->count);
}

bool
named_one(struct rpc_call *call, const char *text, struct user **user)
{
	struct roster *roster = method_camd(call)->roster;
	struct who who;
	bool one;

	if (!named_users(call, text, false, &who))
		return false;
	one = who.count == 1 && who.users[0] != roster_self(roster);
	if (one)
		*user = who.users[0];
	else if (who.count == 0)
		method_fail_unknown(call, "who", text, NULL);
	else if (who.count == 1)
		method_fail(
		    call, CAM_ERR_REQUEST, NULL, "'%s' is oneself", text);
	else
		fail_several(call, text, &who);
	who_finish(&who);
	return one;
}

bool
named_uids(struct rpc_call *call, const char *text, size_t max, int64_t **uids,
    size_t *count)
{
	struct roster *roster = method_camd(call)->roster;
	struct who who;
	bool fits;

	if (!named_users(call, text, true, &who))
		return false;
	fits = who.count <= max &&
	       (who.count != 1 || who.users[0] != roster_self(roster));
	if (fits) {
		*uids = xcalloc(who.count + 1, sizeof **uids);
		*count = who.count;
		for (size_t i = 0; i < who.count; i++)
			(*uids)[i] = who.users[i]->uid;
	} else if (who.count == 1) {
		method_fail(
		    call, CAM_ERR_REQUEST, NULL, "'%s' is oneself", text);
	} else {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'%s' means %zu users; at most %zu will do", text,
		    who.count, max);
	}
	who_finish(&who);
	return fits;
}
