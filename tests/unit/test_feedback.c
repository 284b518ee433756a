/* test_feedback.c: what receivers tell a sender of video arrives as it was
 * meant. */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "media/feedback.h"
#include "media/sent.h"

enum { OURS = 0x11223344, THEIRS = 0x55667788 };

static struct rtcp_packet
only_packet(const struct buf *out)
{
	struct span rest = buf_span(out);
	struct rtcp_packet packet;
	uint32_t media = 0;

	assert_int_equal(rtcp_next(&rest, &packet), 0);
	assert_int_equal(rest.len, 0);
	assert_int_equal(packet.ssrc, OURS);
	assert_int_equal(feedback_read_media(&packet, &media), 0);
	assert_int_equal(media, THEIRS);
	return packet;
}

static void
missing_packets_are_asked_for(void **state)
{
	static const uint16_t wanted[] = { 65534, 65535, 3, 14, 15, 100, 116,
		117 };
	uint16_t sequences[32];
	struct rtcp_packet packet;
	struct buf out;
	size_t count = 0;

	buf_init(&out, 1000);
	feedback_put_nack(&out, OURS, THEIRS, wanted, 8);
	/* Up to 16 more lie in one entry: 65534..14, 15, 100..116, 117. */
	assert_int_equal(out.len, 12 + 4 * 4);
	packet = only_packet(&out);
	assert_int_equal(packet.type, RTCP_TRANSPORT_FEEDBACK);
	assert_int_equal(packet.count, FEEDBACK_NACK);
	assert_int_equal(feedback_read_nack(&packet, sequences, 32, &count), 0);
	assert_int_equal(count, 8);
	assert_memory_equal(sequences, wanted, sizeof wanted);
	assert_int_equal(feedback_read_nack(&packet, sequences, 3, &count), 0);
	assert_int_equal(count, 3);
	buf_finish(&out);
}

static void
a_key_picture_is_asked_for(void **state)
{
	/* RFC 4585, 6.3.1: no information beyond whose stream it is. */
	static const uint8_t pli[] = { 0x81, 206, 0, 2, 0x11, 0x22, 0x33, 0x44,
		0x55, 0x66, 0x77, 0x88 };
	struct rtcp_packet packet;
	struct buf out;

	buf_init(&out, 1000);
	feedback_put_pli(&out, OURS, THEIRS);
	assert_int_equal(out.len, sizeof pli);
	assert_memory_equal(out.data, pli, sizeof pli);
	packet = only_packet(&out);
	assert_int_equal(packet.count, FEEDBACK_PLI);
	buf_finish(&out);
}

static void
arrivals_are_told_to_a_quarter_of_a_millisecond(void **state)
{
	struct arrivals arrivals = { 0 };
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	struct rtcp_packet packet;
	struct buf out;
	size_t count = 0;
	int64_t at_us = 123456789;

	buf_init(&out, 4000);
	/* Round the end of the numbers; each third missing, one overtaken, one
	 * after a long pause. */
	for (uint16_t i = 0; i < 100; i++) {
		at_us += i == 50 ? 5000000 : 1333;
		if (i % 3 != 1)
			arrivals_add(&arrivals, (uint16_t)(65500 + i),
			    i == 60 ? at_us - 20000 : at_us);
	}
	arrivals_put(&arrivals, &out, OURS, THEIRS);
	packet = only_packet(&out);
	assert_int_equal(packet.count, FEEDBACK_TRANSPORT);
	assert_int_equal(feedback_read_transport(&packet, list, &count), 0);
	assert_int_equal(count, 100);
	at_us = 123456789;
	for (uint16_t i = 0; i < 100; i++) {
		int64_t wanted;

		at_us += i == 50 ? 5000000 : 1333;
		assert_int_equal(list[i].number, (uint16_t)(65500 + i));
		assert_int_equal(list[i].is_there, i % 3 != 1);
		wanted = i == 60 ? at_us - 20000 : at_us;
		if (list[i].is_there)
			assert_in_range(wanted - list[i].at_us + 250, 0, 500);
	}
	/* Each is told once. */
	buf_clear(&out);
	arrivals_put(&arrivals, &out, OURS, THEIRS);
	assert_int_equal(out.len, 0);
	arrivals_add(&arrivals, (uint16_t)(65500 + 99), 1);
	arrivals_put(&arrivals, &out, OURS, THEIRS);
	assert_int_equal(out.len, 0);
	buf_finish(&out);
}

static void
more_than_can_be_told_leaves_out_the_oldest(void **state)
{
	struct arrivals arrivals = { 0 };
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	struct rtcp_packet packet;
	struct buf out;
	size_t count = 0;

	buf_init(&out, 4000);
	arrivals_add(&arrivals, 0, 1000000);
	arrivals_add(&arrivals, FEEDBACK_ARRIVALS_MAX + 9, 1001000);
	arrivals_put(&arrivals, &out, OURS, THEIRS);
	packet = only_packet(&out);
	assert_int_equal(feedback_read_transport(&packet, list, &count), 0);
	assert_int_equal(count, FEEDBACK_ARRIVALS_MAX);
	assert_int_equal(list[0].number, 10);
	assert_false(list[0].is_there);
	assert_true(list[FEEDBACK_ARRIVALS_MAX - 1].is_there);
	buf_finish(&out);
}

/* As the draft draws them: a run, a vector of one bit and one of two. */
static void
all_forms_of_states_are_read(void **state)
{
	static const uint8_t body[] = { 0x55, 0x66, 0x77, 0x88, 0, 5, 0, 20, 0,
		0, 2, 1, 0x20, 0x02, /* two small deltas */
		0xa0, 0x00,	     /* one bit: the first of 14 */
		0xd8, 0x00,	     /* two bits: small, large, ... */
		4, 8, 12, 16, 0xff, 0xfc };
	const struct rtcp_packet packet = { RTCP_TRANSPORT_FEEDBACK,
		FEEDBACK_TRANSPORT, OURS, { body, sizeof body } };
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	size_t count = 0;

	assert_int_equal(feedback_read_transport(&packet, list, &count), 0);
	assert_int_equal(count, 20);
	assert_int_equal(list[0].at_us, 128000 + 1000);
	assert_int_equal(list[1].at_us, 128000 + 3000);
	assert_int_equal(list[2].at_us, 128000 + 6000);
	assert_false(list[3].is_there);
	assert_int_equal(list[16].at_us, 128000 + 10000);
	assert_int_equal(list[17].at_us, 128000 + 9000);
	assert_false(list[18].is_there);
}

static void
every_beginning_of_feedback_is_refused(void **state)
{
	static const uint8_t body[] = { 0x55, 0x66, 0x77, 0x88, 0, 5, 0, 20, 0,
		0, 2, 1, 0x20, 0x02, 0xa0, 0x00, 0xd8, 0x00, 4, 8, 12, 16, 0xff,
		0xfc };
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	struct rtcp_packet packet = { .count = FEEDBACK_TRANSPORT };
	uint8_t many[12] = { 0 };
	size_t count;
	uint32_t media;

	for (size_t i = 0; i < sizeof body; i++) {
		packet.body = span_of(body, i);
		assert_int_equal(feedback_read_transport(&packet, list, &count),
		    CAM_ERR_FORMAT);
		if (i < 4)
			assert_int_equal(feedback_read_media(&packet, &media),
			    CAM_ERR_FORMAT);
	}
	many[6] = 0xff;
	packet.body = span_of(many, sizeof many);
	assert_int_equal(
	    feedback_read_transport(&packet, list, &count), CAM_ERR_LIMIT);
}

static void
a_sent_packet_is_repeated_but_not_too_often(void **state)
{
	struct sent *sent = sent_new();
	uint8_t bytes[2000] = { 1, 2, 3 };

	sent_put(sent, 7, span_of(bytes, 3), 1000);
	sent_put(sent, 8, span_of(bytes, sizeof bytes), 1000);
	assert_int_equal(sent_repeat(sent, 7, 5000, 10000).len, 0);
	assert_int_equal(sent_repeat(sent, 7, 12000, 10000).len, 3);
	assert_int_equal(sent_repeat(sent, 7, 13000, 10000).len, 0);
	assert_int_equal(sent_repeat(sent, 8, 90000, 10000).len, 0);
	assert_int_equal(sent_repeat(sent, 9, 90000, 10000).len, 0);
	sent_put(sent, 7 + SENT_PACKETS, span_of(bytes, 2), 20000);
	assert_int_equal(sent_repeat(sent, 7, 90000, 10000).len, 0);
	sent_free(sent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_packets_are_asked_for),
		cmocka_unit_test(a_key_picture_is_asked_for),
		cmocka_unit_test(
		    arrivals_are_told_to_a_quarter_of_a_millisecond),
		cmocka_unit_test(more_than_can_be_told_leaves_out_the_oldest),
		cmocka_unit_test(all_forms_of_states_are_read),
		cmocka_unit_test(every_beginning_of_feedback_is_refused),
		cmocka_unit_test(a_sent_packet_is_repeated_but_not_too_often),
	};

	return cmocka_run_group_tests_name("feedback", tests, NULL, NULL);
}
