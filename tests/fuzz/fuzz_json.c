/* fuzz_json.c: lines of the local protocol, to the parser and to a session. */
#include "fuzz.h"

#include "base/limits.h"
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

static size_t
depth_of(const json_t *value)
{
	size_t depth = 0, deepest = 0, i;
	const char *name;
	json_t *part;

	if (json_is_array(value))
		json_array_foreach((json_t *)value, i, part)
		{
			depth = depth_of(part);
			deepest = depth > deepest ? depth : deepest;
		}
	else if (json_is_object(value))
		json_object_foreach((json_t *)value, name, part)
		{
			depth = depth_of(part);
			deepest = depth > deepest ? depth : deepest;
		}
	else
		return 0;
	return deepest + 1;
}

/* jansson, too, reads it so, or refuses it; but for our limits. */
static void
compare_with_jansson(struct span text, const json_t *ours)
{
	json_t *theirs = json_loadb(
	    (const char *)text.data, text.len, JSON_REJECT_DUPLICATES, NULL);

	if (ours != NULL)
		must(json_equal(ours, theirs));
	else if (json_is_object(theirs))
		must(depth_of(theirs) > LIMIT_JSON_DEPTH);
	json_decref(theirs);
}

static void
check_line(struct span text)
{
	json_t *object = NULL, *again = NULL;
	char *line = NULL, *second = NULL;
	size_t len;
	int err = json_parse_line(text, &object);

	compare_with_jansson(text, object);
	if (err != 0)
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
