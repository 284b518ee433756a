/* server_queue.c: cam server queue: what waits for members who are not there.
 */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/size.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "cam/server.h"
#include "rpc/json.h"
#include "rpc/names.h"

static void
add_headings(struct columns *columns)
{
	columns_heading(columns, _("TO"));
	columns_heading(columns, _("COUNT"));
	columns_heading(columns, _("SIZE"));
	columns_heading(columns, _("OLDEST"));
	columns_heading(columns, _("FILES"));
	columns_heading(columns, _("SIZE"));
	columns_end_row(columns);
}

/* In bytes, for programs. */
static void
add_size(struct cam *cam, struct columns *columns, const json_t *queue,
    const char *name)
{
	long long size = json_integer_value(json_object_get(queue, name));
	char text[SIZE_TEXT];

	if (output_is_terminal(cam))
		size_format(size > 0 ? (uint64_t)size : 0, text);
	else
		snprintf(text, sizeof text, "%lld", size);
	columns_cell(columns, STYLE_PLAIN, text);
}

static void
add_count(struct columns *columns, const json_t *queue, const char *name)
{
	char text[24];

	snprintf(text, sizeof text, "%lld",
	    (long long)json_integer_value(json_object_get(queue, name)));
	columns_cell(columns, STYLE_PLAIN, text);
}

static void
add_queue(struct cam *cam, struct columns *columns, const json_t *queue)
{
	char oldest[SERVER_TIME_SIZE];

	columns_cell(columns, STYLE_BOLD, json_text_at(queue, "to"));
	add_count(columns, queue, "count");
	add_size(cam, columns, queue, "size");
	columns_cell(
	    columns, STYLE_PLAIN, server_time(queue, "oldest", oldest));
	add_count(columns, queue, "files");
	add_size(cam, columns, queue, "files_size");
	columns_end_row(columns);
}

static int
list(struct cam *cam)
{
	struct columns *columns = NULL;
	json_t *result = NULL, *queues, *queue;
	size_t i;
	int code = server_ask(cam, RPC_QUEUE_LIST, NULL, &result);

	if (code != 0)
		return code;
	queues = json_object_get(result, "queues");
	columns = columns_new(cam);
	if (json_array_size(queues) > 0 && !cam->json)
		add_headings(columns);
	json_array_foreach(queues, i, queue)
	{
		if (cam->json)
			output_json(queue);
		else
			add_queue(cam, columns, queue);
	}
	columns_print(columns);
	columns_free(columns);
	json_decref(result);
	return 0;
}

static int
clear(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 3, 3);

	if (code == 0)
		code = server_ask(cam, RPC_QUEUE_CLEAR,
		    json_pack("{s:s}", "name", args->argv[2]), &result);
	json_decref(result);
	return code;
}

int
server_queue(struct cam *cam, struct args *args)
{
	if (args->argc == 1)
		return list(cam);
	if (strcmp(args->argv[1], "clear") == 0)
		return clear(cam, args);
	return complain_usage("server",
	    _("'server queue %s' is nothing that can be done"), args->argv[1]);
}
