/* server_queue.c: cam server queue: what waits for members who are not there.
 */
#include <stdio.h>

#include "base/i18n.h"
#include "base/size.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/output.h"
#include "cam/server.h"
#include "rpc/names.h"

static void
add_headings(struct columns *columns)
{
	columns_heading(columns, _("TO"));
	columns_heading(columns, _("COUNT"));
	columns_heading(columns, _("SIZE"));
	columns_heading(columns, _("OLDEST"));
	columns_end_row(columns);
}

static void
add_queue(struct cam *cam, struct columns *columns, const json_t *queue)
{
	long long size = json_integer_value(json_object_get(queue, "size"));
	char count[24], bytes[SIZE_TEXT], oldest[SERVER_TIME_SIZE];

	snprintf(count, sizeof count, "%lld",
	    (long long)json_integer_value(json_object_get(queue, "count")));
	if (output_is_terminal(cam))
		size_format(size > 0 ? (uint64_t)size : 0, bytes);
	else
		snprintf(bytes, sizeof bytes, "%lld", size);
	columns_cell(columns, STYLE_BOLD, server_text(queue, "to"));
	columns_cell(columns, STYLE_PLAIN, count);
	columns_cell(columns, STYLE_PLAIN, bytes);
	columns_cell(
	    columns, STYLE_PLAIN, server_time(queue, "oldest", oldest));
	columns_end_row(columns);
}

int
server_queue(struct cam *cam, struct args *args)
{
	struct columns *columns = NULL;
	json_t *result = NULL, *queues, *queue;
	size_t i;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = server_ask(cam, RPC_QUEUE_LIST, NULL, &result);
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
