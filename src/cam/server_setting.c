/* server_setting.c: cam server limits: the numbers that camserver keeps to. */
#include <stdbool.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "cam/server.h"
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
	    server_text(setting, "key"));
	columns_cell(columns, STYLE_PLAIN, server_text(setting, "value"));
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
