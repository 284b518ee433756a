/* test_rtp.c: packets and reports of streams, byte by byte. */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "media/outbound.h"
#include "media/reception.h"
#include "media/rtcp.h"
#include "media/rtp.h"

static void
a_packet_reads_as_it_was_written(void **state)
{
	static const uint8_t wanted[] = { 0x90, 0xe0, 0x12, 0x34, 1, 2, 3, 4, 5,
		6, 7, 8, 0xbe, 0xde, 0, 1, 0x20, 0x80 | 33, 0, 0 };
	struct rtp_packet packet = { .pt = 96,
		.marker = true,
		.sequence = 0x1234,
		.timestamp = 0x01020304,
		.ssrc = 0x05060708,
		.has_level = true,
		.level = 33,
		.speaks = true };
	struct rtp_packet read;
	uint8_t bytes[RTP_HEADER_MAX];

	assert_int_equal(rtp_write_header(&packet, bytes), sizeof wanted);
	assert_memory_equal(bytes, wanted, sizeof wanted);
	assert_int_equal(rtp_parse(span_of(bytes, sizeof wanted), &read), 0);
	assert_int_equal(read.payload.len, 0);
	assert_true(read.marker && read.has_level && read.speaks);
	assert_int_equal(read.level, 33);
	assert_int_equal(read.sequence, 0x1234);
}

static void
a_packet_cut_anywhere_in_its_header_is_none(void **state)
{
	struct rtp_packet packet = {
		.has_level = true, .has_transport = true, .transport = 7
	};
	uint8_t bytes[RTP_HEADER_MAX];
	size_t len = rtp_write_header(&packet, bytes);

	for (size_t i = 0; i < len; i++)
		assert_int_equal(
		    rtp_parse(span_of(bytes, i), &packet), CAM_ERR_FORMAT);
	bytes[0] = 0x50; /* version 1 */
	assert_int_equal(
	    rtp_parse(span_of(bytes, len), &packet), CAM_ERR_FORMAT);
}

static void
padding_is_no_payload(void **state)
{
	struct rtp_packet packet = { .padding = 5 }, read;
	uint8_t bytes[RTP_HEADER_MAX + 3 + RTP_PADDING_MAX] = { 0 };
	size_t head = rtp_write_header(&packet, bytes);

	assert_int_equal(rtp_write_padding(&packet, bytes + head), 5);
	assert_int_equal(rtp_parse(span_of(bytes, head + 5), &read), 0);
	assert_int_equal(read.payload.len, 0);
	assert_int_equal(read.padding, 5);
	/* More than there is, and none. */
	bytes[head + 4] = 6;
	assert_int_equal(
	    rtp_parse(span_of(bytes, head + 5), &read), CAM_ERR_FORMAT);
	bytes[head + 4] = 0;
	assert_int_equal(
	    rtp_parse(span_of(bytes, head + 5), &read), CAM_ERR_FORMAT);
	assert_int_equal(
	    rtp_parse(span_of(bytes, head), &read), CAM_ERR_FORMAT);
}

static void
reports_are_told_from_sound_by_their_second_byte(void **state)
{
	static const uint8_t rr[] = { 0x80, 201, 0, 1, 0, 0, 0, 9 };
	uint8_t rtp[RTP_HEADER_SIZE] = { 0x80, 0xe0 };

	assert_true(rtp_is_rtcp(span_of(rr, sizeof rr)));
	assert_false(rtp_is_rtcp(span_of(rtp, sizeof rtp)));
	assert_int_equal(rtp_claimed_ssrc(span_of(rr, sizeof rr)), 9);
	rtp[11] = 7;
	assert_int_equal(rtp_claimed_ssrc(span_of(rtp, sizeof rtp)), 7);
	assert_int_equal(rtp_claimed_ssrc(span_of(rtp, 11)), 0);
}

static void
a_report_reads_as_it_was_written(void **state)
{
	struct rtcp_sender sender = { rtcp_ntp(1000000), 960, 50, 4000 }, said;
	struct rtcp_report report = { .ssrc = 9,
		.fraction_lost = 25,
		.lost = -3,
		.highest = 70000,
		.jitter = 12,
		.last_sr = 0x1234,
		.delay = 100 };
	struct rtcp_report read = { 0 };
	struct rtcp_packet packet;
	struct span rest;
	struct buf out;

	buf_init(&out, 1500);
	rtcp_put_reports(&out, 7, &sender, &report, 1);
	rtcp_put_cname(&out, 7, "anna");
	rtcp_put_bye(&out, 7);
	assert_int_equal(out.len % 4, 0);
	rest = buf_span(&out);
	assert_int_equal(rtcp_next(&rest, &packet), 0);
	assert_int_equal(packet.type, RTCP_SR);
	assert_int_equal(rtcp_read_sender(&packet, &said), 0);
	assert_memory_equal(&said, &sender, sizeof said);
	assert_int_equal(rtcp_read_report(&packet, 0, &read), 0);
	assert_int_equal(read.lost, -3);
	assert_int_equal(read.highest, 70000);
	assert_int_equal(rtcp_read_report(&packet, 1, &read), CAM_ERR_MORE);
	assert_int_equal(rtcp_next(&rest, &packet), 0);
	assert_int_equal(packet.type, RTCP_SDES);
	assert_memory_equal(packet.body.data, "\1\4anna\0", 7);
	assert_int_equal(rtcp_next(&rest, &packet), 0);
	assert_int_equal(packet.type, RTCP_BYE);
	assert_int_equal(rtcp_next(&rest, &packet), CAM_ERR_MORE);
	buf_finish(&out);
}

static void
a_report_shows_the_round_trip(void **state)
{
	uint64_t sent = rtcp_ntp(1700000000 * INT64_C(1000000));
	struct rtcp_report report = { .last_sr = rtcp_ntp_middle(sent),
		.delay = 65536 / 2 };

	/* Held for half a second, back after 520 ms. */
	assert_in_range(rtcp_round_trip_us(&report,
			    rtcp_ntp(1700000000 * INT64_C(1000000) + 520000)),
	    19900, 20100);
	assert_int_equal(rtcp_round_trip_us(&report, sent), 0);
	report.last_sr = 0;
	assert_int_equal(rtcp_round_trip_us(&report, sent), 0);
}

static void
count(struct reception *reception, uint16_t sequence, uint64_t at_us)
{
	struct rtp_packet packet = { .sequence = sequence,
		.timestamp = (uint32_t)sequence * 960,
		.payload = span_of("abc", 3) };

	reception_count(reception, &packet, 48000, at_us);
}

static void
losses_are_counted_between_reports(void **state)
{
	struct reception reception = { 0 };
	struct rtcp_report report;

	for (unsigned i = 65500; i < 65600; i++) {
		if (i % 4 != 0)
			count(&reception, (uint16_t)i, i * UINT64_C(20000));
	}
	reception_report(&reception, 9, 0, &report);
	assert_int_equal(report.highest, 65599);
	assert_int_equal(report.lost, 24);
	assert_in_range(report.fraction_lost, 60, 64);
	for (unsigned i = 65600; i < 65700; i++)
		count(&reception, (uint16_t)i, i * UINT64_C(20000));
	reception_report(&reception, 9, 0, &report);
	assert_int_equal(report.fraction_lost, 0);
	assert_int_equal(report.lost, 24);
	assert_int_equal(report.last_sr, 0);
}

/* RFC 3550, A.8: it comes near to the mean difference. */
static void
jitter_is_measured(void **state)
{
	struct reception calm = { 0 }, shaken = { 0 };

	for (unsigned i = 0; i < 500; i++) {
		count(&calm, (uint16_t)i, i * UINT64_C(20000));
		count(&shaken, (uint16_t)i,
		    i * UINT64_C(20000) + (i % 2 != 0 ? 10000 : 0));
	}
	assert_int_equal(calm.jitter >> 4, 0);
	assert_in_range(shaken.jitter >> 4, 460, 480); /* of 48 a ms */
}

static void
a_stream_counts_what_it_sends(void **state)
{
	struct media_stream stream = {
		.kind = MEDIA_AUDIO, .ssrc = 42, .pt = 96, .clock = 48000
	};
	struct outbound outbound;
	struct rtp_packet packet = { .payload = span_of("voice", 5) }, read;
	struct rtcp_sender said;
	uint8_t bytes[64];
	uint16_t first;
	size_t len;

	outbound_init(&outbound, &stream);
	assert_true(outbound.sequence < 1 << 15);
	first = outbound.sequence;
	for (unsigned i = 0; i < 3; i++) {
		len = outbound_write(&outbound, &packet, 0, bytes);
		outbound_advance(&outbound, 960);
	}
	assert_int_equal(rtp_parse(span_of(bytes, len), &read), 0);
	assert_int_equal(read.sequence, first + 2);
	assert_int_equal(read.ssrc, 42);
	assert_true(span_equal_text(read.payload, "voice"));
	said = outbound_report(&outbound, 0, 0);
	assert_int_equal(said.packets, 3);
	assert_int_equal(said.octets, 15);
	assert_int_equal(said.timestamp, read.timestamp + 960);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_reads_as_it_was_written),
		cmocka_unit_test(a_packet_cut_anywhere_in_its_header_is_none),
		cmocka_unit_test(padding_is_no_payload),
		cmocka_unit_test(
		    reports_are_told_from_sound_by_their_second_byte),
		cmocka_unit_test(a_report_reads_as_it_was_written),
		cmocka_unit_test(a_report_shows_the_round_trip),
		cmocka_unit_test(losses_are_counted_between_reports),
		cmocka_unit_test(jitter_is_measured),
		cmocka_unit_test(a_stream_counts_what_it_sends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
