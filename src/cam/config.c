/* config.c: cam config: reads and changes settings, through camd or, when it
 * does not run, in the file itself. */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/offline.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum config_action { CONFIG_LS, CONFIG_GET, CONFIG_SET };

/* What is asked for. */
struct request {
	struct cam *cam;
	enum config_action action;
	const char *key;   /* or NULL */
	const char *value; /* of set; NULL: unset */
};

static void
print_value(struct cam *cam, const json_t *setting)
{
	if (cam->json)
		output_json(setting);
	else
		output_line(cam, "%s", json_text_at(setting, "value"));
}

static void
print_list(struct cam *cam, const json_t *settings)
{
	struct columns *columns = cam->json ? NULL : columns_new(cam);
	const json_t *setting;
	size_t i;

	json_array_foreach(settings, i, setting)
	{
		bool plain = json_text_is(setting, "source", "default");

		if (cam->json) {
			output_json(setting);
			continue;
		}
		columns_cell(columns, plain ? STYLE_DIM : STYLE_BOLD,
		    json_text_at(setting, "key"));
		columns_cell(columns, plain ? STYLE_DIM : STYLE_PLAIN,
		    json_text_at(setting, "value"));
		columns_cell(
		    columns, STYLE_DIM, json_text_at(setting, "source"));
		columns_end_row(columns);
	}
	if (columns != NULL)
		columns_print(columns);
	columns_free(columns);
}

/* -- through camd
 * -------------------------------------------------------------- */

static int
ask_camd(const struct request *request, struct rpc_client *client)
{
	json_t *result = NULL;
	int code;

	if (request->action == CONFIG_LS)
		code = daemon_call(
		    request->cam, client, RPC_CONFIG_LIST, NULL, &result);
	else if (request->action == CONFIG_GET)
		code = daemon_call(request->cam, client, RPC_CONFIG_GET,
		    json_pack("{s:s}", "key", request->key), &result);
	else
		code = daemon_call(request->cam, client, RPC_CONFIG_SET,
		    json_pack("{s:s,s:s?}", "key", request->key, "value",
			request->value),
		    &result);
	if (code != 0)
		return code;
	if (request->action == CONFIG_LS)
		print_list(request->cam, json_object_get(result, "settings"));
	else if (request->action == CONFIG_GET)
		print_value(request->cam, result);
	else if (json_text_is(result, "source", "option"))
		complain(_("camd was started with -o %s=...: the new value "
			   "counts when it is "
			   "started without"),
		    request->key);
	json_decref(result);
	return 0;
}

/* -- while camd does not run ---------------------------------------------- */

static int
do_offline(const struct request *request)
{
	json_t *setting = NULL;
	json_t *settings = NULL;
	int code;

	if (request->action == CONFIG_SET)
		return offline_set(request->cam, request->key, request->value);
	code = offline_list(request->cam, &settings);
	if (code == 0 && request->action == CONFIG_GET)
		code = offline_find(settings, request->key, &setting);
	if (code == 0 && setting != NULL)
		print_value(request->cam, setting);
	else if (code == 0)
		print_list(request->cam, settings);
	json_decref(settings);
	return code;
}

/* -- the verb
 * ------------------------------------------------------------------- */

static const struct action {
	const char *name;
	enum config_action action;
	int words; /* that follow */
} actions[] = {
	{ "ls", CONFIG_LS, 0 },
	{ "get", CONFIG_GET, 1 },
	{ "set", CONFIG_SET, 2 },
	{ "unset", CONFIG_SET, 1 },
};

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

static int
read_request(const struct args *args, struct request *request)
{
	const struct action *action = find_action(args->argv[0]);
	int words = args->argc - 1;

	if (action == NULL)
		return complain_usage("config",
		    _("'config %s' is nothing that can be done"),
		    args->argv[0]);
	if (words < action->words)
		return complain_usage(
		    "config", _("'config %s' needs more words"), action->name);
	if (words > action->words)
		return complain_usage("config", _("'%s' is one word too many"),
		    args->argv[action->words + 1]);
	request->action = action->action;
	request->key = words > 0 ? args->argv[1] : NULL;
	request->value = words > 1 ? args->argv[2] : NULL;
	return 0;
}

int
verb_config(struct cam *cam, struct args *args)
{
	struct request request = { .cam = cam };
	struct rpc_client *client = NULL;
	int code = args_count(args, 1, -1);
	int err;

	if (code == 0)
		code = read_request(args, &request);
	if (code != 0)
		return code;
	if (cam_paths(cam) == NULL)
		return EXIT_FAILED;
	err = daemon_connect_running(cam, &client);
	if (err == 0)
		code = ask_camd(&request, client);
	else if (err == CAM_ERR_UNREACHABLE)
		code = do_offline(&request);
	else
		code = daemon_unreachable(cam, err);
	rpc_client_free(client);
	return code;
}
