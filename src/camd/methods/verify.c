/* verify.c: the keys of others compared, and changed keys accepted. */
#include <stdlib.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/trust/comparison.h"
#include "camd/trust/trust.h"
#include "camd/trust/trusted.h"
#include "loop/worker.h"
#include "rpc/json.h"

enum { WAIT_MS = 5000, WAIT_MAX_MS = 60000 };

struct verifying {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	int64_t uid;
	struct comparison known, other;
};

static json_t *
id_text(const struct user *user)
{
	char *id = user_id(user);
	json_t *text = json_text(span_text(id));

	free(id);
	return text;
}

static int
fail_no_key(struct rpc_call *call, const struct user *user)
{
	char *id = user_id(user);

	method_fail(call, CAM_ERR_KEY, NULL, "no key of '%s' is known", id);
	free(id);
	return 0;
}

/* -- key.verify --------------------------------------------------------------
 */

static void
compute(struct job *job, void *context)
{
	struct verifying *verifying = container_of(job, struct verifying, job);

	comparison_compute(&verifying->known);
	comparison_compute(&verifying->other);
}

static json_t *
describe_other(const struct verifying *verifying, const struct user *other)
{
	json_t *object;

	if (other == NULL)
		return json_null();
	object = json_pack("{s:o}", "id", id_text(other));
	comparison_describe(&verifying->other, other, object);
	return object;
}

static json_t *
describe(const struct verifying *verifying, const struct user *user,
    const struct user *other)
{
	const struct trusted *trusted = user->trusted;
	int64_t compared_ms = trusted != NULL ? trusted->verified_ms : 0;
	json_t *object = json_pack("{s:o, s:b, s:s?, s:b, s:b, s:s, s:o, s:o}",
	    "id", id_text(user), "verified", (int)user_is_verified(user),
	    "verified_by", user_verified_by(user), "blocked",
	    (int)user_is_blocked(user), "foreign", (int)user->foreign,
	    "encryption", user_encryption(user, verifying->camd->lan), "pinned",
	    trusted != NULL ? json_time(trusted->pinned_ms) : json_null(),
	    "compared",
	    compared_ms != 0 ? json_time(compared_ms) : json_null());

	comparison_describe(&verifying->known, user, object);
	json_object_set_new(
	    object, "changed", describe_other(verifying, other));
	return object;
}

static void begin(struct verifying *verifying);

static void
on_computed(struct job *job)
{
	struct verifying *verifying = container_of(job, struct verifying, job);
	struct camd *camd = verifying->camd;
	struct user *user, *other;

	/* Without its client camd may be ending. */
	if (rpc_call_owner(verifying->call) == NULL) {
		rpc_reply(verifying->call, NULL);
		free(verifying);
		return;
	}
	user = roster_by_uid(camd->roster, verifying->uid);
	other = user != NULL ? trust_challenger(camd->trust, user) : NULL;
	if (user == NULL || !comparison_holds(&verifying->known, user) ||
	    !comparison_holds(&verifying->other, other)) {
		begin(verifying);
		return;
	}
	rpc_reply(verifying->call, describe(verifying, user, other));
	free(verifying);
}

/* With the keys as they are now. */
static void
begin(struct verifying *verifying)
{
	struct camd *camd = verifying->camd;
	const struct user *user = roster_by_uid(camd->roster, verifying->uid);

	if (user == NULL) {
		method_fail(verifying->call, CAM_ERR_UNKNOWN, NULL,
		    N_("the user has left"));
	} else if (!user_has_key(user)) {
		fail_no_key(verifying->call, user);
	} else {
		comparison_init(&verifying->known, camd, user);
		comparison_init(&verifying->other, camd,
		    trust_challenger(camd->trust, user));
		verifying->job.work = compute;
		verifying->job.done = on_computed;
		workers_submit(camd->pool, &verifying->job);
		return;
	}
	free(verifying);
}

static void
on_key_told(void *arg)
{
	struct verifying *verifying = arg;

	if (rpc_call_owner(verifying->call) != NULL) {
		begin(verifying);
		return;
	}
	rpc_reply(verifying->call, NULL);
	free(verifying);
}

/* His user key is there, or there is no way to it; the best that can be had is
 * asked for. */
static bool
must_wait(struct camd *camd, struct user *user)
{
	enum links_state state;

	if (user->trusted != NULL)
		return false;
	state = links_want(camd->links, user);
	if (state == LINKS_DIALING)
		return true;
	return user->pin == NULL && lan_ask_key(camd->lan, &user->peer) == 0;
}

int
key_verify(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	struct verifying *verifying;
	struct user *user = NULL;
	const char *who = NULL;
	int64_t wait_ms = WAIT_MS;

	if (!param_text(call, params, "who", true, &who) ||
	    !param_number(
		call, params, "timeout_ms", 0, WAIT_MAX_MS, &wait_ms) ||
	    !named_one(call, who, &user))
		return 0;
	verifying = xcalloc(1, sizeof *verifying);
	verifying->camd = camd;
	verifying->call = call;
	verifying->uid = user->uid;
	if (wait_ms > 0 && must_wait(camd, user))
		trust_await(camd->trust, user, (uint64_t)wait_ms, on_key_told,
		    verifying);
	else
		begin(verifying);
	return 0;
}

/* -- key.accept --------------------------------------------------------------
 */

struct accepting {
	struct camd *camd;
	struct rpc_call *call;
	int64_t uid;
	bool accepted; /* another key in place of the old one */
};

static void
on_accepted(void *arg, int err)
{
	struct accepting *accepting = arg;
	const struct user *user = NULL;

	if (rpc_call_owner(accepting->call) != NULL)
		user = roster_by_uid(accepting->camd->roster, accepting->uid);
	if (err < 0)
		rpc_fail(accepting->call, err, NULL);
	else if (user == NULL)
		rpc_reply(accepting->call, NULL);
	else
		rpc_reply(accepting->call,
		    json_pack("{s:o, s:b, s:b}", "id", id_text(user),
			"verified", (int)user_is_verified(user), "accepted",
			(int)accepting->accepted));
	free(accepting);
}

/* Which of the keys is right; without a name the one that was shown last. */
static int
choose(struct camd *camd, const struct user *user, const char *key,
    bool *challengers)
{
	const struct user *other = trust_challenger(camd->trust, user);

	*challengers = other != NULL;
	if (key == NULL)
		return user_has_key(user) ? 0 : CAM_ERR_KEY;
	*challengers = false;
	if (comparison_names(user, key))
		return 0;
	*challengers = other != NULL && comparison_names(other, key);
	return *challengers ? 0 : CAM_ERR_KEY;
}

int
key_accept(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	struct accepting *accepting;
	struct user *user = NULL;
	const char *who = NULL, *key = NULL;
	bool challengers = false;
	int err;

	if (!param_text(call, params, "who", true, &who) ||
	    !param_text(call, params, "key", false, &key) ||
	    !named_one(call, who, &user))
		return 0;
	if (choose(camd, user, key, &challengers) < 0) {
		if (key == NULL)
			return fail_no_key(call, user);
		return method_fail(call, CAM_ERR_KEY, NULL,
		    "that is not the key of '%s', or not any more", who);
	}
	accepting = xcalloc(1, sizeof *accepting);
	accepting->camd = camd;
	accepting->call = call;
	accepting->uid = user->uid;
	accepting->accepted = challengers;
	err = challengers
		  ? trust_accept(camd->trust, user, on_accepted, accepting)
		  : trust_verify(camd->trust, user, on_accepted, accepting);
	if (err < 0)
		free(accepting);
	return err;
}
