/* fuzz_vpx.c: any bytes as coded pictures: none is larger than the limits. */
#include <stdint.h>
#include <stdlib.h>

#include "base/fields.h"
#include "media/vpx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The codec 1, then pictures: length 2, bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields = fields_of(span_of(data, size));
	struct vpx_decoder *decoder = NULL;
	volatile uint8_t seen = 0;

	if (vpx_decoder_new(fields_number(&fields, 1) & 1 ? VPX_VP9 : VPX_VP8,
		&decoder) < 0)
		abort();
	while (fields.rest.len > 2) {
		size_t len = (size_t)fields_number(&fields, 2);
		struct i420 picture;

		if (len > fields.rest.len)
			len = fields.rest.len;
		if (vpx_decode(decoder, fields_span(&fields, len), &picture) <
		    0)
			continue;
		if (!i420_is_valid_size(picture.width, picture.height))
			abort();
		for (unsigned y = 0; y < picture.height; y++)
			seen ^=
			    picture.planes[0][(size_t)y * picture.strides[0] +
					      picture.width - 1];
	}
	vpx_decoder_free(decoder);
	return 0;
}
