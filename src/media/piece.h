/* piece.h: what cam-media hands to cam-record, which writes it into a file:
 * tracks, and coded sound and pictures for them. */
#ifndef CAM_PIECE_H
#define CAM_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "rpc/media.h"

enum {
	PIECE_HEADER_SIZE = 20,
	PIECE_TRACKS = 16,		   /* of a recording */
	PIECE_BYTES_MAX = 4 * 1024 * 1024, /* of a frame */
};

enum piece_kind {
	PIECE_TRACK, /* there will be one: all of these come first */
	PIECE_FRAME,
};

struct piece {
	enum piece_kind kind;
	uint8_t track;		/* 0 .. PIECE_TRACKS - 1 */
	enum media_codec codec; /* of a track */
	uint16_t width, height; /* of a track of pictures, not 0 */
	bool is_key;		/* a frame that needs none before it */
	uint64_t time_us;	/* of a frame, since the recording began */
	uint32_t len;		/* of the bytes of a frame, which follow */
};

void piece_write(const struct piece *piece, uint8_t out[PIECE_HEADER_SIZE]);
/* Pure. CAM_ERR_FORMAT, CAM_ERR_LIMIT. */
int piece_parse(const uint8_t in[PIECE_HEADER_SIZE], struct piece *piece);

#endif
