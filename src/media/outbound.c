/* outbound.c: one stream of ours: numbers, timestamps and what was sent. */
#include "media/outbound.h"

#include <string.h>

#include "base/random.h"

void
outbound_init(struct outbound *outbound, const struct media_stream *stream)
{
	*outbound = (struct outbound){ .stream = *stream,
		.sequence = (uint16_t)random_below(1 << 15) };
	random_bytes(&outbound->timestamp, sizeof outbound->timestamp);
}

size_t
outbound_write(struct outbound *outbound, struct rtp_packet *packet,
    uint64_t now_us, uint8_t *out)
{
	size_t len;

	packet->pt = outbound->stream.pt;
	packet->ssrc = outbound->stream.ssrc;
	packet->sequence = outbound->sequence++;
	packet->timestamp = outbound->timestamp;
	len = rtp_write_header(packet, out);
	/* There is none where there is only padding. */
	if (packet->payload.len > 0)
		memcpy(out + len, packet->payload.data, packet->payload.len);
	len += packet->payload.len;
	outbound->packets++;
	outbound->octets += (uint32_t)packet->payload.len;
	outbound->last_us = now_us;
	return len + rtp_write_padding(packet, out + len);
}

void
outbound_advance(struct outbound *outbound, uint32_t units)
{
	outbound->timestamp += units;
}

struct rtcp_sender
outbound_report(
    const struct outbound *outbound, uint64_t now_us, int64_t wall_us)
{
	return (struct rtcp_sender){ .ntp = rtcp_ntp(wall_us),
		.timestamp = outbound->timestamp,
		.packets = outbound->packets,
		.octets = outbound->octets };
}
