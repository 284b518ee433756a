/* frame.h: the frames of cam/1 (architecture, section 7). */
#ifndef CAM_RPC_FRAME_H
#define CAM_RPC_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * type (1), zero (1), stream (2), length (4), big-endian; then the payload,
 * which is never empty.
 */
enum {
	FRAME_HEADER_SIZE = 8,
	FRAME_PAYLOAD_MAX = 16 * 1024,
	FRAME_KIND_MAX = 31,
	FRAME_NUMBER_SIZE = 4,
};

enum frame_type {
	FRAME_JSON = 1, /* stream 0: a piece of a JSON object; the last one has
			   FRAME_JSON_END */
	FRAME_JSON_END,
	FRAME_OPEN,   /* payload: the kind of the stream, 1 .. 31 visible ASCII
		       */
	FRAME_DATA,   /* a piece of an item */
	FRAME_END,    /* the last piece of an item */
	FRAME_CREDIT, /* payload: 4 bytes, how many more bytes of payload the
			 other end may send */
	FRAME_CLOSE,  /* no more from this end on the stream; payload: 4 bytes,
			 0 or why */
};

struct frame {
	enum frame_type type;
	uint16_t stream;
	struct span payload;
};

/*
 * Pure: reads the frame at the beginning of bytes; *used is its length.
 * CAM_ERR_MORE; CAM_ERR_FORMAT, CAM_ERR_LIMIT: end the link. Of a frame that is
 * taken the sizes are right for its type, and only JSON is on stream 0.
 */
int frame_parse(struct span bytes, struct frame *frame, size_t *used);
void frame_header(const struct frame *frame, uint8_t bytes[FRAME_HEADER_SIZE]);

/* The payload of FRAME_CREDIT and FRAME_CLOSE. */
uint32_t frame_number(const struct frame *frame);

#endif
