/* fuzz_image.c: any file: what comes out has the size that it says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cam-show/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
#ifdef CAM_CHAFA
	struct image image = { 0 };
	int err = image_decode(span_of(data, size), &image);

	if (err == 0) {
		if (image.width == 0 || image.height == 0 ||
		    (uint64_t)image.width * image.height > IMAGE_PIXELS_MAX)
			abort();
		/* All of it can be read. */
		if (memchr(image.pixels, 0x77,
			(size_t)image.width * image.height * 4) == data)
			abort();
	} else if (image.pixels != NULL || err > 0) {
		abort();
	}
	image_finish(&image);
#endif
	return 0;
}
