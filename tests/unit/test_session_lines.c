/* test_session_lines.c: what a session is fed: in pieces, too long, too deep,
 * and no request at all. */
#include "rpc_owner.h"

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
what_is_nested_too_deep_is_refused_before_hello(void **state)
{
	enum { DEPTH = 100000 };
	struct owner owner;
	struct buf line;

	buf_init(&line, LIMIT_RPC_LINE);
	buf_put_text(&line,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
	    "\"params\":");
	for (int i = 0; i < DEPTH; i++)
		buf_put_text(&line, "{\"a\":");
	buf_put_byte(&line, '1');
	for (int i = 0; i <= DEPTH; i++)
		buf_put_byte(&line, '}');
	buf_put(&line, "\n", 2);
	owner_open(&owner, false);
	assert_refused(&owner, (const char *)line.data, "null", -32700, 2);
	assert_false(rpc_session_greeted(owner.session));
	assert_int_equal(feed(&owner, (const char *)line.data), CAM_ERR_FORMAT);
	owner_close(&owner);
	buf_finish(&line);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    objects_that_are_no_requests_are_refused_and_the_session_goes_on),
		cmocka_unit_test(
		    a_broken_line_or_a_batch_is_answered_and_ends_it),
		cmocka_unit_test(
		    what_is_nested_too_deep_is_refused_before_hello),
		cmocka_unit_test(blank_lines_are_nothing),
		cmocka_unit_test(any_split_gives_the_same),
		cmocka_unit_test(
		    the_longest_line_is_taken_and_one_byte_more_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
