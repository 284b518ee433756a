/* rtp.h: RTP packets (RFC 3550, 5.1) with the two header extensions we use (RFC
 * 8285, one-byte form). */
#ifndef CAM_RTP_H
#define CAM_RTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Ids of header extensions, the same in every call of cam. */
enum {
	RTP_EXTENSION_TRANSPORT = 1, /* a number for each packet sent */
	RTP_EXTENSION_LEVEL = 2,     /* RFC 6464 */
};

enum {
	RTP_HEADER_SIZE = 12,
	RTP_HEADER_MAX = 24, /* of those we write */
	RTP_PADDING_MAX = 255,
	RTP_LEVEL_SILENT = 127,
};

struct rtp_packet {
	uint8_t pt;
	bool marker;
	uint16_t sequence;
	uint32_t timestamp;
	uint32_t ssrc;
	bool has_transport;
	uint16_t transport;
	bool has_level;
	uint8_t level; /* 0 .. RTP_LEVEL_SILENT, dB below full scale */
	bool speaks;
	struct span payload; /* without padding; borrowed */
	uint8_t padding;     /* bytes that follow it and mean nothing */
};

/* Whether a datagram is RTCP where both come to one port (RFC 5761, 4). */
bool rtp_is_rtcp(struct span datagram);
/* Whose it says it is, of RTP and of RTCP, before anything is proven; 0: it is
 * neither. */
uint32_t rtp_claimed_ssrc(struct span datagram);

/* A whole packet in clear. CAM_ERR_FORMAT. */
int rtp_parse(struct span bytes, struct rtp_packet *packet);
/* Writes at most RTP_HEADER_MAX bytes, all that stands before the payload;
 * returns how many. */
size_t rtp_write_header(const struct rtp_packet *packet, uint8_t *at);
/* Writes packet's padding, which follows the payload; returns how many. */
size_t rtp_write_padding(const struct rtp_packet *packet, uint8_t *at);

#endif
