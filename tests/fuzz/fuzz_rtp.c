/* fuzz_rtp.c: any bytes as an RTP packet: what is read lies inside, and is read
 * the same when it is written again. */
#include "fuzz.h"

#include "media/rtp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t written[RTP_HEADER_MAX + 2048 + RTP_PADDING_MAX];
	struct rtp_packet packet, again;
	struct span bytes = span_of(data, size);
	size_t len;

	(void)rtp_claimed_ssrc(bytes);
	if (size > 2048 || rtp_parse(bytes, &packet) != 0)
		return 0;
	must(packet.payload.len <= size - RTP_HEADER_SIZE);
	must(packet.payload.len == 0 ||
	     (packet.payload.data > data &&
		 packet.payload.data + packet.payload.len <= data + size));
	must(rtp_is_rtcp(bytes) || rtp_claimed_ssrc(bytes) == packet.ssrc);
	len = rtp_write_header(&packet, written);
	must(len <= RTP_HEADER_MAX);
	memcpy(written + len, packet.payload.data, packet.payload.len);
	len += packet.payload.len;
	len += rtp_write_padding(&packet, written + len);
	must(rtp_parse(span_of(written, len), &again) == 0);
	must(again.pt == packet.pt && again.marker == packet.marker &&
	     again.sequence == packet.sequence &&
	     again.timestamp == packet.timestamp && again.ssrc == packet.ssrc &&
	     again.has_transport == packet.has_transport &&
	     again.transport == packet.transport &&
	     again.has_level == packet.has_level &&
	     again.level == packet.level && again.speaks == packet.speaks &&
	     again.padding == packet.padding);
	must(span_equal(again.payload, packet.payload));
	return 0;
}
