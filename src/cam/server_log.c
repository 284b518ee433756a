/* server_log.c: cam server log and metrics: how camserver has been and is. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/output.h"
#include "cam/server.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { LINES_DEFAULT = 100, LINES_MAX = 10000 };

static enum style
style_of(const char *level)
{
	if (strcmp(level, "error") == 0)
		return STYLE_BAD;
	return strcmp(level, "warn") == 0 ? STYLE_WARN : STYLE_PLAIN;
}

static void
add_line(struct columns *columns, const json_t *line)
{
	const char *level = json_text_at(line, "level");

	columns_cell(columns, STYLE_DIM, json_text_at(line, "time"));
	columns_cell(columns, style_of(level), level);
	columns_cell(columns, STYLE_PLAIN, json_text_at(line, "text"));
	columns_end_row(columns);
}

int
server_log(struct cam *cam, struct args *args)
{
	uint64_t limit = LINES_DEFAULT;
	struct columns *columns = NULL;
	json_t *result = NULL, *line;
	size_t i;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = args_number(
		    args, "number", LINES_MAX, LINES_DEFAULT, &limit);
	if (code == 0)
		code = server_ask(cam, RPC_LOG_LIST,
		    json_pack("{s:I}", "limit",
			(json_int_t)(limit > 0 ? limit : LINES_MAX)),
		    &result);
	if (code != 0)
		return code;
	columns = columns_new(cam);
	json_array_foreach(json_object_get(result, "lines"), i, line)
	{
		if (cam->json)
			output_json(line);
		else
			add_line(columns, line);
	}
	columns_print(columns);
	columns_free(columns);
	json_decref(result);
	return 0;
}

int
server_metrics(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = server_ask(cam, RPC_SERVER_METRICS, NULL, &result);
	if (code == 0 && cam->json)
		output_json(result);
	else if (code == 0)
		output_text(
		    cam, STYLE_PLAIN, json_text_at(result, "text"), TEXT_BLOCK);
	json_decref(result);
	return code;
}
