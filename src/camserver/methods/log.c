/* log.c: what camserver has said of itself. */
#include <errno.h>

#include "base/err.h"
#include "camserver/logfile.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "rpc/json.h"
#include "rpc/param.h"

enum { LINES_DEFAULT = 100, LINES_MAX = 10000 };

/* The last ones that are whole objects. */
static json_t *
last_lines(struct span text, size_t limit)
{
	json_t *lines = json_array(), *object = NULL;
	struct span line;

	while (span_cut(&text, '\n', &line)) {
		if (json_parse_line(line, &object) == 0)
			json_array_append_new(lines, object);
		if (json_array_size(lines) > limit)
			json_array_remove(lines, 0);
	}
	return lines;
}

int
log_list(struct rpc_call *call, json_t *params)
{
	const struct server *server = method_server(call);
	int64_t limit = LINES_DEFAULT;
	struct buf text;
	int err;

	if (!param_number(call, params, "limit", 1, LINES_MAX, &limit))
		return 0;
	buf_init(&text, LOGFILE_TAIL_MAX);
	err = logfile_tail(server->logfile, &text);
	if (err < 0 && errno != ENOENT)
		(void)method_fail(call, err, NULL, "the log cannot be read: %s",
		    cam_strerror(err));
	else
		rpc_reply(
		    call, json_pack("{s:o}", "lines",
			      last_lines(buf_span(&text), (size_t)limit)));
	buf_finish(&text);
	return 0;
}
