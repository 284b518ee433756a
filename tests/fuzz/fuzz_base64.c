/* fuzz_base64.c: base64 has one text for some bytes. */
#include "base/base64.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	uint8_t *bytes = malloc(size + 1);
	struct buf again;
	size_t len = 0;

	must(bytes != NULL);
	buf_init(&again, 2 * size + 4);
	if (base64_decode(text, bytes, size, &len) == 0) {
		base64_encode(span_of(bytes, len), &again);
		must(span_equal(buf_span(&again), text));
	}
	buf_clear(&again);
	base64_encode(text, &again);
	must(base64_decode(buf_span(&again), bytes, size, &len) == 0);
	must(len == size && (len == 0 || memcmp(bytes, data, len) == 0));
	buf_finish(&again);
	free(bytes);
	return 0;
}
