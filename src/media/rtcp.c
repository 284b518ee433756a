/* rtcp.c: what senders and receivers tell each other of a stream. */
#include "media/rtcp.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"

enum {
	VERSION = 2,
	REPORT_SIZE = 24,
	SENDER_SIZE = 20,
	SDES_CNAME = 1,
	COUNT_MAX = 31,
};

#define UNIX_SINCE_1900 INT64_C(2208988800)

int
rtcp_next(struct span *rest, struct rtcp_packet *packet)
{
	struct fields fields = fields_of(*rest);
	uint8_t first = (uint8_t)fields_number(&fields, 1);
	uint8_t type = (uint8_t)fields_number(&fields, 1);
	size_t words = (size_t)fields_number(&fields, 2);
	struct span content = fields_span(&fields, words * 4);
	struct fields inner = fields_of(content);
	uint32_t ssrc = (uint32_t)fields_number(&inner, 4);

	if (rest->len == 0)
		return CAM_ERR_MORE;
	if (fields.failed || inner.failed || first >> 6 != VERSION)
		return CAM_ERR_FORMAT;
	*packet = (struct rtcp_packet){ .type = type,
		.count = first & COUNT_MAX,
		.ssrc = ssrc,
		.body = inner.rest };
	*rest = fields.rest;
	return 0;
}

int
rtcp_read_sender(const struct rtcp_packet *packet, struct rtcp_sender *sender)
{
	struct fields fields = fields_of(packet->body);
	struct rtcp_sender read = {
		.ntp = fields_number(&fields, 8),
		.timestamp = (uint32_t)fields_number(&fields, 4),
		.packets = (uint32_t)fields_number(&fields, 4),
		.octets = (uint32_t)fields_number(&fields, 4),
	};

	if (packet->type != RTCP_SR || fields.failed)
		return CAM_ERR_FORMAT;
	*sender = read;
	return 0;
}

/* Two's complement of 24 bits. */
static int32_t
signed_24(uint32_t bits)
{
	return bits < 0x800000 ? (int32_t)bits : (int32_t)bits - 0x1000000;
}

int
rtcp_read_report(
    const struct rtcp_packet *packet, size_t index, struct rtcp_report *report)
{
	struct fields fields = fields_of(packet->body);
	struct rtcp_report read = { 0 };

	if (packet->type != RTCP_SR && packet->type != RTCP_RR)
		return CAM_ERR_FORMAT;
	if (index >= packet->count)
		return CAM_ERR_MORE;
	fields_span(&fields,
	    (packet->type == RTCP_SR ? SENDER_SIZE : 0) + index * REPORT_SIZE);
	read.ssrc = (uint32_t)fields_number(&fields, 4);
	read.fraction_lost = (uint8_t)fields_number(&fields, 1);
	read.lost = signed_24((uint32_t)fields_number(&fields, 3));
	read.highest = (uint32_t)fields_number(&fields, 4);
	read.jitter = (uint32_t)fields_number(&fields, 4);
	read.last_sr = (uint32_t)fields_number(&fields, 4);
	read.delay = (uint32_t)fields_number(&fields, 4);
	if (fields.failed)
		return CAM_ERR_FORMAT;
	*report = read;
	return 0;
}

static void
put_header(struct buf *out, unsigned count, enum rtcp_type type, size_t words)
{
	fields_put_number(out, (unsigned)VERSION << 6 | count, 1);
	fields_put_number(out, type, 1);
	fields_put_number(out, words, 2);
}

static void
put_report(struct buf *out, const struct rtcp_report *report)
{
	fields_put_number(out, report->ssrc, 4);
	fields_put_number(out, report->fraction_lost, 1);
	fields_put_number(out, (uint32_t)report->lost & 0xffffff, 3);
	fields_put_number(out, report->highest, 4);
	fields_put_number(out, report->jitter, 4);
	fields_put_number(out, report->last_sr, 4);
	fields_put_number(out, report->delay, 4);
}

void
rtcp_put_reports(struct buf *out, uint32_t ssrc,
    const struct rtcp_sender *sender, const struct rtcp_report *reports,
    size_t count)
{
	size_t len =
	    4 + (sender != NULL ? SENDER_SIZE : 0) + count * REPORT_SIZE;

	put_header(
	    out, (unsigned)count, sender != NULL ? RTCP_SR : RTCP_RR, len / 4);
	fields_put_number(out, ssrc, 4);
	if (sender != NULL) {
		fields_put_number(out, sender->ntp, 8);
		fields_put_number(out, sender->timestamp, 4);
		fields_put_number(out, sender->packets, 4);
		fields_put_number(out, sender->octets, 4);
	}
	for (size_t i = 0; i < count; i++)
		put_report(out, &reports[i]);
}

void
rtcp_put_cname(struct buf *out, uint32_t ssrc, const char *cname)
{
	size_t len = strlen(cname);
	/* The list of items ends with at least one zero. */
	size_t words = (4 + 2 + len) / 4 + 1;

	put_header(out, 1, RTCP_SDES, words);
	fields_put_number(out, ssrc, 4);
	fields_put_number(out, SDES_CNAME, 1);
	fields_put_number(out, len, 1);
	buf_put(out, cname, len);
	for (size_t i = 4 + 2 + len; i < words * 4; i++)
		buf_put_byte(out, 0);
}

void
rtcp_put_bye(struct buf *out, uint32_t ssrc)
{
	put_header(out, 1, RTCP_BYE, 1);
	fields_put_number(out, ssrc, 4);
}

uint64_t
rtcp_ntp(int64_t wall_us)
{
	int64_t seconds = wall_us / 1000000;
	uint64_t fraction =
	    ((uint64_t)(wall_us - seconds * 1000000) << 32) / 1000000;

	return (uint64_t)(seconds + UNIX_SINCE_1900) << 32 | fraction;
}

uint32_t
rtcp_ntp_middle(uint64_t ntp)
{
	return (uint32_t)(ntp >> 16);
}

/* RFC 3550, 6.4.1, with what cannot be taken for none. */
uint32_t
rtcp_round_trip_us(const struct rtcp_report *report, uint64_t ntp)
{
	uint32_t middle = rtcp_ntp_middle(ntp);
	uint32_t trip = middle - report->last_sr - report->delay;

	if (report->last_sr == 0 || trip > 60 * 65536)
		return 0;
	return (uint32_t)((uint64_t)trip * 1000000 / 65536);
}
