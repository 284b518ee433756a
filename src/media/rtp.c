/* rtp.c: RTP packets with the two header extensions we use. */
#include "media/rtp.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"

enum {
	VERSION = 2,
	RTCP_FIRST = 192, /* of the second byte: packet types of RTCP */
	RTCP_LAST = 223,
	ONE_BYTE_PROFILE = 0xbede,
	ID_STOP = 15,
};

bool
rtp_is_rtcp(struct span datagram)
{
	return datagram.len >= 2 && datagram.data[1] >= RTCP_FIRST &&
	       datagram.data[1] <= RTCP_LAST;
}

uint32_t
rtp_claimed_ssrc(struct span datagram)
{
	const uint8_t *at = datagram.data;
	size_t place = rtp_is_rtcp(datagram) ? 4 : 8;

	if (datagram.len < place + 4 || at[0] >> 6 != VERSION)
		return 0;
	at += place;
	return (uint32_t)fields_read(&at, 4);
}

static void
take_extension(struct rtp_packet *packet, unsigned id, struct span value)
{
	if (id == RTP_EXTENSION_TRANSPORT && value.len == 2) {
		packet->has_transport = true;
		packet->transport =
		    (uint16_t)(value.data[0] << 8 | value.data[1]);
	} else if (id == RTP_EXTENSION_LEVEL && value.len == 1) {
		packet->has_level = true;
		packet->level = value.data[0] & 0x7f;
		packet->speaks = value.data[0] >> 7 != 0;
	}
}

/* RFC 8285, 4.2; what does not fit ends them, as it may. */
static void
parse_extensions(struct rtp_packet *packet, struct span bytes)
{
	struct fields fields = fields_of(bytes);

	while (fields.rest.len > 0) {
		uint8_t head = (uint8_t)fields_number(&fields, 1);
		struct span value;

		if (head == 0)
			continue;
		if (head >> 4 == ID_STOP)
			return;
		value = fields_span(&fields, (size_t)(head & 0x0f) + 1);
		if (fields.failed)
			return;
		take_extension(packet, head >> 4, value);
	}
}

/* The last byte tells how many are padding, itself included. */
static int
cut_padding(struct rtp_packet *packet)
{
	struct span *payload = &packet->payload;
	uint8_t padding =
	    payload->len > 0 ? payload->data[payload->len - 1] : 0;

	if (padding == 0 || padding > payload->len)
		return CAM_ERR_FORMAT;
	payload->len -= padding;
	packet->padding = padding;
	return 0;
}

int
rtp_parse(struct span bytes, struct rtp_packet *packet)
{
	struct rtp_packet parsed = { 0 };
	struct fields fields = fields_of(bytes);
	uint8_t first = (uint8_t)fields_number(&fields, 1);
	uint8_t second = (uint8_t)fields_number(&fields, 1);

	if (first >> 6 != VERSION)
		return CAM_ERR_FORMAT;
	parsed.marker = second >> 7 != 0;
	parsed.pt = second & 0x7f;
	parsed.sequence = (uint16_t)fields_number(&fields, 2);
	parsed.timestamp = (uint32_t)fields_number(&fields, 4);
	parsed.ssrc = (uint32_t)fields_number(&fields, 4);
	fields_span(&fields, (size_t)(first & 0x0f) * 4); /* CSRCs */
	if ((first & 0x10) != 0) {
		unsigned profile = (unsigned)fields_number(&fields, 2);
		size_t words = (size_t)fields_number(&fields, 2);
		struct span extensions = fields_span(&fields, words * 4);

		if (profile == ONE_BYTE_PROFILE && !fields.failed)
			parse_extensions(&parsed, extensions);
	}
	if (fields.failed)
		return CAM_ERR_FORMAT;
	parsed.payload = fields.rest;
	if ((first & 0x20) != 0 && cut_padding(&parsed) < 0)
		return CAM_ERR_FORMAT;
	*packet = parsed;
	return 0;
}

static uint8_t *
write_extensions(const struct rtp_packet *packet, uint8_t *at)
{
	size_t len =
	    (packet->has_transport ? 3 : 0) + (packet->has_level ? 2 : 0);
	size_t words = (len + 3) / 4;

	at = fields_write(at, ONE_BYTE_PROFILE, 2);
	at = fields_write(at, words, 2);
	if (packet->has_transport) {
		at = fields_write(at, RTP_EXTENSION_TRANSPORT << 4 | 1, 1);
		at = fields_write(at, packet->transport, 2);
	}
	if (packet->has_level) {
		at = fields_write(at, RTP_EXTENSION_LEVEL << 4, 1);
		at = fields_write(
		    at, (packet->speaks ? 0x80U : 0) | packet->level, 1);
	}
	return fields_write(at, 0, words * 4 - len);
}

size_t
rtp_write_header(const struct rtp_packet *packet, uint8_t *at)
{
	const uint8_t *begin = at;
	bool extended = packet->has_transport || packet->has_level;

	at = fields_write(at,
	    VERSION << 6 | (packet->padding > 0 ? 0x20 : 0) |
		(extended ? 0x10 : 0),
	    1);
	at = fields_write(at, (packet->marker ? 0x80U : 0) | packet->pt, 1);
	at = fields_write(at, packet->sequence, 2);
	at = fields_write(at, packet->timestamp, 4);
	at = fields_write(at, packet->ssrc, 4);
	if (extended)
		at = write_extensions(packet, at);
	return (size_t)(at - begin);
}

size_t
rtp_write_padding(const struct rtp_packet *packet, uint8_t *at)
{
	if (packet->padding == 0)
		return 0;
	memset(at, 0, packet->padding);
	at[packet->padding - 1] = packet->padding;
	return packet->padding;
}
