/* fuzz_rtcp.c: any bytes as compound RTCP: each packet lies inside, reports are
 * read the same when they are written again. */
#include "fuzz.h"

#include "media/rtcp.h"

static void
check_report(const struct rtcp_report *report)
{
	struct buf out;
	struct span rest;
	struct rtcp_packet packet;
	struct rtcp_report again;

	buf_init(&out, 256);
	rtcp_put_reports(&out, 7, NULL, report, 1);
	rest = buf_span(&out);
	must(rtcp_next(&rest, &packet) == 0 && rest.len == 0);
	must(packet.type == RTCP_RR && packet.count == 1 && packet.ssrc == 7);
	must(rtcp_read_report(&packet, 0, &again) == 0);
	must(memcmp(report, &again, sizeof again) == 0);
	must(rtcp_read_report(&packet, 1, &again) == CAM_ERR_MORE);
	buf_finish(&out);
	(void)rtcp_round_trip_us(report, UINT64_C(0x123456789abcdef0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct rtcp_packet packet;
	size_t before = rest.len;
	int err;

	while ((err = rtcp_next(&rest, &packet)) == 0) {
		struct rtcp_sender sender = { 0 };
		struct rtcp_report report;

		must(rest.len + 8 + packet.body.len == before);
		before = rest.len;
		(void)rtcp_read_sender(&packet, &sender);
		for (size_t i = 0; rtcp_read_report(&packet, i, &report) == 0;
		     i++) {
			memset(&report, 0, sizeof report);
			must(rtcp_read_report(&packet, i, &report) == 0);
			must(i < RTCP_REPORTS_MAX);
			check_report(&report);
		}
	}
	must(err == CAM_ERR_FORMAT || (err == CAM_ERR_MORE && rest.len == 0));
	return 0;
}
