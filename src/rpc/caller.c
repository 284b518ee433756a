/* caller.c: the asking end of JSON-RPC for programs with an event loop. */
#include "rpc/caller.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/table.h"
#include "rpc/json.h"

enum { READ_ROOM = 64 * 1024 };

/* A request that waits for its answer. */
struct waiting {
	struct table_link link;
	json_int_t id;
	rpc_caller_answer *on_answer;
	void *arg;
};

struct rpc_caller {
	const struct rpc_caller_ops *ops;
	void *arg;
	struct buf in;
	size_t scanned; /* so many bytes of in hold no LF */
	json_int_t last_id;
	struct table waiting;
	bool *freed; /* inside rpc_caller_feed(): set when it is freed there */
};

struct rpc_caller *
rpc_caller_new(const struct rpc_caller_ops *ops, void *arg)
{
	struct rpc_caller *caller = xcalloc(1, sizeof *caller);

	caller->ops = ops;
	caller->arg = arg;
	buf_init(&caller->in, LIMIT_RPC_LINE + 2 * READ_ROOM);
	table_init(&caller->waiting);
	return caller;
}

static void
answer(struct waiting *waiting, int err, const json_t *result,
    const struct rpc_error *error)
{
	waiting->on_answer(waiting->arg, err, result, error);
	free(waiting);
}

void
rpc_caller_free(struct rpc_caller *caller)
{
	struct table_link *link;

	if (caller == NULL)
		return;
	if (caller->freed != NULL)
		*caller->freed = true;
	while ((link = table_first(&caller->waiting)) != NULL) {
		table_remove(&caller->waiting, link);
		answer(container_of(link, struct waiting, link), CAM_ERR_CLOSED,
		    NULL, NULL);
	}
	table_finish(&caller->waiting);
	buf_finish(&caller->in);
	free(caller);
}

static uint64_t
hash_of(const struct rpc_caller *caller, json_int_t id)
{
	return table_hash(&caller->waiting, &id, sizeof id);
}

static bool
has_id(const struct table_link *link, const void *key)
{
	return container_of(link, struct waiting, link)->id ==
	       *(const json_int_t *)key;
}

int
rpc_caller_call(struct rpc_caller *caller, const char *method, json_t *params,
    rpc_caller_answer *on_answer, void *arg)
{
	json_int_t id = ++caller->last_id;
	json_t *request = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0",
	    "id", id, "method", method, "params",
	    params != NULL ? params : json_object());
	struct waiting *waiting = NULL;
	char *line = NULL;
	size_t len = 0;

	if (request != NULL)
		line = json_line(request, &len);
	json_decref(request);
	if (line == NULL || len > LIMIT_RPC_LINE) {
		free(line);
		return line == NULL ? CAM_ERR_FORMAT : CAM_ERR_LIMIT;
	}
	waiting = xcalloc(1, sizeof *waiting);
	waiting->id = id;
	waiting->on_answer = on_answer;
	waiting->arg = arg;
	table_add(&caller->waiting, &waiting->link, hash_of(caller, id));
	caller->ops->write(caller->arg, line, len);
	wipe_free(line, len);
	return 0;
}

static void
read_error(json_t *from, struct rpc_error *error)
{
	json_t *code;

	error->message =
	    (char *)json_string_value(json_object_get(from, "message"));
	error->data = json_object_get(from, "data");
	code = json_object_get(error->data, "exit");
	error->exit = json_is_integer(code) ? (int)json_integer_value(code) : 1;
}

static void
take_answer(struct rpc_caller *caller, const json_t *object)
{
	json_int_t id = json_integer_value(json_object_get(object, "id"));
	const json_t *result = json_object_get(object, "result");
	json_t *failure = json_object_get(object, "error");
	struct table_link *link =
	    table_find(&caller->waiting, hash_of(caller, id), has_id, &id);
	struct rpc_error error = { 0 };

	if (link == NULL)
		return;
	table_remove(&caller->waiting, link);
	if (failure != NULL)
		read_error(failure, &error);
	answer(container_of(link, struct waiting, link),
	    failure != NULL  ? CAM_ERR_REQUEST
	    : result == NULL ? CAM_ERR_FORMAT
			     : 0,
	    result, &error);
}

static void
take_object(struct rpc_caller *caller, const json_t *object)
{
	const char *event =
	    json_string_value(json_object_get(object, "method"));
	const json_t *params = json_object_get(object, "params");

	if (event == NULL)
		take_answer(caller, object);
	else if (json_is_object(params))
		caller->ops->on_event(caller->arg, event, params);
}

/* A whole line off what has been read; CAM_ERR_MORE: there is none. */
static int
take_line(struct rpc_caller *caller, json_t **object)
{
	struct span rest = span_of(caller->in.data + caller->scanned,
	    caller->in.len - caller->scanned);
	struct span tail;
	size_t len;
	int err;

	if (rest.len == 0 || !span_cut(&rest, '\n', &tail)) {
		caller->scanned = caller->in.len;
		return caller->in.len > LIMIT_RPC_LINE ? CAM_ERR_LIMIT
						       : CAM_ERR_MORE;
	}
	len = caller->scanned + tail.len;
	err = json_parse_line(span_of(caller->in.data, len), object);
	buf_drop(&caller->in, len + 1);
	caller->scanned = 0;
	return err;
}

int
rpc_caller_feed(struct rpc_caller *caller, const void *data, size_t len)
{
	const char *bytes = data;
	bool freed = false;
	int err = 0;

	caller->freed = &freed;
	while (len > 0 && err == 0) {
		size_t piece = len < READ_ROOM ? len : READ_ROOM;
		json_t *object = NULL;

		buf_put(&caller->in, bytes, piece);
		bytes += piece;
		len -= piece;
		while (!freed && (err = take_line(caller, &object)) == 0) {
			take_object(caller, object);
			json_decref(object);
		}
		if (freed)
			return 0;
		if (err == CAM_ERR_MORE)
			err = 0;
	}
	caller->freed = NULL;
	return err;
}
