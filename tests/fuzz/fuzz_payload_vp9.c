/* fuzz_payload_vp9.c: any payload as VP9: what is found lies within it. */
#include <stdint.h>
#include <stdlib.h>

#include "media/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload_part part;
	int err = payload_vp9_parse(span_of(data, size), &part);

	if (err > 0)
		abort();
	if (err == 0 && (part.bytes.len == 0 || part.bytes.data <= data ||
			    part.bytes.data + part.bytes.len != data + size ||
			    (part.is_key && !part.begins)))
		abort();
	return 0;
}
