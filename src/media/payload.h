/* payload.h: coded pictures in RTP packets: VP8 (RFC 7741) and VP9 (RFC 9628).
 * Pure. */
#ifndef CAM_PAYLOAD_H
#define CAM_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "media/vpx.h"

enum {
	/* The most that stands before the picture's bytes in what we write. */
	PAYLOAD_HEADER_MAX = 4,
	/* Of a picture's bytes in one packet, so that with all headers and the
	 * tag it stays below the MTU of tunnels. */
	PAYLOAD_PART_MAX = 1120,
};

/* A part of a coded picture. */
struct payload_part {
	bool begins; /* the picture's first */
	bool ends;   /* its last, where the payload itself says so (VP9) */
	bool is_key; /* of the first: nothing before it is needed */
	bool has_picture;
	uint16_t picture;  /* number modulo 2^15 (or 2^7) */
	struct span bytes; /* borrowed */
};

/* CAM_ERR_FORMAT. */
int payload_vp8_parse(struct span payload, struct payload_part *part);
int payload_vp9_parse(struct span payload, struct payload_part *part);
int payload_parse(
    enum vpx_codec codec, struct span payload, struct payload_part *part);

/* Writes what stands before part's bytes; returns how many, at most
 * PAYLOAD_HEADER_MAX. */
size_t payload_vp8_write(const struct payload_part *part, uint8_t *at);
size_t payload_vp9_write(const struct payload_part *part, uint8_t *at);
size_t payload_write(
    enum vpx_codec codec, const struct payload_part *part, uint8_t *at);

/* How many packets a picture of so many bytes takes, and where each of them
 * begins and ends: all of about one length. */
size_t payload_count(size_t len);
struct payload_part payload_cut(const struct vpx_encoded *encoded,
    uint16_t picture, size_t count, size_t index);

#endif
