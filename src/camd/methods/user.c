/* user.c: what the roster keeps of one user for ourselves. */
#include "camd/people/user.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "camd/people/marks.h"
#include "camd/people/roster.h"

enum { PRIORITY_MAX = 1000 };

/* What is to be set: all of it is checked before anything is. */
struct wishes {
	const char *who;
	bool hidden;
	int64_t priority;
	const char *name;
	const char *accept;
};

/* Its place in enum user_accept, or -1. */
static int
find_accept(const char *word)
{
	static const char *const words[] = { "default", "ask", "always",
		"never" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

static bool
read_wishes(struct rpc_call *call, json_t *params, struct wishes *wishes)
{
	if (!param_text(call, params, "who", true, &wishes->who) ||
	    !param_switch(call, params, "hidden", &wishes->hidden) ||
	    !param_number(call, params, "priority", -PRIORITY_MAX, PRIORITY_MAX,
		&wishes->priority) ||
	    !param_text(call, params, "name", false, &wishes->name) ||
	    !param_text(call, params, "accept", false, &wishes->accept))
		return false;
	if (wishes->accept != NULL && find_accept(wishes->accept) < 0) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'accept' is ask, always, never or default");
		return false;
	}
	if (wishes->name != NULL && strlen(wishes->name) > LIMIT_NAME) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'name' has at most %d bytes", LIMIT_NAME);
		return false;
	}
	return true;
}

static bool
is_given(const json_t *params, const char *name)
{
	const json_t *value = json_object_get(params, name);

	return value != NULL && !json_is_null(value);
}

int
user_set(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	struct roster *roster = camd->roster;
	struct wishes wishes = { 0 };
	struct user *user = NULL;

	if (!read_wishes(call, params, &wishes) ||
	    !named_one(call, wishes.who, &user))
		return 0;
	if (is_given(params, "hidden"))
		marks_hidden(roster, user, wishes.hidden);
	if (is_given(params, "priority"))
		marks_priority(roster, user, (int)wishes.priority);
	if (json_object_get(params, "accept") != NULL)
		marks_accept(roster, user,
		    wishes.accept != NULL
			? (enum user_accept)find_accept(wishes.accept)
			: USER_ACCEPT_DEFAULT);
	/* Here null says something: no name any more. */
	if (json_object_get(params, "name") != NULL)
		marks_alias(roster, user, wishes.name);
	rpc_reply(
	    call, json_pack("{s:o}", "user", user_object(user, camd->lan)));
	return 0;
}
