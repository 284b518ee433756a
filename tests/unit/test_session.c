/* test_session.c: the answering end of JSON-RPC, fed in any pieces. */
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

static int
handle_hello(struct rpc_call *call, json_t *params)
{
	rpc_session_greet(rpc_call_session(call));
	rpc_reply(call, json_pack("{s:i}", "protocol", RPC_VERSION));
	return 0;
}

static int
handle_echo(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	owner->calls++;
	rpc_reply(call, json_incref(params));
	return 0;
}

static int
handle_refuse(struct rpc_call *call, json_t *params)
{
	return CAM_ERR_REFUSED;
}

static int
handle_unpack(struct rpc_call *call, json_t *params)
{
	const char *text = NULL;

	if (json_unpack(params, "{s:s}", "text", &text) < 0)
		return CAM_ERR_REQUEST;
	rpc_reply(call, NULL);
	return 0;
}

static int
handle_candidates(struct rpc_call *call, json_t *params)
{
	rpc_fail_data(call, CAM_ERR_AMBIGUOUS,
	    json_pack("{s:[s,s]}", "candidates", "a@x", "a@y"),
	    "'%s' fits several", "a");
	return 0;
}

static int
handle_keep(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	owner->kept[owner->kept_count++] = call;
	return 0;
}

static int
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

static int
handle_leave_refused(struct rpc_call *call, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	rpc_session_free(owner->session);
	owner->session = NULL;
	return CAM_ERR_REFUSED;
}

static int
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

static void
on_write(void *arg, const void *data, size_t len)
{
	buf_put(&((struct owner *)arg)->out, data, len);
}

static const struct rpc_session_ops ops = { .methods = methods,
	.write = on_write };

static void
owner_open(struct owner *owner, bool greeted)
{
	*owner = (struct owner){ 0 };
	buf_init(&owner->out, 64 * 1024 * 1024);
	owner->session = rpc_session_new(&ops, owner);
	if (greeted)
		rpc_session_greet(owner->session);
}

static void
owner_close(struct owner *owner)
{
	rpc_session_free(owner->session);
	buf_finish(&owner->out);
}

static int
feed(struct owner *owner, const char *text)
{
	return rpc_session_feed(owner->session, text, strlen(text));
}

/* What has gone out since the last call, as text. */
static void
assert_out(struct owner *owner, const char *expected)
{
	char *text = buf_steal_text(&owner->out);

	assert_string_equal(text, expected);
	free(text);
}

/* Feeds one line; the answer must be an error of this code, exit code and id.
 */
static void
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

/* Lets nothing in: keeps the call, to be resumed. */
static bool
admit_later(struct rpc_call *call, const char *method, json_t *params)
{
	struct owner *owner = rpc_call_owner(call);

	assert_string_equal(method, "test.echo");
	owner->kept[owner->kept_count++] = call;
	return false;
}

static void
a_call_let_in_later_is_answered_then(void **state)
{
	const struct rpc_session_ops late = {
		.methods = methods, .write = on_write, .admit = admit_later
	};
	struct owner owner = { 0 };
	json_t *params = json_pack("{s:s}", "text", "kept");

	buf_init(&owner.out, LIMIT_RPC_LINE);
	owner.session = rpc_session_new(&late, &owner);
	rpc_session_greet(owner.session);
	feed(&owner, "{\"jsonrpc\":\"2.0\",\"id\":3,"
		     "\"method\":\"test.echo\"}\n");
	assert_int_equal(owner.out.len, 0);
	assert_int_equal(owner.calls, 0);
	rpc_call_resume(owner.kept[0], params);
	assert_int_equal(owner.calls, 1);
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"id\":3,"
			   "\"result\":{\"text\":\"kept\"}}\n");
	json_decref(params);
	owner_close(&owner);
}

static void
a_request_is_answered_with_its_id(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	assert_int_equal(
	    feed(&owner,
		"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"test.echo\","
		"\"params\":{\"a\":1}}\n"),
	    0);
	assert_out(
	    &owner, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":1}}\n");
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"test.echo\"}\n");
	assert_out(
	    &owner, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}\n");
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"test.echo\"}\n");
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}\n");
	owner_close(&owner);
}

static void
before_hello_only_hello_is_heard(void **state)
{
	struct owner owner;

	owner_open(&owner, false);
	assert_refused(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\"}\n", "1",
	    -32000, cam_exit_code(CAM_ERR_VERSION));
	feed(&owner, "{\"jsonrpc\":\"2.0\",\"method\":\"test.echo\"}\n");
	assert_int_equal(owner.calls, 0);
	assert_false(rpc_session_greeted(owner.session));
	feed(&owner, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"hello\","
		     "\"params\":{}}\n");
	assert_out(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"protocol\":1}}\n");
	assert_true(rpc_session_greeted(owner.session));
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"test.echo\"}\n");
	assert_int_equal(owner.calls, 1);
	owner_close(&owner);
}

static void
a_notification_is_handled_but_never_answered(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	assert_int_equal(
	    feed(&owner, "{\"jsonrpc\":\"2.0\",\"method\":\"test.echo\"}\n"
			 "{\"jsonrpc\":\"2.0\",\"method\":\"test.refuse\"}\n"
			 "{\"jsonrpc\":\"2.0\",\"method\":\"not.there\"}\n"),
	    0);
	assert_int_equal(owner.calls, 1);
	assert_out(&owner, "");
	owner_close(&owner);
}

static void
errors_carry_code_and_exit(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	assert_refused(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.refuse\"}\n", "1",
	    -32000, 6);
	assert_refused(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.unpack\"}\n", "1",
	    -32602, 2);
	assert_refused(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"no.such\"}\n",
	    "\"q\"", -32601, 2);
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.candidates\"}\n");
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-"
			   "32000,\"message\":\"'a' "
			   "fits "
			   "several\",\"data\":{\"candidates\":[\"a@x\",\"a@"
			   "y\"],\"exit\":3}}}\n");
	owner_close(&owner);
}

static void
objects_that_are_no_requests_are_refused_and_the_session_goes_on(void **state)
{
	static const struct {
		const char *line, *id;
	} rows[] = {
		{ "{}\n", "null" },
		{ "{\"id\":1,\"method\":\"test.echo\"}\n", "1" },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"test.echo\"}\n",
		    "1" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}\n", "1" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":2}\n", "1" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\","
		  "\"params\":[]}\n",
		    "1" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"test.echo\"}\n",
		    "null" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"test.echo\"}"
		  "\n",
		    "null" },
	};
	struct owner owner;

	owner_open(&owner, true);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(&owner, rows[i].line, rows[i].id, -32600, 2);
	assert_int_equal(owner.calls, 0);
	assert_int_equal(
	    feed(&owner,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\"}\n"),
	    0);
	assert_int_equal(owner.calls, 1);
	owner_close(&owner);
}

static void
a_broken_line_or_a_batch_is_answered_and_ends_it(void **state)
{
	static const char *const lines[] = { "x\n", "[]\n",
		"{\"a\":\"\xff\"}\n", "\"hello\"\n",
		"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\"}]\n" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct owner owner;

		owner_open(&owner, true);
		assert_refused(&owner, lines[i], "null", -32700, 2);
		assert_int_equal(feed(&owner, lines[i]), CAM_ERR_FORMAT);
		owner_close(&owner);
	}
}

static void
blank_lines_are_nothing(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	assert_int_equal(feed(&owner, "\n\r\n \t\n"), 0);
	assert_out(&owner, "");
	owner_close(&owner);
}

static void
any_split_gives_the_same(void **state)
{
	static const char input[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\",\"params\":"
	    "{\"t\":\"\xe4\xbc\x9a\"}}\n"
	    "\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.refuse\"}\r\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"test.echo\"}\n";
	size_t len = sizeof input - 1;
	struct owner whole, split;

	owner_open(&whole, true);
	assert_int_equal(feed(&whole, input), 0);
	assert_int_equal(whole.calls, 2);
	for (size_t first = 0; first <= len; first++) {
		for (size_t second = first; second <= len; second += 7) {
			owner_open(&split, true);
			assert_int_equal(
			    rpc_session_feed(split.session, input, first), 0);
			assert_int_equal(rpc_session_feed(split.session,
					     input + first, second - first),
			    0);
			assert_int_equal(rpc_session_feed(split.session,
					     input + second, len - second),
			    0);
			assert_true(span_equal(
			    buf_span(&whole.out), buf_span(&split.out)));
			owner_close(&split);
		}
	}
	owner_open(&split, true);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(
		    rpc_session_feed(split.session, input + i, 1), 0);
	assert_true(span_equal(buf_span(&whole.out), buf_span(&split.out)));
	owner_close(&split);
	owner_close(&whole);
}

/* A request of exactly len bytes without its LF. */
static char *
request_of(size_t len)
{
	static const char head[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.unpack\","
	    "\"params\":{\"text\":\"";
	static const char tail[] = "\"}}";
	char *text = xcalloc(len + 2, 1);

	memset(text, 'x', len);
	memcpy(text, head, sizeof head - 1);
	memcpy(text + len - (sizeof tail - 1), tail, sizeof tail - 1);
	text[len] = '\n';
	return text;
}

static void
the_longest_line_is_taken_and_one_byte_more_is_not(void **state)
{
	for (size_t piece = 1000000; piece <= 10000000; piece *= 10) {
		for (size_t more = 0; more <= 1; more++) {
			char *text = request_of(LIMIT_RPC_LINE + more);
			size_t len = LIMIT_RPC_LINE + more + 1;
			struct owner owner;
			int err = 0;

			owner_open(&owner, true);
			for (size_t at = 0; err == 0 && at < len; at += piece) {
				size_t count =
				    len - at < piece ? len - at : piece;

				err = rpc_session_feed(
				    owner.session, text + at, count);
			}
			assert_int_equal(err, more == 0 ? 0 : CAM_ERR_LIMIT);
			assert_true(owner.out.len > 0);
			owner_close(&owner);
			free(text);
		}
	}
}

static void
an_answer_may_come_later_and_in_any_order(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.keep\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.keep\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"test.keep\"}\n");
	assert_out(&owner, "");
	rpc_reply(owner.kept[1], NULL);
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n");
	rpc_reply(owner.kept[2], json_pack("{s:b}", "ok", 1));
	assert_out(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"ok\":true}}\n");
	rpc_fail(owner.kept[0], CAM_ERR_TIMEOUT, NULL);
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-"
			   "32000,\"message\":"
			   "\"timed out\",\"data\":{\"exit\":4}}}\n");
	owner_close(&owner);
}

static void
an_answer_after_the_session_s_end_goes_nowhere(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.keep\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.keep\"}\n");
	rpc_session_free(owner.session);
	owner.session = NULL;
	assert_null(rpc_call_owner(owner.kept[0]));
	rpc_reply(owner.kept[0], json_pack("{s:i}", "a", 1));
	rpc_fail_data(owner.kept[1], CAM_ERR_UNKNOWN, json_object(), "gone");
	assert_out(&owner, "");
	owner_close(&owner);
}

static void
the_session_may_be_freed_by_its_handler(void **state)
{
	static const char *const lines[] = {
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.leave\"}\n"
		"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.echo\"}\nrest",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.leave_"
		"refused\"}\nx\n",
	};

	for (size_t i = 0; i < 2; i++) {
		struct owner owner;

		owner_open(&owner, true);
		assert_int_equal(
		    rpc_session_feed(owner.session, lines[i], 20), 0);
		assert_int_equal(rpc_session_feed(owner.session, lines[i] + 20,
				     strlen(lines[i]) - 20),
		    0);
		assert_null(owner.session);
		assert_int_equal(owner.calls, 0);
		assert_out(&owner, "");
		owner_close(&owner);
	}
}

static void
too_many_open_calls_are_refused(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	for (int i = 0; i < LIMIT_RPC_CALLS; i++)
		feed(&owner, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test."
			     "keep\"}\n");
	assert_int_equal(owner.kept_count, LIMIT_RPC_CALLS);
	assert_refused(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"test.keep\"}\n", "9",
	    -32000, cam_exit_code(CAM_ERR_FULL));
	for (int i = 0; i < LIMIT_RPC_CALLS; i++)
		rpc_reply(owner.kept[i], NULL);
	buf_clear(&owner.out);
	feed(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"test.echo\"}\n");
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\n");
	owner_close(&owner);
}

static void
an_answer_too_long_for_a_line_becomes_an_error(void **state)
{
	struct owner owner;

	owner_open(&owner, true);
	assert_refused(&owner,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.huge\"}\n", "1",
	    -32000, cam_exit_code(CAM_ERR_LIMIT));
	owner_close(&owner);
}

static void
events_are_notifications(void **state)
{
	struct owner owner;
	json_t *params = json_pack("{s:s}", "id", "x");

	owner_open(&owner, true);
	rpc_notify(owner.session, EVENT_USER_LEFT, params);
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"method\":\"user.left\","
			   "\"params\":{\"id\":\"x\"}}\n");
	assert_int_equal(params->refcount, 1);
	json_decref(params);
	owner_close(&owner);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_let_in_later_is_answered_then),
		cmocka_unit_test(a_request_is_answered_with_its_id),
		cmocka_unit_test(before_hello_only_hello_is_heard),
		cmocka_unit_test(a_notification_is_handled_but_never_answered),
		cmocka_unit_test(errors_carry_code_and_exit),
		cmocka_unit_test(
		    objects_that_are_no_requests_are_refused_and_the_session_goes_on),
		cmocka_unit_test(
		    a_broken_line_or_a_batch_is_answered_and_ends_it),
		cmocka_unit_test(blank_lines_are_nothing),
		cmocka_unit_test(any_split_gives_the_same),
		cmocka_unit_test(
		    the_longest_line_is_taken_and_one_byte_more_is_not),
		cmocka_unit_test(an_answer_may_come_later_and_in_any_order),
		cmocka_unit_test(
		    an_answer_after_the_session_s_end_goes_nowhere),
		cmocka_unit_test(the_session_may_be_freed_by_its_handler),
		cmocka_unit_test(too_many_open_calls_are_refused),
		cmocka_unit_test(
		    an_answer_too_long_for_a_line_becomes_an_error),
		cmocka_unit_test(events_are_notifications),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
