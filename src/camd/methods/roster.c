/* roster.c: the roster listed, and what a WHO means. */
#include "camd/people/roster.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "camd/people/refresh.h"
#include "camd/people/user.h"
#include "lan/lan.h"
#include "rpc/json.h"

enum { PAGE_SIZE = 5000, NAMES = 100, NAMES_MAX = 1000 };

/* The uid of the last user of a page is what the next begins after. */
static json_t *
page_end(const struct user *last)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)last->uid);
	return json_string(text);
}

static void
reply_page(struct rpc_call *call, const struct camd *camd, bool all,
    const struct user *after)
{
	json_t *users = json_array(), *next = NULL;
	struct user *user = roster_next(camd->roster, after), *last = NULL;

	for (; user != NULL; user = roster_next(camd->roster, user)) {
		if (user->hidden && !all)
			continue;
		if (last != NULL && json_array_size(users) == PAGE_SIZE) {
			next = page_end(last);
			break;
		}
		json_array_append_new(users, user_object(user, camd->lan));
		last = user;
	}
	rpc_reply(call, json_pack("{s:o, s:o}", "users", users, "next",
			    next != NULL ? next : json_null()));
}

struct refreshing {
	struct camd *camd;
	struct rpc_call *call;
	bool all;
};

static void
on_refreshed(void *arg)
{
	struct refreshing *refreshing = arg;

	/* Without its client camd may be ending. */
	if (rpc_call_owner(refreshing->call) != NULL)
		reply_page(
		    refreshing->call, refreshing->camd, refreshing->all, NULL);
	else
		rpc_reply(refreshing->call, NULL);
	free(refreshing);
}

static void
refresh(struct rpc_call *call, struct camd *camd, bool all)
{
	struct refreshing *refreshing = xcalloc(1, sizeof *refreshing);

	refreshing->camd = camd;
	refreshing->call = call;
	refreshing->all = all;
	refreshes_add(roster_refreshes(camd->roster), on_refreshed, refreshing);
	lan_enter(camd->lan);
}

int
roster_list(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	const char *after = NULL;
	const struct user *last = NULL;
	bool all = false, ask = false;
	uint64_t uid;

	if (!param_switch(call, params, "all", &all) ||
	    !param_switch(call, params, "refresh", &ask) ||
	    !param_text(call, params, "after", false, &after))
		return 0;
	if (after != NULL) {
		if (number_decimal(span_text(after), INT64_MAX, &uid) == 0)
			last = roster_by_uid(camd->roster, (int64_t)uid);
		if (last == NULL)
			return method_fail(call, CAM_ERR_REQUEST, NULL,
			    "'after' must be the 'next' of the page before");
	}
	if (ask && after == NULL)
		refresh(call, camd, all);
	else
		reply_page(call, camd, all, last);
	return 0;
}

int
roster_resolve(struct rpc_call *call, json_t *params)
{
	const char *text = NULL;
	json_t *ids = NULL;
	struct who who;

	if (!param_text(call, params, "who", true, &text) ||
	    !named_users(call, text, false, &who))
		return 0;
	ids = json_array();
	for (size_t i = 0; i < who.count; i++) {
		char *id = user_id(who.users[i]);

		json_array_append_new(ids, json_text(span_text(id)));
		free(id);
	}
	who_finish(&who);
	rpc_reply(call, json_pack("{s:o}", "users", ids));
	return 0;
}

int
roster_complete(struct rpc_call *call, json_t *params)
{
	const char *beginning = "";
	int64_t limit = NAMES;

	if (!param_text(call, params, "begin", false, &beginning) ||
	    !param_number(call, params, "limit", 1, NAMES_MAX, &limit))
		return 0;
	rpc_reply(call, json_pack("{s:o}", "names",
			    who_complete(method_camd(call)->roster, beginning,
				(size_t)limit)));
	return 0;
}
