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
#include "store/talk.h"

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

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct user *
find_user(const struct roster *roster, const char *id)
{
	struct user *user = NULL;
	struct who who;

	/* In full, which also finds those forgotten. */
	if (who_resolve(roster, id, true, &who) == 0 && who.count == 1)
		user = who.users[0];
	who_finish(&who);
	return user == roster_self(roster) ? NULL : user;
}

bool
named_talk(
    struct rpc_call *call, const json_t *talk, int64_t **uids, size_t *count)
{
	const struct roster *roster = method_camd(call)->roster;
	size_t given = json_array_size(talk), kept = 0;
	int64_t *found = NULL;

	if (given > STORE_TALK_USERS) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'talk' names more than %d users", STORE_TALK_USERS);
		return false;
	}
	found = xcalloc(given + 1, sizeof *found);
	for (size_t i = 0; i < given; i++) {
		const char *id = json_string_value(json_array_get(talk, i));
		const struct user *user = find_user(roster, id);

		if (user == NULL) {
			free(found);
			method_fail_unknown(call, "who", id, NULL);
			return false;
		}
		found[i] = user->uid;
	}
	qsort(found, given, sizeof *found, by_number);
	for (size_t i = 0; i < given; i++) {
		if (kept == 0 || found[kept - 1] != found[i])
			found[kept++] = found[i];
	}
	*uids = found;
	*count = kept;
	return true;
}
