/* policy.c: what members' programs may do. */
#include <stdlib.h>

#include "base/err.h"
#include "camserver/links/memberlinks.h"
#include "camserver/methods/methods.h"
#include "camserver/organisation.h"
#include "camserver/server.h"
#include "rpc/json.h"
#include "rpc/param.h"

/* Rules of a later version stay, and are not shown. */
static json_t *
policy_object(const struct policy *policy)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		const char *key = policy_key_name(rule->key);

		if (key != NULL)
			json_array_append_new(rules,
			    json_pack("{s:s, s:s, s:o}", "key", key, "value",
				policy_value_name(rule->value), "group",
				json_text(span_text(rule->group))));
	}
	return json_pack("{s:I, s:o, s:o}", "serial",
	    (json_int_t)policy->serial, "time",
	    policy->serial > 0 ? json_time(policy->time_ms) : json_null(),
	    "rules", rules);
}

int
server_policy_get(struct rpc_call *call, json_t *params)
{
	const struct server *server = method_server(call);

	rpc_reply(call, policy_object(&server->organisation.policy));
	return 0;
}

static int
fail_key(struct rpc_call *call, const char *key)
{
	return method_fail(call, CAM_ERR_UNKNOWN, NULL,
	    "no policy is called '%s': there are files, calls, legacy and "
	    "relay",
	    key);
}

/* value NULL: the rule goes. False when the call has been answered. */
static bool
change(struct rpc_call *call, struct policy *policy, const char *group,
    enum policy_key key, const char *value)
{
	enum policy_value wanted;
	int err = 0;

	if (value == NULL) {
		err = policy_unset(policy, group, key);
	} else if (policy_value_parse(value, key, &wanted) < 0) {
		(void)method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'%s' is on or off%s, not '%s'", policy_key_name(key),
		    key == POLICY_FILES || key == POLICY_LEGACY ? ", or receive"
								: "",
		    value);
		return false;
	} else {
		err = policy_set(policy, group, key, wanted);
	}
	if (err == CAM_ERR_UNKNOWN)
		(void)method_fail(
		    call, err, NULL, "nothing is ruled for that group");
	else if (err == CAM_ERR_FULL)
		(void)method_fail(call, err, NULL, "there are %d rules already",
		    POLICY_RULES_MAX);
	else if (err < 0)
		(void)method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a group is levels parted by '/'");
	return err == 0;
}

int
server_policy_set(struct rpc_call *call, json_t *params)
{
	struct server *server = method_server(call);
	struct policy policy = server->organisation.policy;
	const char *key = NULL, *value = NULL, *group = "";
	enum policy_key known;
	char *problem = NULL;
	int err;

	if (!param_text(call, params, "key", true, &key) ||
	    !param_text(call, params, "value", false, &value) ||
	    !param_text(call, params, "group", false, &group))
		return 0;
	if (policy_key_parse(key, &known) < 0)
		return fail_key(call, key);
	if (!change(call, &policy, group, known, value))
		return 0;
	err = organisation_rule(
	    &server->home, &server->organisation, &policy, &problem);
	if (err < 0) {
		(void)method_fail(call, err, NULL, "%s", problem);
		free(problem);
		return 0;
	}
	memberlinks_tell_policy(server->links);
	rpc_reply(call, policy_object(&server->organisation.policy));
	return 0;
}
