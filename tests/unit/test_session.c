/* test_session.c: the answering end of JSON-RPC, fed in any pieces. */
#include "rpc_owner.h"
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
	struct buf line;

	owner_open(&owner, true);
	assert_int_equal(rpc_notification(EVENT_USER_LEFT,
			     span_text("{\"id\":\"x\"}"), &line),
	    0);
	rpc_notify(owner.session, buf_span(&line));
	assert_out(&owner, "{\"jsonrpc\":\"2.0\",\"method\":\"user.left\","
			   "\"params\":{\"id\":\"x\"}}\n");
	buf_finish(&line);
	owner_close(&owner);
}

static void
an_event_too_long_for_a_line_is_none(void **state)
{
	char *params = xcalloc(1, LIMIT_RPC_LINE);
	struct buf line;

	memset(params, ' ', LIMIT_RPC_LINE);
	assert_int_equal(rpc_notification(EVENT_USER_LEFT,
			     span_of(params, LIMIT_RPC_LINE), &line),
	    CAM_ERR_LIMIT);
	buf_finish(&line);
	free(params);
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
		cmocka_unit_test(an_answer_may_come_later_and_in_any_order),
		cmocka_unit_test(
		    an_answer_after_the_session_s_end_goes_nowhere),
		cmocka_unit_test(the_session_may_be_freed_by_its_handler),
		cmocka_unit_test(too_many_open_calls_are_refused),
		cmocka_unit_test(
		    an_answer_too_long_for_a_line_becomes_an_error),
		cmocka_unit_test(events_are_notifications),
		cmocka_unit_test(an_event_too_long_for_a_line_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
