/* config.c: cam config: reads and changes settings, through camd or, when it
 * does not run, in the file itself. */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

enum config_action { CONFIG_LS, CONFIG_GET, CONFIG_SET };

/* What is asked for. */
struct request {
	struct cam *cam;
	enum config_action action;
	const char *key;   /* or NULL */
	const char *value; /* of set; NULL: unset */
};

static const char *
member(const json_t *setting, const char *name)
{
	const char *value = json_string_value(json_object_get(setting, name));

	return value != NULL ? value : "";
}

static void
print_value(struct cam *cam, const json_t *setting)
{
	if (cam->json)
		output_json(setting);
	else
		output_line(cam, "%s", member(setting, "value"));
}

static void
print_list(struct cam *cam, const json_t *settings)
{
	struct columns *columns = cam->json ? NULL : columns_new(cam);
	const json_t *setting;
	size_t i;

	json_array_foreach(settings, i, setting)
	{
		bool plain = strcmp(member(setting, "source"), "default") == 0;

		if (cam->json) {
			output_json(setting);
			continue;
		}
		columns_cell(columns, plain ? STYLE_DIM : STYLE_BOLD,
		    member(setting, "key"));
		columns_cell(columns, plain ? STYLE_DIM : STYLE_PLAIN,
		    member(setting, "value"));
		columns_cell(columns, STYLE_DIM, member(setting, "source"));
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
	else if (strcmp(member(result, "source"), "option") == 0)
		complain(_("camd was started with -o %s=...: the new value "
			   "counts when it is "
			   "started without"),
		    request->key);
	json_decref(result);
	return 0;
}

/* -- in the file
 * --------------------------------------------------------------- */

static int
complain_of_file(const struct cam *cam, int err, size_t line)
{
	if (err == CAM_ERR_UNSAFE)
		complain(_("'%s' can be changed by others: 'chmod go-w' it"),
		    cam->paths.settings);
	else if (line > 0)
		complain(_("'%s', line %zu: %s"), cam->paths.settings, line,
		    cam_strerror(err));
	else
		complain(_("'%s': %s"), cam->paths.settings, cam_strerror(err));
	return EXIT_FAILED;
}

static int
add_setting(const char *key, const char *value, size_t line, void *arg)
{
	(void)line;
	return json_array_append_new(
	    arg, json_pack("{s:s,s:s,s:s}", "key", key, "value", value,
		     "source", "file"));
}

static int
list_file(const struct request *request, const struct ini *ini)
{
	json_t *settings = json_array();

	ini_each(ini, add_setting, settings);
	print_list(request->cam, settings);
	json_decref(settings);
	return 0;
}

static int
get_from_file(const struct request *request, const struct ini *ini)
{
	const char *value = ini_get(ini, request->key);
	json_t *setting;

	if (value == NULL) {
		complain(_("'%s' is not in '%s', and camd, which knows the "
			   "defaults, does not "
			   "run: 'cam daemon start' starts it"),
		    request->key, request->cam->paths.settings);
		return EXIT_UNKNOWN;
	}
	setting = json_pack("{s:s,s:s,s:s}", "key", request->key, "value",
	    value, "source", "file");
	print_value(request->cam, setting);
	json_decref(setting);
	return 0;
}

static int
set_in_file(const struct request *request, struct ini *ini)
{
	const char *path = request->cam->paths.settings;
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	int err = ini_set(ini, request->key, request->value);

	if (err != 0)
		return complain_usage("config",
		    _("'%s = %s' cannot stand in cam.ini"), request->key,
		    request->value != NULL ? request->value : "");
	folder = xstrndup(path, (size_t)(slash - path));
	err = path_make_private(folder);
	if (err == 0)
		err = ini_write(ini, path);
	free(folder);
	return err == 0 ? 0 : complain_of_file(request->cam, err, 0);
}

static int
use_file(const struct request *request)
{
	struct ini *ini = NULL;
	size_t line = 0;
	int code = ini_read(request->cam->paths.settings, &ini, &line);

	if (code != 0)
		return complain_of_file(request->cam, code, line);
	if (request->action == CONFIG_LS)
		code = list_file(request, ini);
	else if (request->action == CONFIG_GET)
		code = get_from_file(request, ini);
	else
		code = set_in_file(request, ini);
	ini_free(ini);
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
		code = use_file(&request);
	else
		code = daemon_unreachable(cam, err);
	rpc_client_free(client);
	return code;
}
