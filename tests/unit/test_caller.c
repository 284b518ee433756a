/* test_caller.c: the asking end of JSON-RPC on a loop. */
#include "test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "rpc/caller.h"

struct side {
	struct rpc_caller *caller;
	struct buf written;
	struct buf told; /* events and answers, as text */
	bool ends;	 /* frees the caller at the next event */
};

static void
on_write(void *arg, const void *data, size_t len)
{
	struct side *side = arg;

	buf_put(&side->written, data, len);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct side *side = arg;

	buf_printf(&side->told, "%s ", event);
	if (side->ends) {
		rpc_caller_free(side->caller);
		side->caller = NULL;
	}
}

static const struct rpc_caller_ops ops = { on_write, on_event };

static void
on_answer(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct side *side = arg;

	if (err == 0)
		buf_printf(&side->told, "ok%d ",
		    (int)json_integer_value(json_object_get(result, "n")));
	else if (err == CAM_ERR_REQUEST)
		buf_printf(&side->told, "%s/%d ", error->message, error->exit);
	else
		buf_printf(&side->told, "err%d ", err);
}

static void
begin(struct side *side)
{
	*side = (struct side){ 0 };
	buf_init(&side->written, 1024 * 1024);
	buf_init(&side->told, 64 * 1024);
	side->caller = rpc_caller_new(&ops, side);
}

static void
assert_told(struct side *side, const char *wanted)
{
	buf_put_byte(&side->told, 0);
	assert_string_equal((const char *)side->told.data, wanted);
	buf_clear(&side->told);
}

static void
finish(struct side *side)
{
	rpc_caller_free(side->caller);
	buf_finish(&side->written);
	buf_finish(&side->told);
}

static int
feed(struct side *side, const char *text)
{
	return rpc_caller_feed(side->caller, text, strlen(text));
}

static void
answers_find_their_calls_in_any_order_and_pieces(void **state)
{
	static const char lines[] = "{\"id\":2,\"result\":{\"n\":2}}\n"
				    "{\"method\":\"x.y\",\"params\":{}}\n"
				    "{\"id\":1,\"result\":{\"n\":1}}\n";
	struct side side;

	begin(&side);
	rpc_caller_call(side.caller, "a", NULL, on_answer, &side);
	rpc_caller_call(side.caller, "b", NULL, on_answer, &side);
	for (size_t i = 0; i < strlen(lines); i++)
		assert_int_equal(rpc_caller_feed(side.caller, lines + i, 1), 0);
	assert_told(&side, "ok2 x.y ok1 ");
	finish(&side);
}

static void
a_request_is_one_line(void **state)
{
	struct side side;
	json_t *request;

	begin(&side);
	rpc_caller_call(side.caller, "message.send",
	    json_pack("{s:s}", "text", "a\nb"), on_answer, &side);
	assert_int_equal(side.written.data[side.written.len - 1], '\n');
	assert_ptr_equal(memchr(side.written.data, '\n', side.written.len),
	    side.written.data + side.written.len - 1);
	request = json_loadb(
	    (const char *)side.written.data, side.written.len, 0, NULL);
	assert_string_equal(
	    json_string_value(json_object_get(request, "method")),
	    "message.send");
	json_decref(request);
	finish(&side);
}

static void
what_is_refused_says_why(void **state)
{
	struct side side;

	begin(&side);
	rpc_caller_call(side.caller, "a", NULL, on_answer, &side);
	feed(&side, "{\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\","
		    "\"data\":{\"exit\":6}}}\n");
	assert_told(&side, "no/6 ");
	/* Again, and one that was never asked for. */
	feed(&side, "{\"id\":1,\"result\":{}}\n{\"id\":9,\"result\":{}}\n");
	assert_told(&side, "");
	finish(&side);
}

static void
calls_that_wait_are_told_of_the_end(void **state)
{
	struct side side;

	begin(&side);
	rpc_caller_call(side.caller, "a", NULL, on_answer, &side);
	rpc_caller_free(side.caller);
	side.caller = NULL;
	assert_told(&side, "err-17 ");
	finish(&side);
}

static void
it_may_end_inside_an_event(void **state)
{
	struct side side;

	begin(&side);
	side.ends = true;
	assert_int_equal(feed(&side, "{\"method\":\"x.y\",\"params\":{}}\n"
				     "{\"method\":\"z\",\"params\":{}}\n"),
	    0);
	assert_told(&side, "x.y ");
	finish(&side);
}

static void
what_is_no_json_or_without_end_is_an_error(void **state)
{
	struct side side;
	char *endless = xmalloc(LIMIT_RPC_LINE + 2);

	begin(&side);
	assert_int_equal(feed(&side, "hello\n"), CAM_ERR_FORMAT);
	finish(&side);
	begin(&side);
	memset(endless, ' ', LIMIT_RPC_LINE + 2);
	assert_int_equal(
	    rpc_caller_feed(side.caller, endless, LIMIT_RPC_LINE + 2),
	    CAM_ERR_LIMIT);
	finish(&side);
	free(endless);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    answers_find_their_calls_in_any_order_and_pieces),
		cmocka_unit_test(a_request_is_one_line),
		cmocka_unit_test(what_is_refused_says_why),
		cmocka_unit_test(calls_that_wait_are_told_of_the_end),
		cmocka_unit_test(it_may_end_inside_an_event),
		cmocka_unit_test(what_is_no_json_or_without_end_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
