/* rpc_owner.h: the owner of a session of JSON-RPC, and what went out. */
#ifndef CAM_TEST_RPC_OWNER_H
#define CAM_TEST_RPC_OWNER_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/session.h"

/* The owner of a session, and what went out. */
struct owner {
	struct rpc_session *session;
	struct buf out;
	struct rpc_call *kept[LIMIT_RPC_CALLS + 1];
	size_t kept_count;
	int calls;
};

static inline int
handle_hello(struct rpc_call *call, json_t *params)
{
	rpc_session_greet(rpc_call_session(call));
	rpc_reply(call, json_pack("{s:i}", "protocol", RPC_VERSION));
	return 0;
}

static inline int
handle_echo(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	owner->calls++;
	rpc_reply(call, json_incref(params));
	return 0;
}

static inline int
handle_refuse(struct rpc_call *call, json_t *params)
{
	return CAM_ERR_REFUSED;
}

static inline int
handle_unpack(struct rpc_call *call, json_t *params)
{
	const char *text = NULL;

	if (json_unpack(params, "{s:s}", "text", &text) < 0)
		return CAM_ERR_REQUEST;
	rpc_reply(call, NULL);
	return 0;
}

static inline int
handle_candidates(struct rpc_call *call, json_t *params)
{
	rpc_fail_data(call, CAM_ERR_AMBIGUOUS,
	    json_pack("{s:[s,s]}", "candidates", "a@x", "a@y"),
	    "'%s' fits several", "a");
	return 0;
}

static inline int
handle_keep(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	owner->kept[owner->kept_count++] = call;
	return 0;
}

static inline int
handle_leave(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	rpc_session_free(owner->session);
	owner->session = NULL;
	assert_null(rpc_call_owner(call));
	assert_null(rpc_call_session(call));
	rpc_reply(call, NULL);
	return 0;
}

static inline int
handle_leave_refused(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	rpc_session_free(owner->session);
	owner->session = NULL;
	return CAM_ERR_REFUSED;
}

static inline int
handle_huge(struct rpc_call *call, json_t *params)
{
	char *text = xcalloc(LIMIT_RPC_LINE + 1, 1);

	memset(text, 'x', LIMIT_RPC_LINE);
	rpc_reply(call, json_pack("{s:s}", "text", text));
	free(text);
	return 0;
}

static const struct rpc_method methods[] = {
	{ RPC_HELLO, handle_hello },
	{ "test.echo", handle_echo },
	{ "test.refuse", handle_refuse },
	{ "test.unpack", handle_unpack },
	{ "test.candidates", handle_candidates },
	{ "test.keep", handle_keep },
	{ "test.leave", handle_leave },
	{ "test.leave_refused", handle_leave_refused },
	{ "test.huge", handle_huge },
	{ NULL, NULL },
};

static inline void
on_write(void *arg, const void *data, size_t len)
{
	buf_put(&((struct owner *)arg)->out, data, len);
}

static const struct rpc_session_ops ops = { .methods = methods,
	.write = on_write };

static inline void
owner_open(struct owner *owner, bool greeted)
{
	*owner = (struct owner){ 0 };
	buf_init(&owner->out, 64 * 1024 * 1024);
	owner->session = rpc_session_new(&ops, owner);
	if (greeted)
		rpc_session_greet(owner->session);
}

static inline void
owner_close(struct owner *owner)
{
	rpc_session_free(owner->session);
	buf_finish(&owner->out);
}

static inline int
feed(struct owner *owner, const char *text)
{
	return rpc_session_feed(owner->session, text, strlen(text));
}

/* What has gone out since the last call, as text. */
static inline void
assert_out(struct owner *owner, const char *expected)
{
	char *text = buf_steal_text(&owner->out);

	assert_string_equal(text, expected);
	free(text);
}

/* Feeds one line; the answer must be an error of this code, exit code and id.
 */
static inline void
assert_refused(struct owner *owner, const char *line, const char *id, int code,
    int exit_code)
{
	json_t *answer = NULL,
	       *expected = json_loads(id, JSON_DECODE_ANY, NULL);
	const char *version = NULL, *message = NULL;
	int found_code, found_exit;

	feed(owner, line);
	assert_int_equal(json_parse_line(buf_span(&owner->out), &answer), 0);
	assert_int_equal(json_unpack(answer, "{s:s, s:{s:i, s:s, s:{s:i}}}",
			     "jsonrpc", &version, "error", "code", &found_code,
			     "message", &message, "data", "exit", &found_exit),
	    0);
	assert_string_equal(version, "2.0");
	assert_true(strlen(message) > 0);
	assert_int_equal(found_code, code);
	assert_int_equal(found_exit, exit_code);
	assert_true(json_equal(json_object_get(answer, "id"), expected));
	json_decref(answer);
	json_decref(expected);
	buf_clear(&owner->out);
}

#endif
