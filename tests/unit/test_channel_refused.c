/* test_channel_refused.c: an other end of a channel that breaks the rules. */
#include "channel_ends.h"

/* -- an other end that breaks the rules --------------------------------------
 */

/* A frame as text: for payloads without a NUL. */
static void
put(struct buf *wire, enum frame_type type, uint16_t stream,
    struct span payload)
{
	struct frame frame = { type, stream, payload };
	uint8_t header[FRAME_HEADER_SIZE];

	frame_header(&frame, header);
	buf_put(wire, header, sizeof(header));
	buf_put_span(wire, payload);
}

static void
put_number(
    struct buf *wire, enum frame_type type, uint16_t stream, uint32_t number)
{
	uint8_t bytes[FRAME_NUMBER_SIZE];

	fields_write(bytes, number, sizeof(bytes));
	put(wire, type, stream, span_of(bytes, sizeof(bytes)));
}

static void
put_json(struct buf *wire, const char *text)
{
	put(wire, FRAME_JSON_END, 0, span_text(text));
}

/* one is fed what lies on the wire of other, whose own channel sleeps. */
static void
assert_ends(int err, const char *wanted)
{
	const char *problem = NULL;

	assert_int_equal(channel_feed(one.channel, other.wire.data,
			     other.wire.len, &problem),
	    err);
	assert_string_equal(problem, wanted);
	/* And nothing more, for good. */
	one.events_count = 0;
	buf_clear(&other.wire);
	put_json(&other.wire, "{\"jsonrpc\":\"2.0\",\"method\":\"a\"}");
	assert_int_equal(channel_feed(one.channel, other.wire.data,
			     other.wire.len, &problem),
	    err);
	assert_int_equal(one.events_count, 0);
	assert_int_equal(
	    channel_notify(one.channel, "a", NULL), CAM_ERR_CLOSED);
	end_take(&one, TAKE);
	assert_int_equal(one.wire.len, 0);
	close_both(NULL);
	open_both(NULL);
}

static void
bytes_that_are_no_frames_end_it(void **state)
{
	buf_put_text(&other.wire, "GET / HTTP/1.1\r\n\r\n");
	assert_ends(CAM_ERR_FORMAT, "no frame of cam/1");
	buf_put(&other.wire, "\4\0\0\2\0\1\0\0", 8);
	assert_ends(CAM_ERR_LIMIT, "a frame is too long");
}

static void
json_that_is_no_call_ends_it(void **state)
{
	static const struct {
		const char *text;
		const char *problem;
	} rows[] = {
		{ "x", "no JSON object in UTF-8" },
		{ "[]", "no JSON object in UTF-8" },
		{ "{\"a\":\"\xff\"}", "no JSON object in UTF-8" },
		{ "{\"a\":1,\"a\":2}", "no JSON object in UTF-8" },
		{ "{}", "no JSON-RPC 2.0" },
		{ "{\"jsonrpc\":\"1.0\",\"method\":\"a\"}", "no JSON-RPC 2.0" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":1}", "no JSON-RPC 2.0" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":\"1\"}",
		    "no JSON-RPC 2.0" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[]}",
		    "a request with a strange method or parameters" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":0}",
		    "a request with an id that is not the next" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":-5}",
		    "a request with an id that is not the next" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}",
		    "JSON that is neither a request nor an answer" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
		    "JSON that is neither a request nor an answer" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":1}",
		    "JSON that is neither a request nor an answer" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
		    "an answer that nobody waits for" },
		{ "{\"jsonrpc\":\"2.0\",\"result\":{}}",
		    "an answer that nobody waits for" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_json(&other.wire, rows[i].text);
		assert_ends(CAM_ERR_FORMAT, rows[i].problem);
	}
}

static void
json_that_is_nested_too_deep_ends_it(void **state)
{
	static const size_t depths[] = { 33, 1000, 7000 };
	struct buf text;

	for (size_t at = 0; at < sizeof(depths) / sizeof(depths[0]); at++) {
		size_t depth = depths[at];

		buf_init(&text, FRAME_PAYLOAD_MAX);
		buf_put_text(&text, "{\"jsonrpc\":\"2.0\",\"method\":\"a\","
				    "\"params\":{\"b\":");
		for (size_t i = 0; i < depth; i++)
			buf_put_byte(&text, '[');
		for (size_t i = 0; i < depth; i++)
			buf_put_byte(&text, ']');
		buf_put_text(&text, "}}");
		buf_put_byte(&text, '\0');
		put_json(&other.wire, (const char *)text.data);
		assert_ends(CAM_ERR_FORMAT, "no JSON object in UTF-8");
		buf_finish(&text);
	}
}

static void
an_id_comes_only_once(void **state)
{
	for (int i = 0; i < 2; i++)
		put_json(&other.wire,
		    "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":7}");
	assert_ends(
	    CAM_ERR_FORMAT, "a request with an id that is not the next");
}

static void
an_answer_comes_only_once(void **state)
{
	struct answer answer = { 0 };

	channel_call(one.channel, "a", NULL, on_done, &answer);
	for (int i = 0; i < 2; i++)
		put_json(&other.wire,
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
	assert_ends(CAM_ERR_FORMAT, "an answer that nobody waits for");
	assert_int_equal(answer.count, 1);
	json_decref(answer.result);
}

static void
an_error_we_do_not_know_is_a_refusal(void **state)
{
	static const char *const errors[] = { "{}", "{\"code\":-32601}",
		"{\"code\":1}", "{\"code\":-32000}",
		"{\"code\":-32021,\"message\":5}",
		"{\"code\":9223372036854775807}", "{\"code\":\"x\"}" };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct answer answer = { 0 };
		const char *problem = NULL;
		char text[128];

		channel_call(one.channel, "a", NULL, on_done, &answer);
		snprintf(text, sizeof(text),
		    "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"error\":%s}", i + 1,
		    errors[i]);
		put_json(&other.wire, text);
		assert_int_equal(channel_feed(one.channel, other.wire.data,
				     other.wire.len, &problem),
		    0);
		buf_clear(&other.wire);
		assert_int_equal(answer.err, CAM_ERR_REFUSED);
	}
}

static void
a_json_object_without_end_ends_it(void **state)
{
	for (int i = 0; i < 17; i++)
		put(&other.wire, FRAME_JSON, 0, item_of(FRAME_PAYLOAD_MAX));
	assert_ends(CAM_ERR_LIMIT, "a JSON object is too long");
}

static void
too_many_requests_at_once_end_it(void **state)
{
	char text[128];

	one.keeps_calls = true;
	for (int i = 1; i <= CHANNEL_CALLS_MAX + 1; i++) {
		snprintf(text, sizeof(text),
		    "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":%d}", i);
		put_json(&other.wire, text);
	}
	assert_ends(CAM_ERR_LIMIT, "too many requests at once");
}

static void
who_asks_without_taking_the_answers_is_ended(void **state)
{
	char *text = xcalloc(12001, 1), *request = NULL;
	const char *problem = NULL;
	int err = 0, count = 0;

	memset(text, 'x', 12000);
	while (err == 0 && count++ < 1000) {
		request = xasprintf("{\"jsonrpc\":\"2.0\",\"method\":\"a\","
				    "\"id\":%d,\"params\":{\"t\":\"%s\"}}",
		    count, text);
		buf_clear(&other.wire);
		put_json(&other.wire, request);
		err = channel_feed(
		    one.channel, other.wire.data, other.wire.len, &problem);
		free(request);
	}
	assert_int_equal(err, CAM_ERR_FULL);
	assert_string_equal(problem, "it asks and does not take the answers");
	assert_true(count <= CHANNEL_JSON_QUEUE / 12000 + 1);
	free(text);
}

static void
a_stream_number_is_used_once_and_by_its_side(void **state)
{
	put(&other.wire, FRAME_OPEN, 1, span_text("a"));
	assert_ends(
	    CAM_ERR_FORMAT, "a stream with a number that is not the next");
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	assert_ends(
	    CAM_ERR_FORMAT, "a stream with a number that is not the next");
	put(&other.wire, FRAME_OPEN, 8, span_text("a"));
	put(&other.wire, FRAME_OPEN, 6, span_text("a"));
	assert_ends(
	    CAM_ERR_FORMAT, "a stream with a number that is not the next");
	put(&other.wire, FRAME_DATA, 2, span_text("a"));
	assert_ends(CAM_ERR_FORMAT, "a stream that was never opened");
	put(&other.wire, FRAME_DATA, 1, span_text("a"));
	assert_ends(CAM_ERR_FORMAT, "a stream that was never opened");
	put_number(&other.wire, FRAME_CREDIT, 4, 1);
	assert_ends(CAM_ERR_FORMAT, "a stream that was never opened");
	put_number(&other.wire, FRAME_CLOSE, 3, 1);
	assert_ends(CAM_ERR_FORMAT, "a stream that was never opened");
}

static void
too_many_streams_end_it(void **state)
{
	for (uint16_t i = 1; i <= CHANNEL_STREAMS_MAX + 1; i++)
		put(&other.wire, FRAME_OPEN, 2 * i, span_text("a"));
	assert_ends(CAM_ERR_LIMIT, "too many streams at once");
	/* Refused ones count until the other end has let go of them. */
	one.refusal = CAM_ERR_REFUSED;
	for (uint16_t i = 1; i <= CHANNEL_STREAMS_MAX + 1; i++)
		put(&other.wire, FRAME_OPEN, 2 * i, span_text("a"));
	assert_ends(CAM_ERR_LIMIT, "too many streams at once");
}

/* What both have closed is no more, even where something of it was still to be
 * told. */
static void
a_stream_that_both_have_closed_makes_room_at_once(void **state)
{
	const char *problem = NULL;

	for (uint16_t i = 1; i <= CHANNEL_STREAMS_MAX; i++)
		put(&other.wire, FRAME_OPEN, 2 * i, span_text("a"));
	assert_int_equal(channel_feed(one.channel, other.wire.data,
			     other.wire.len, &problem),
	    0);
	channel_close(one.channel, 2, 0);
	end_take(&one, TAKE);
	channel_close(one.channel, 2, CAM_ERR_TIMEOUT);
	buf_clear(&other.wire);
	put_number(&other.wire, FRAME_CLOSE, 2, 0);
	put(&other.wire, FRAME_OPEN, 2 * CHANNEL_STREAMS_MAX + 2,
	    span_text("a"));
	assert_int_equal(channel_feed(one.channel, other.wire.data,
			     other.wire.len, &problem),
	    0);
	assert_int_equal(told_count(&one, TOLD_OPEN), CHANNEL_STREAMS_MAX + 1);
	buf_clear(&one.wire);
	end_take(&one, TAKE);
	assert_int_equal(one.wire.len, 0);
}

static void
bytes_without_credit_end_it(void **state)
{
	one.is_slow = true;
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	for (int i = 0; i < CHANNEL_WINDOW / FRAME_PAYLOAD_MAX; i++)
		put(&other.wire, FRAME_END, 2, item_of(FRAME_PAYLOAD_MAX));
	put(&other.wire, FRAME_END, 2, item_of(1));
	assert_ends(CAM_ERR_LIMIT, "more bytes than it has credit for");
	/* Also on a stream that was refused. */
	one.refusal = CAM_ERR_REFUSED;
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	for (int i = 0; i < CHANNEL_WINDOW / FRAME_PAYLOAD_MAX; i++)
		put(&other.wire, FRAME_DATA, 2, item_of(FRAME_PAYLOAD_MAX));
	put(&other.wire, FRAME_DATA, 2, item_of(1));
	assert_ends(CAM_ERR_LIMIT, "more bytes than it has credit for");
}

static void
an_item_without_end_ends_it(void **state)
{
	const char *problem = NULL;
	int err = 0;
	size_t sent = 0;

	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	/* Polite as to credit: ours is taken out after each frame. */
	while (err == 0 && sent < 2 * (size_t)CHANNEL_ITEM_MAX) {
		put(&other.wire, FRAME_DATA, 2, item_of(FRAME_PAYLOAD_MAX));
		sent += FRAME_PAYLOAD_MAX;
		err = channel_feed(
		    one.channel, other.wire.data, other.wire.len, &problem);
		buf_clear(&other.wire);
		buf_clear(&one.wire);
		end_take(&one, TAKE);
	}
	assert_int_equal(err, CAM_ERR_LIMIT);
	assert_string_equal(problem, "an item is too long");
	assert_int_equal(sent, CHANNEL_ITEM_MAX + FRAME_PAYLOAD_MAX);
}

static void
who_has_broken_off_is_told_nothing_more(void **state)
{
	uint16_t stream = opened("a", CHANNEL_BULK);
	const char *problem = NULL;

	send_item(stream, 100);
	put_number(&other.wire, FRAME_CLOSE, stream, 0);
	put_number(&other.wire, FRAME_CLOSE, stream, 9);
	assert_int_equal(channel_feed(one.channel, other.wire.data,
			     FRAME_HEADER_SIZE + FRAME_NUMBER_SIZE, &problem),
	    0);
	assert_int_equal(told_count(&one, TOLD_CLOSE), 1);
	channel_close(one.channel, stream, CAM_ERR_TIMEOUT);
	assert_int_equal(
	    channel_feed(one.channel, other.wire.data + other.wire.len / 2,
		other.wire.len / 2, &problem),
	    0);
	assert_int_equal(told_count(&one, TOLD_CLOSE), 1);
	buf_clear(&other.wire);
}

static void
strange_credit_ends_it(void **state)
{
	uint16_t stream = opened("a", CHANNEL_BULK);

	put_number(&other.wire, FRAME_CREDIT, stream, 1);
	assert_ends(CAM_ERR_LIMIT, "more credit than there is");
	stream = opened("a", CHANNEL_BULK);
	send_item(stream, 100);
	end_take(&one, TAKE);
	buf_clear(&one.wire);
	put_number(&other.wire, FRAME_CREDIT, stream, 100);
	put_number(&other.wire, FRAME_CREDIT, stream, UINT32_MAX);
	assert_ends(CAM_ERR_LIMIT, "more credit than there is");
	stream = opened("a", CHANNEL_BULK);
	put_number(&other.wire, FRAME_CREDIT, stream, 0);
	assert_ends(CAM_ERR_LIMIT, "more credit than there is");
}

static void
strange_ends_of_streams_end_it(void **state)
{
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	put_number(&other.wire, FRAME_CLOSE, 2, 0);
	put(&other.wire, FRAME_END, 2, span_text("a"));
	assert_ends(CAM_ERR_FORMAT, "bytes on a stream that is closed");
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	put_number(&other.wire, FRAME_CLOSE, 2, 0);
	put_number(&other.wire, FRAME_CLOSE, 2, 0);
	assert_ends(CAM_ERR_FORMAT, "a stream is closed twice");
	put(&other.wire, FRAME_OPEN, 2, span_text("a"));
	put(&other.wire, FRAME_DATA, 2, span_text("a"));
	put_number(&other.wire, FRAME_CLOSE, 2, 0);
	assert_ends(CAM_ERR_FORMAT, "a stream ends within an item");
}

static void
a_strange_reason_is_a_refusal(void **state)
{
	uint16_t stream = opened("a", CHANNEL_BULK);
	const char *problem = NULL;

	put_number(&other.wire, FRAME_CLOSE, stream, 0x80000000);
	assert_int_equal(channel_feed(one.channel, other.wire.data,
			     other.wire.len, &problem),
	    0);
	assert_int_equal(told(&one, TOLD_CLOSE, 0)->err, CAM_ERR_REFUSED);
}

/* Every stream that may be opened, each filled as far as credit goes, without
 * an end. */
static void
what_is_kept_stays_under_its_bound(void **state)
{
	const char *problem = NULL;
	size_t credit[CHANNEL_STREAMS_MAX + 1], most = 0;
	bool is_moving = true;

	one.is_slow = true;
	for (uint16_t i = 1; i <= CHANNEL_STREAMS_MAX; i++) {
		put(&other.wire, FRAME_OPEN, 2 * i, span_text("a"));
		credit[i] = CHANNEL_WINDOW;
	}
	while (is_moving) {
		size_t at = 0;

		is_moving = false;
		for (uint16_t i = 1; i <= CHANNEL_STREAMS_MAX; i++) {
			/* The bound of an item: here an item ends. */
			if (credit[i] < FRAME_PAYLOAD_MAX)
				continue;
			is_moving = true;
			credit[i] -= FRAME_PAYLOAD_MAX;
			put(&other.wire,
			    random_below(600) == 0 ? FRAME_END : FRAME_DATA,
			    2 * i, item_of(FRAME_PAYLOAD_MAX));
		}
		if (channel_feed(one.channel, other.wire.data, other.wire.len,
			&problem) != 0) {
			assert_string_equal(problem, "an item is too long");
			break;
		}
		buf_clear(&other.wire);
		if (channel_kept(one.channel) > most)
			most = channel_kept(one.channel);
		buf_clear(&one.wire);
		end_take(&one, TAKE);
		while (at < one.wire.len) {
			struct frame frame = frame_at(&one.wire, &at);

			if (frame.type == FRAME_CREDIT)
				credit[frame.stream / 2] +=
				    frame_number(&frame);
		}
	}
	assert_true(most <= CHANNEL_KEPT_MAX);
	assert_true(most >= CHANNEL_STREAMS_MAX * CHANNEL_WINDOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_that_are_no_frames_end_it),
		TEST(json_that_is_no_call_ends_it),
		TEST(json_that_is_nested_too_deep_ends_it),
		TEST(an_id_comes_only_once),
		TEST(an_answer_comes_only_once),
		TEST(an_error_we_do_not_know_is_a_refusal),
		TEST(a_json_object_without_end_ends_it),
		TEST(too_many_requests_at_once_end_it),
		TEST(who_asks_without_taking_the_answers_is_ended),
		TEST(a_stream_number_is_used_once_and_by_its_side),
		TEST(too_many_streams_end_it),
		TEST(a_stream_that_both_have_closed_makes_room_at_once),
		TEST(bytes_without_credit_end_it),
		TEST(an_item_without_end_ends_it),
		TEST(who_has_broken_off_is_told_nothing_more),
		TEST(strange_credit_ends_it),
		TEST(strange_ends_of_streams_end_it),
		TEST(a_strange_reason_is_a_refusal),
		TEST(what_is_kept_stays_under_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
