/* test_channel_streams.c: items that run along the streams of a channel. */
#include "channel_ends.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
