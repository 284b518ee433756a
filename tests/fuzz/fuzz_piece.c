/* fuzz_piece.c: any bytes as what cam-media sends cam-record: what is read is
 * inside its limits, and is read the same when it is written again. */
#include "fuzz.h"

#include "media/piece.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t written[PIECE_HEADER_SIZE];
	struct piece piece;

	for (size_t at = 0; at + PIECE_HEADER_SIZE <= size;
	     at += PIECE_HEADER_SIZE) {
		if (piece_parse(data + at, &piece) != 0)
			continue;
		must(piece.track < PIECE_TRACKS);
		must(piece.len <= PIECE_BYTES_MAX);
		must(
		    piece.kind == PIECE_FRAME ? piece.len > 0 : piece.len == 0);
		must(piece.kind == PIECE_FRAME ||
		     (piece.codec == MEDIA_OPUS) == (piece.width == 0));
		piece_write(&piece, written);
		must(memcmp(written, data + at, sizeof written) == 0);
	}
	return 0;
}
