/* fuzz_held.c: any bytes as what a sender brings to be held: at once, and in
 * pieces whose size the first byte tells. */
#include <string.h>

#include "base/err.h"
#include "fuzz.h"
#include "link/held.h"

static int
take(struct held_stream *stream, struct span bytes, size_t piece)
{
	struct span frames;
	size_t head = 0;
	int r = 0;

	held_stream_init(stream);
	while (bytes.len > 0 && r == 0) {
		size_t len = bytes.len < piece ? bytes.len : piece;

		head = stream->head_len;
		r = held_stream_take(stream, span_of(bytes.data, len), &frames);
		if (r == 0)
			must(frames.len + stream->head_len - head == len);
		bytes = span_of(bytes.data + len, bytes.len - len);
	}
	must(stream->head_len <= sizeof stream->head);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct held_stream whole, pieces;
	int r = 0;

	if (size < 2)
		return 0;
	r = take(&whole, span_of(data + 1, size - 1), size);
	must(take(&pieces, span_of(data + 1, size - 1), (size_t)data[0] + 1) ==
	     r);
	if (r == 0)
		must(memcmp(&whole, &pieces, sizeof whole) == 0);
	return 0;
}
