/* test_channel.c: calls and streams between two channels, and what is refused
 * from an other end that breaks the rules. */
#include "test.h"

#include <stdlib.h>

#include "base/fields.h"
#include "base/random.h"
#include "channel_pair.h"

enum { TAKE = 16384, PIECE = 65536 };

static struct end one, other;

static int
open_both(void **state)
{
	end_open(&one, true);
	end_open(&other, false);
	return 0;
}

static int
close_both(void **state)
{
	end_close(&one);
	end_close(&other);
	return 0;
}

static void
run(void)
{
	assert_int_equal(pump(&one, &other, TAKE, PIECE), 0);
}

static uint16_t
opened(const char *kind, enum channel_urgency urgency)
{
	uint16_t stream = 0;

	assert_int_equal(channel_open(one.channel, kind, urgency, &stream), 0);
	return stream;
}

/* Bytes that differ, in one piece of memory for all. */
static struct span
item_of(size_t len)
{
	static uint8_t bytes[CHANNEL_ITEM_MAX + 1];

	if (bytes[0] == 0) {
		random_bytes(bytes, sizeof(bytes));
		bytes[0] = 1;
	}
	return span_of(bytes, len);
}

static void
send_item(uint16_t stream, size_t len)
{
	assert_int_equal(channel_send(one.channel, stream, item_of(len)), 0);
}

/* -- calls -------------------------------------------------------------------
 */

struct answer {
	int count;
	int err;
	json_t *result;
	char message[64];
};

static void
on_done(void *arg, int err, json_t *result, const char *message)
{
	struct answer *answer = arg;

	answer->count++;
	answer->err = err;
	json_decref(answer->result);
	answer->result = json_incref(result);
	strncpy(answer->message, message != NULL ? message : "", 63);
}

static void
a_call_gets_its_result_and_an_error_its_words(void **state)
{
	struct answer answers[2] = { 0 };

	assert_int_equal(
	    channel_call(one.channel, "echo",
		json_pack("{s:s}", "a", "\xe4\xbc\x9a"), on_done, &answers[0]),
	    0);
	assert_int_equal(
	    channel_call(other.channel, "fail", NULL, on_done, &answers[1]), 0);
	assert_int_equal(answers[0].count, 0);
	run();
	assert_int_equal(answers[0].count, 1);
	assert_int_equal(answers[0].err, 0);
	assert_string_equal(
	    json_string_value(json_object_get(answers[0].result, "a")),
	    "\xe4\xbc\x9a");
	assert_int_equal(answers[1].count, 1);
	assert_int_equal(answers[1].err, CAM_ERR_KEY);
	assert_string_equal(answers[1].message, "another key");
	json_decref(answers[0].result);
}

static void
a_notification_is_told_and_never_answered(void **state)
{
	assert_int_equal(
	    channel_notify(one.channel, "note", json_pack("{s:i}", "a", 1)), 0);
	run();
	assert_int_equal(told_count(&other, TOLD_REQUEST), 1);
	assert_int_equal(told(&other, TOLD_REQUEST, 0)->id, 0);
	assert_int_equal(other.wire.len, 0);
	assert_int_equal(other.woken, 0);
}

static void
answers_may_come_in_any_order(void **state)
{
	struct answer answers[3] = { 0 };

	other.keeps_calls = true;
	for (int i = 0; i < 3; i++)
		channel_call(one.channel, "later", NULL, on_done, &answers[i]);
	run();
	channel_reply(other.channel, told(&other, TOLD_REQUEST, 2)->id,
	    json_pack("{s:i}", "n", 2));
	channel_reply(other.channel, told(&other, TOLD_REQUEST, 0)->id, NULL);
	/* A second answer to the same goes nowhere. */
	channel_fail(other.channel, told(&other, TOLD_REQUEST, 0)->id,
	    CAM_ERR_FULL, NULL);
	run();
	assert_int_equal(answers[0].count, 1);
	assert_int_equal(answers[0].err, 0);
	assert_int_equal(answers[1].count, 0);
	assert_int_equal(answers[2].count, 1);
	channel_fail(other.channel, told(&other, TOLD_REQUEST, 1)->id,
	    CAM_ERR_FULL, NULL);
	run();
	assert_int_equal(answers[1].err, CAM_ERR_FULL);
	assert_string_equal(answers[1].message, cam_strerror(CAM_ERR_FULL));
	for (int i = 0; i < 3; i++)
		json_decref(answers[i].result);
}

static void
calls_without_an_answer_hear_of_the_end(void **state)
{
	struct answer answer = { 0 };
	struct end lonely;

	end_open(&lonely, true);
	channel_call(lonely.channel, "echo", NULL, on_done, &answer);
	end_close(&lonely);
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.err, CAM_ERR_CLOSED);
}

static void
too_many_calls_and_too_long_ones_are_refused_here(void **state)
{
	struct answer answer = { 0 };
	char *text = xcalloc(CHANNEL_JSON_MAX + 1, 1);

	memset(text, 'x', CHANNEL_JSON_MAX);
	assert_int_equal(channel_call(one.channel, "a",
			     json_pack("{s:s}", "t", text), on_done, &answer),
	    CAM_ERR_LIMIT);
	other.keeps_calls = true;
	for (int i = 0; i < CHANNEL_CALLS_MAX; i++)
		assert_int_equal(
		    channel_call(one.channel, "a", NULL, on_done, &answer), 0);
	assert_int_equal(channel_call(one.channel, "a", NULL, on_done, &answer),
	    CAM_ERR_FULL);
	assert_int_equal(channel_notify(one.channel, "a", NULL), 0);
	run();
	assert_int_equal(
	    told_count(&other, TOLD_REQUEST), CHANNEL_CALLS_MAX + 1);
	for (int i = 0; i < CHANNEL_CALLS_MAX; i++)
		channel_reply(other.channel,
		    told(&other, TOLD_REQUEST, (size_t)i)->id, NULL);
	run();
	assert_int_equal(answer.count, CHANNEL_CALLS_MAX);
	json_decref(answer.result);
	free(text);
}

static void
what_waits_to_be_said_is_bounded(void **state)
{
	char *text = xcalloc(CHANNEL_JSON_MAX - 100 + 1, 1);
	int err = 0, count = 0;

	memset(text, 'x', CHANNEL_JSON_MAX - 100);
	while (err == 0 && count++ < 1000)
		err = channel_notify(
		    one.channel, "a", json_pack("{s:s}", "t", text));
	assert_int_equal(err, CAM_ERR_FULL);
	assert_true(count <= CHANNEL_JSON_QUEUE / (CHANNEL_JSON_MAX - 100));
	run();
	assert_int_equal(told_count(&other, TOLD_REQUEST), count - 1);
	free(text);
}

static void
an_answer_that_is_too_long_becomes_an_error(void **state)
{
	struct answer answer = { 0 };
	char *text = xcalloc(CHANNEL_JSON_MAX + 1, 1);

	memset(text, 'x', CHANNEL_JSON_MAX);
	other.keeps_calls = true;
	channel_call(one.channel, "a", NULL, on_done, &answer);
	run();
	channel_reply(other.channel, told(&other, TOLD_REQUEST, 0)->id,
	    json_pack("{s:s}", "t", text));
	run();
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.err, CAM_ERR_LIMIT);
	free(text);
}

/* -- streams -----------------------------------------------------------------
 */

static void
items_of_any_size_arrive_whole_and_in_order(void **state)
{
	static const size_t sizes[] = { 1, 2, 16375, 16376, 16377, 16384, 16385,
		CHANNEL_WINDOW - 1, CHANNEL_WINDOW, CHANNEL_WINDOW + 1, 1000000,
		CHANNEL_ITEM_MAX, 3 };
	static const size_t ways[][2] = { { TAKE, PIECE }, { TAKE, 1021 },
		{ CHANNEL_TAKE_MIN, PIECE }, { 100000, 17000 }, { 1000, 7 } };
	size_t count = sizeof(sizes) / sizeof(sizes[0]);

	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		uint16_t stream = opened("things", CHANNEL_BULK);

		other.events_count = one.events_count = 0;
		for (size_t i = 0; i < count; i++) {
			if (channel_send(one.channel, stream,
				item_of(sizes[i])) == CAM_ERR_FULL) {
				assert_int_equal(
				    pump(&one, &other, ways[way][0],
					ways[way][1]),
				    0);
				send_item(stream, sizes[i]);
			}
		}
		assert_int_equal(
		    pump(&one, &other, ways[way][0], ways[way][1]), 0);
		assert_int_equal(told_count(&other, TOLD_ITEM), count);
		for (size_t i = 0; i < count; i++) {
			const struct event *event = told(&other, TOLD_ITEM, i);

			assert_int_equal(event->len, sizes[i]);
			assert_true(event->sum == sum_of(item_of(sizes[i])));
		}
		assert_int_equal(channel_queued(one.channel, stream), 0);
		assert_int_equal(channel_kept(other.channel), 0);
		channel_close(one.channel, stream, 0);
		run();
	}
}

static void
a_stream_says_what_it_is_and_both_ends_may_open(void **state)
{
	uint16_t stream = 0;

	assert_int_equal(opened("envelopes", CHANNEL_URGENT), 1);
	assert_int_equal(
	    channel_open(other.channel, "files", CHANNEL_BULK, &stream), 0);
	assert_int_equal(stream, 2);
	run();
	assert_true(
	    told(&other, TOLD_OPEN, 0)->sum == sum_of(span_text("envelopes")));
	assert_int_equal(told(&other, TOLD_OPEN, 0)->stream, 1);
	assert_true(
	    told(&one, TOLD_OPEN, 0)->sum == sum_of(span_text("files")));
	/* And back on the same. */
	assert_int_equal(channel_send(other.channel, 1, item_of(5)), 0);
	assert_int_equal(channel_send(one.channel, 2, item_of(6)), 0);
	run();
	assert_int_equal(told(&one, TOLD_ITEM, 0)->len, 5);
	assert_int_equal(told(&other, TOLD_ITEM, 0)->len, 6);
}

static void
a_slow_reader_stops_its_writer_and_nobody_else(void **state)
{
	uint16_t slow = opened("slow", CHANNEL_BULK);
	uint16_t quick = 0;
	size_t count = 0;

	other.is_slow = true;
	for (int i = 0; i < 100; i++)
		send_item(slow, 10000);
	run();
	count = told_count(&other, TOLD_ITEM);
	assert_int_equal(count, CHANNEL_WINDOW / 10000);
	assert_int_equal(
	    channel_queued(one.channel, slow), 1000000 - CHANNEL_WINDOW);
	assert_int_equal(channel_kept(other.channel), CHANNEL_WINDOW);
	other.is_slow = false;
	quick = opened("quick", CHANNEL_BULK);
	for (int i = 0; i < 100; i++)
		send_item(quick, 10000);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), count + 100);
	for (size_t i = 0; i < count; i++)
		channel_credit(other.channel, slow, 10000);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), 200);
	assert_int_equal(channel_queued(one.channel, slow), 0);
}

static void
items_over_the_window_wait_for_each_other_and_all_arrive(void **state)
{
	uint16_t streams[5];

	for (int i = 0; i < 5; i++) {
		streams[i] = opened("large", CHANNEL_BULK);
		send_item(streams[i], 3000000 + (size_t)i);
	}
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(told(&other, TOLD_ITEM, i)->sum ==
			    sum_of(item_of(told(&other, TOLD_ITEM, i)->len)));
	assert_int_equal(channel_kept(other.channel), 0);
}

static void
large_items_nobody_deals_with_stop_at_their_number(void **state)
{
	other.is_slow = true;
	for (int i = 0; i < 5; i++) {
		uint16_t stream = opened("large", CHANNEL_BULK);

		send_item(stream, 3000000);
		send_item(stream, 3000000);
		run();
	}
	assert_int_equal(told_count(&other, TOLD_ITEM), CHANNEL_LARGE_MAX);
	assert_true(
	    channel_kept(other.channel) <= 2 * 3000000 + 5 * CHANNEL_WINDOW);
	/* Who breaks one off makes room for another. */
	channel_close(one.channel, 1, CAM_ERR_TIMEOUT);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), CHANNEL_LARGE_MAX + 1);
	/* And who deals with one. */
	channel_credit(other.channel, 3, 3000000);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), CHANNEL_LARGE_MAX + 2);
}

static void
closing_sends_what_is_queued_first(void **state)
{
	uint16_t stream = opened("things", CHANNEL_BULK);

	send_item(stream, 1000000);
	channel_close(one.channel, stream, 0);
	assert_int_equal(
	    channel_send(one.channel, stream, item_of(1)), CAM_ERR_CLOSED);
	run();
	assert_int_equal(told(&other, TOLD_ITEM, 0)->len, 1000000);
	assert_int_equal(told(&other, TOLD_CLOSE, 0)->err, 0);
	assert_int_equal(told(&one, TOLD_CLOSE, 0)->err, 0);
	assert_int_equal(
	    channel_send(other.channel, stream, item_of(1)), CAM_ERR_CLOSED);
}

static void
breaking_off_drops_what_is_queued(void **state)
{
	uint16_t stream = opened("things", CHANNEL_BULK);
	uint8_t bytes[TAKE];
	const char *problem = NULL;
	size_t len = 0;

	send_item(stream, 1000000);
	send_item(stream, 10);
	for (int i = 0; i < 3; i++) {
		len = channel_take(one.channel, bytes, sizeof(bytes));
		assert_int_equal(
		    channel_feed(other.channel, bytes, len, &problem), 0);
	}
	assert_true(channel_kept(other.channel) > 0);
	channel_close(one.channel, stream, CAM_ERR_TIMEOUT);
	assert_int_equal(channel_queued(one.channel, stream), 0);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), 0);
	assert_int_equal(told(&other, TOLD_CLOSE, 0)->err, CAM_ERR_TIMEOUT);
	assert_int_equal(channel_kept(other.channel), 0);
	/* Who broke it off knows. */
	assert_int_equal(told_count(&one, TOLD_CLOSE), 0);
}

static void
a_refused_stream_keeps_nothing_and_its_sender_is_told(void **state)
{
	uint16_t stream = opened("strange", CHANNEL_BULK);

	other.refusal = CAM_ERR_UNSUPPORTED;
	send_item(stream, CHANNEL_WINDOW);
	end_take(&one, TAKE);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), 0);
	assert_int_equal(told(&one, TOLD_CLOSE, 0)->err, CAM_ERR_UNSUPPORTED);
	assert_int_equal(channel_kept(other.channel), 0);
	assert_int_equal(
	    channel_send(one.channel, stream, item_of(1)), CAM_ERR_CLOSED);
}

static void
both_may_break_off_at_once(void **state)
{
	uint16_t stream = opened("things", CHANNEL_BULK);

	run();
	send_item(stream, 100000);
	channel_send(other.channel, stream, item_of(100000));
	channel_close(one.channel, stream, CAM_ERR_TIMEOUT);
	channel_close(other.channel, stream, CAM_ERR_FULL);
	run();
	assert_int_equal(told_count(&one, TOLD_CLOSE), 0);
	assert_int_equal(told_count(&other, TOLD_CLOSE), 0);
	/* Also after a proper end of one direction. */
	stream = opened("things", CHANNEL_BULK);
	run();
	channel_close(one.channel, stream, 0);
	channel_close(other.channel, stream, CAM_ERR_FULL);
	run();
	assert_int_equal(told(&one, TOLD_CLOSE, 0)->err, CAM_ERR_FULL);
}

static void
streams_end_and_make_room_until_the_numbers_do(void **state)
{
	uint16_t stream = 0;
	int err = 0, count = 0;

	for (int i = 0; i < CHANNEL_STREAMS_MAX; i++)
		opened("things", CHANNEL_BULK);
	assert_int_equal(
	    channel_open(one.channel, "more", CHANNEL_BULK, &stream),
	    CAM_ERR_FULL);
	for (uint16_t i = 0; i < CHANNEL_STREAMS_MAX; i++)
		channel_close(one.channel, 2 * i + 1, i % 2 ? 0 : CAM_ERR_FULL);
	run();
	while (err == 0) {
		one.events_count = other.events_count = 0;
		err =
		    channel_open(one.channel, "things", CHANNEL_BULK, &stream);
		if (err == 0) {
			count++;
			channel_close(
			    one.channel, stream, count % 3 ? 0 : CAM_ERR_FULL);
			run();
		}
	}
	assert_int_equal(err, CAM_ERR_FULL);
	assert_int_equal(count, 32768 - CHANNEL_STREAMS_MAX);
	assert_int_equal(stream, UINT16_MAX);
}

static void
a_full_queue_tells_when_it_has_room(void **state)
{
	uint16_t stream = opened("things", CHANNEL_BULK);

	assert_int_equal(
	    channel_send(one.channel, stream, item_of(CHANNEL_ITEM_MAX + 1)),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    channel_send(one.channel, stream, item_of(0)), CAM_ERR_LIMIT);
	send_item(stream, CHANNEL_ITEM_MAX);
	assert_int_equal(
	    channel_send(one.channel, stream, item_of(1)), CAM_ERR_FULL);
	assert_int_equal(told_count(&one, TOLD_DRAINED), 0);
	run();
	assert_int_equal(told_count(&one, TOLD_DRAINED), 1);
	send_item(stream, 1);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), 2);
}

static void
output_is_told_of_once_until_it_is_taken(void **state)
{
	uint16_t stream = opened("things", CHANNEL_BULK);

	send_item(stream, 10);
	send_item(stream, 10);
	channel_notify(one.channel, "note", NULL);
	assert_int_equal(one.woken, 1);
	run();
	assert_int_equal(one.woken, 1);
	send_item(stream, 10);
	assert_int_equal(one.woken, 2);
	run();
	/* Credit for a writer that had to wait wakes it. */
	other.is_slow = true;
	for (int i = 0; i < 16; i++)
		send_item(stream, 16000);
	send_item(stream, 100000);
	run();
	assert_int_equal(told_count(&other, TOLD_ITEM), 19);
	one.woken = 0;
	channel_credit(other.channel, stream, CHANNEL_WINDOW);
	run();
	assert_int_equal(one.woken, 1);
	assert_int_equal(told(&other, TOLD_ITEM, 19)->len, 100000);
}

/* -- what goes first ---------------------------------------------------------
 */

/* What a taken piece holds: frames of each class, in order. */
static struct frame
frame_at(const struct buf *wire, size_t *at)
{
	struct frame frame = { 0 };
	size_t used = 0;

	assert_int_equal(frame_parse(span_of(wire->data + *at, wire->len - *at),
			     &frame, &used),
	    0);
	*at += used;
	return frame;
}

static void
bulk_delays_nothing_by_more_than_what_was_taken(void **state)
{
	uint16_t bulk[3], urgent;
	size_t at = 0, urgent_at = 0;
	struct frame frame;
	uint8_t *place = NULL;

	for (int i = 0; i < 3; i++) {
		bulk[i] = opened("bulk", CHANNEL_BULK);
		send_item(bulk[i], CHANNEL_ITEM_MAX);
	}
	urgent = opened("urgent", CHANNEL_URGENT);
	place = buf_reserve(&one.wire, TAKE);
	assert_int_equal(channel_take(one.channel, place, TAKE), TAKE);
	/* Megabytes wait; now something urgent comes. */
	send_item(urgent, 100);
	send_item(urgent, 100000);
	channel_notify(one.channel, "note", NULL);
	buf_clear(&one.wire);
	end_take(&one, TAKE);
	frame = frame_at(&one.wire, &at);
	assert_int_equal(frame.type, FRAME_JSON_END);
	frame = frame_at(&one.wire, &at);
	assert_int_equal(frame.stream, urgent);
	assert_int_equal(frame.type, FRAME_END);
	do {
		frame = frame_at(&one.wire, &at);
		assert_int_equal(frame.stream, urgent);
		urgent_at = at;
	} while (frame.type != FRAME_END);
	assert_true(urgent_at < 100100 + 20 * FRAME_HEADER_SIZE + 100);
}

static void
a_stream_opens_after_what_was_said_before(void **state)
{
	size_t at = 0;
	uint16_t stream;

	channel_notify(one.channel, "before", NULL);
	stream = opened("things", CHANNEL_URGENT);
	channel_notify(one.channel, "after", NULL);
	/* Broken off at once, it is opened all the same, and first. */
	channel_close(one.channel, stream, CAM_ERR_TIMEOUT);
	end_take(&one, TAKE);
	assert_int_equal(frame_at(&one.wire, &at).type, FRAME_JSON_END);
	assert_int_equal(frame_at(&one.wire, &at).type, FRAME_OPEN);
	assert_int_equal(frame_at(&one.wire, &at).type, FRAME_CLOSE);
	assert_int_equal(frame_at(&one.wire, &at).type, FRAME_JSON_END);
	assert_int_equal(at, one.wire.len);
}

static void
streams_of_a_kind_take_turns(void **state)
{
	uint16_t streams[4];
	size_t at = 0;

	for (int i = 0; i < 4; i++)
		streams[i] = opened("bulk", CHANNEL_BULK);
	for (int i = 0; i < 4; i++)
		send_item(streams[i], 10 * FRAME_PAYLOAD_MAX);
	end_take(&one, 1000000);
	for (int i = 0; i < 4; i++)
		assert_int_equal(frame_at(&one.wire, &at).type, FRAME_OPEN);
	for (int turn = 0; turn < 10; turn++)
		for (int i = 0; i < 4; i++) {
			struct frame frame = frame_at(&one.wire, &at);

			assert_int_equal(frame.stream, streams[i]);
			assert_int_equal(frame.payload.len, FRAME_PAYLOAD_MAX);
		}
	assert_int_equal(at, one.wire.len);
}

/*
 * Whatever was queued and however it is taken: between the taking at which
 * something urgent was there and the urgent thing itself lie no bytes of bulk,
 * so on the wire at most what one taking held.
 */
static void
urgent_things_never_wait_for_bulk(void **state)
{
	uint16_t bulk = opened("bulk", CHANNEL_BULK);
	uint16_t urgent = opened("urgent", CHANNEL_URGENT);
	const char *problem = NULL;

	for (int round = 0; round < 300; round++) {
		size_t size =
		    CHANNEL_TAKE_MIN + random_below(2 * FRAME_PAYLOAD_MAX);
		uint8_t *place = NULL;
		bool is_urgent = random_below(2) == 1, is_json = !is_urgent;

		if (channel_queued(one.channel, bulk) < 1000000)
			send_item(bulk, 4000000);
		if (is_json)
			channel_notify(one.channel, "note", NULL);
		else
			send_item(urgent, 20);
		buf_clear(&one.wire);
		place = buf_reserve(&one.wire, size);
		one.wire.len = channel_take(one.channel, place, size);
		for (size_t at = 0; at < one.wire.len;) {
			struct frame frame = frame_at(&one.wire, &at);

			if (frame.type == FRAME_OPEN)
				continue;
			if (frame.stream == bulk) {
				assert_false(is_urgent);
				assert_false(is_json);
			}
			if (frame.stream == urgent)
				is_urgent = false;
			if (frame.stream == 0)
				is_json = false;
		}
		assert_false(is_urgent);
		assert_false(is_json);
		assert_int_equal(channel_feed(other.channel, one.wire.data,
				     one.wire.len, &problem),
		    0);
		buf_clear(&one.wire);
		end_take(&other, TAKE);
		assert_int_equal(channel_feed(one.channel, other.wire.data,
				     other.wire.len, &problem),
		    0);
		buf_clear(&other.wire);
	}
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_gets_its_result_and_an_error_its_words),
		TEST(a_notification_is_told_and_never_answered),
		TEST(answers_may_come_in_any_order),
		TEST(calls_without_an_answer_hear_of_the_end),
		TEST(too_many_calls_and_too_long_ones_are_refused_here),
		TEST(what_waits_to_be_said_is_bounded),
		TEST(an_answer_that_is_too_long_becomes_an_error),
		TEST(items_of_any_size_arrive_whole_and_in_order),
		TEST(a_stream_says_what_it_is_and_both_ends_may_open),
		TEST(a_slow_reader_stops_its_writer_and_nobody_else),
		TEST(items_over_the_window_wait_for_each_other_and_all_arrive),
		TEST(large_items_nobody_deals_with_stop_at_their_number),
		TEST(closing_sends_what_is_queued_first),
		TEST(breaking_off_drops_what_is_queued),
		TEST(a_refused_stream_keeps_nothing_and_its_sender_is_told),
		TEST(both_may_break_off_at_once),
		TEST(streams_end_and_make_room_until_the_numbers_do),
		TEST(a_full_queue_tells_when_it_has_room),
		TEST(output_is_told_of_once_until_it_is_taken),
		TEST(bulk_delays_nothing_by_more_than_what_was_taken),
		TEST(a_stream_opens_after_what_was_said_before),
		TEST(streams_of_a_kind_take_turns),
		TEST(urgent_things_never_wait_for_bulk),
		TEST(bytes_that_are_no_frames_end_it),
		TEST(json_that_is_no_call_ends_it),
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
