/* test_channel.c: calls between two channels, and what goes first. */
#include "channel_ends.h"

/* -- calls -------------------------------------------------------------------
 */

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

/* -- what goes first ---------------------------------------------------------
 */

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
		TEST(bulk_delays_nothing_by_more_than_what_was_taken),
		TEST(a_stream_opens_after_what_was_said_before),
		TEST(streams_of_a_kind_take_turns),
		TEST(urgent_things_never_wait_for_bulk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
