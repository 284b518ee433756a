/* outbound.h: one stream of ours: numbers, timestamps and what was sent. */
#ifndef CAM_OUTBOUND_H
#define CAM_OUTBOUND_H

#include <stdint.h>

#include "media/rtcp.h"
#include "media/rtp.h"
#include "rpc/media.h"

struct outbound {
	struct media_stream stream;
	uint16_t sequence; /* of the next packet */
	uint32_t timestamp;
	uint32_t packets;
	uint32_t octets;  /* of payload */
	uint64_t last_us; /* when timestamp was true */
};

/* Begins at a random number below 2^15, so that nobody who joins early has to
 * guess whether it has gone round (RFC 3711, 3.3.1). */
void outbound_init(
    struct outbound *outbound, const struct media_stream *stream);
/*
 * A whole packet in clear: packet's extensions and payload with the next
 * number, at the time of the stream. out has room for RTP_HEADER_MAX, the
 * payload and its padding; returns how many bytes there are.
 */
size_t outbound_write(struct outbound *outbound, struct rtp_packet *packet,
    uint64_t now_us, uint8_t *out);
/* Time goes on, whether something was sent or not. */
void outbound_advance(struct outbound *outbound, uint32_t units);
/* What an SR says of it. */
struct rtcp_sender outbound_report(
    const struct outbound *outbound, uint64_t now_us, int64_t wall_us);

#endif
