/* piece.c: what cam-media hands to cam-record. */
#include "media/piece.h"

#include "base/err.h"
#include "base/fields.h"

void
piece_write(const struct piece *piece, uint8_t out[PIECE_HEADER_SIZE])
{
	uint8_t *at = out;

	at = fields_write(at, (uint64_t)piece->kind, 1);
	at = fields_write(at, piece->track, 1);
	at = fields_write(at, (uint64_t)piece->codec, 1);
	at = fields_write(at, piece->is_key, 1);
	at = fields_write(at, piece->width, 2);
	at = fields_write(at, piece->height, 2);
	at = fields_write(at, piece->len, 4);
	(void)fields_write(at, piece->time_us, 8);
}

static int
check_track(const struct piece *piece)
{
	bool has_size = piece->width != 0 && piece->height != 0;

	if (piece->len != 0 || (piece->codec != MEDIA_OPUS) != has_size)
		return CAM_ERR_FORMAT;
	return 0;
}

static int
check_frame(const struct piece *piece)
{
	if (piece->len == 0 || piece->time_us > INT64_MAX)
		return CAM_ERR_FORMAT;
	return piece->len > PIECE_BYTES_MAX ? CAM_ERR_LIMIT : 0;
}

int
piece_parse(const uint8_t in[PIECE_HEADER_SIZE], struct piece *piece)
{
	const uint8_t *at = in;
	unsigned kind = (unsigned)fields_read(&at, 1);
	unsigned track = (unsigned)fields_read(&at, 1);
	unsigned codec = (unsigned)fields_read(&at, 1);
	unsigned key = (unsigned)fields_read(&at, 1);
	struct piece parsed = { .kind = (enum piece_kind)kind,
		.track = (uint8_t)track,
		.codec = (enum media_codec)codec,
		.is_key = key == 1 };
	int err;

	parsed.width = (uint16_t)fields_read(&at, 2);
	parsed.height = (uint16_t)fields_read(&at, 2);
	parsed.len = (uint32_t)fields_read(&at, 4);
	parsed.time_us = fields_read(&at, 8);
	if (kind > PIECE_FRAME || codec > MEDIA_VP9 || key > 1)
		return CAM_ERR_FORMAT;
	if (track >= PIECE_TRACKS)
		return CAM_ERR_LIMIT;
	err = kind == PIECE_TRACK ? check_track(&parsed) : check_frame(&parsed);
	if (err == 0)
		*piece = parsed;
	return err;
}
