/* fuzz_json.c: lines of the local protocol, to the parser and to a session. */
#include "fuzz.h"

#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/session.h"

static int
handle(struct rpc_call *call, json_t *params)
{
	must(json_is_object(params));
	rpc_session_greet(rpc_call_session(call));
	rpc_reply(call, json_incref(params));
	return 0;
}

static const struct rpc_method methods[] = { { RPC_HELLO, handle },
	{ "a", handle }, { NULL, NULL } };

static void
on_write(void *arg, const void *data, size_t len)
{
	json_t *object = NULL;

	must(len > 0 && ((const char *)data)[len - 1] == '\n');
	must(memchr(data, '\n', len) == (const char *)data + len - 1);
	/* An answer holds its request two levels deeper, so that one may be
	 * over the depth. */
	if (json_parse_line(span_of(data, len), &object) == 0)
		json_decref(object);
	buf_put(arg, data, len);
}

static const struct rpc_session_ops ops = { .methods = methods,
	.write = on_write };

/* Feeds all in pieces of that size and gathers the answers. */
static int
feed(struct span text, size_t piece, struct buf *answers)
{
	struct rpc_session *session = NULL;
	int err = 0;

	buf_init(answers, SIZE_MAX / 4);
	session = rpc_session_new(&ops, answers);
	for (size_t at = 0; err == 0 && at < text.len; at += piece)
		err = rpc_session_feed(session, text.data + at,
		    text.len - at < piece ? text.len - at : piece);
	rpc_session_free(session);
	return err;
}

static void
check_line(struct span text)
{
	json_t *object = NULL, *again = NULL;
	char *line = NULL, *second = NULL;
	size_t len;

	if (json_parse_line(text, &object) != 0)
		return;
	line = json_line(object, &len);
	must(line != NULL && json_parse_line(span_of(line, len), &again) == 0);
	/* A fraction has fewer digits in the line. */
	second = json_line(again, &len);
	must(strcmp(line, second) == 0);
	free(second);
	free(line);
	json_decref(again);
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	struct buf whole, split;

	check_line(text);
	must(feed(text, size + 1, &whole) == feed(text, 7, &split));
	must(span_equal(buf_span(&whole), buf_span(&split)));
	buf_finish(&whole);
	buf_finish(&split);
	return 0;
}
