/* image.h: pixels out of a file from anywhere (threat model F2): only ever to
 * be called in a sandbox. */
#ifndef CAM_IMAGE_H
#define CAM_IMAGE_H

#include <stdint.h>

#include "base/span.h"

enum {
	IMAGE_FILE_MAX = 64 * 1024 * 1024, /* bytes */
	IMAGE_SIDE_MAX = 32767,		   /* pixels */
	IMAGE_PIXELS_MAX = 48 * 1024 * 1024,
};

struct image {
	uint32_t width, height;
	uint8_t *pixels; /* rows of RGBA, 4 bytes each, without gaps */
};

/*
 * Decodes PNG, JPEG or WebP; a JPEG larger than anybody's screen comes out
 * smaller, and one that its camera held another way upright. Release with
 * image_finish(). CAM_ERR_UNSUPPORTED: none of these, or one that moves;
 * CAM_ERR_FORMAT; CAM_ERR_LIMIT; CAM_ERR_FULL: no memory.
 */
int image_decode(struct span file, struct image *image);
void image_finish(struct image *image);

#endif
