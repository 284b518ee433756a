/* server_setting.c: cam server limits and policy: what camserver and its
 * members keep to. */
#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "cam/server.h"
#include "rpc/json.h"
#include "rpc/names.h"

static void
add_limit(struct cam *cam, struct columns *columns, const json_t *setting)
{
	bool plain = json_equal(json_object_get(setting, "value"),
	    json_object_get(setting, "default"));

	if (cam->json) {
		output_json(setting);
		return;
	}
	columns_cell(columns, plain ? STYLE_DIM : STYLE_BOLD,
	    json_text_at(setting, "key"));
	columns_cell(columns, STYLE_PLAIN, json_text_at(setting, "value"));
	columns_end_row(columns);
}

static int
list_limits(struct cam *cam)
{
	struct columns *columns = NULL;
	json_t *result = NULL, *setting;
	size_t i;
	int code = server_ask(cam, RPC_CONFIG_LIST, NULL, &result);

	if (code != 0)
		return code;
	columns = columns_new(cam);
	json_array_foreach(json_object_get(result, "settings"), i, setting)
	{
		if (json_is_integer(json_object_get(setting, "max")))
			add_limit(cam, columns, setting);
	}
	columns_print(columns);
	columns_free(columns);
	json_decref(result);
	return 0;
}

static int
set_limit(struct cam *cam, const char *key, const char *value)
{
	json_t *result = NULL;
	int code = server_ask(cam, RPC_CONFIG_SET,
	    json_pack("{s:s, s:s}", "key", key, "value", value), &result);

	if (code == 0 && cam->json)
		output_json(result);
	json_decref(result);
	return code;
}

int
server_limits(struct cam *cam, struct args *args)
{
	int code = args_count(args, 1, 3);

	if (code != 0)
		return code;
	if (args->argc == 1)
		return list_limits(cam);
	if (args->argc == 3)
		return set_limit(cam, args->argv[1], args->argv[2]);
	return complain_usage(
	    "server", _("'server limits %s' needs a value"), args->argv[1]);
}

/* -- policy -------------------------------------------------------------------
 */

static void
print_policy(struct cam *cam, const json_t *policy)
{
	struct columns *columns = NULL;
	const json_t *rule;
	size_t i;

	if (cam->json) {
		output_json(policy);
		return;
	}
	columns = columns_new(cam);
	json_array_foreach(json_object_get(policy, "rules"), i, rule)
	{
		columns_cell(columns, STYLE_BOLD, json_text_at(rule, "key"));
		columns_cell(columns, STYLE_PLAIN, json_text_at(rule, "value"));
		columns_cell(columns, STYLE_PLAIN, json_text_at(rule, "group"));
		columns_end_row(columns);
	}
	columns_print(columns);
	columns_free(columns);
}

/* The words behind "policy": get; set KEY VALUE; unset KEY. */
static int
read_policy(const struct args *args, const char **method, json_t **params)
{
	const char *action = args->argc > 1 ? args->argv[1] : "get";
	const char *group = args_value(args, "group");

	if (strcmp(action, "get") == 0 && args->argc <= 2) {
		*method = RPC_POLICY_GET;
		*params = json_object();
	} else if (strcmp(action, "set") == 0 && args->argc == 4) {
		*method = RPC_POLICY_SET;
		*params = json_pack("{s:s, s:s, s:s?}", "key", args->argv[2],
		    "value", args->argv[3], "group", group);
	} else if (strcmp(action, "unset") == 0 && args->argc == 3) {
		*method = RPC_POLICY_SET;
		*params = json_pack("{s:s, s:n, s:s?}", "key", args->argv[2],
		    "value", "group", group);
	} else {
		return complain_usage("server",
		    _("'server policy' takes get, set KEY VALUE or unset KEY"));
	}
	return 0;
}

int
server_policy(struct cam *cam, struct args *args)
{
	const char *method = NULL;
	json_t *params = NULL, *result = NULL;
	int code = read_policy(args, &method, &params);

	if (code == 0)
		code = server_ask(cam, method, params, &result);
	if (code == 0 && (cam->json || strcmp(method, RPC_POLICY_GET) == 0))
		print_policy(cam, result);
	json_decref(result);
	return code;
}
