/* i420.c: a picture in I420: a plane of luma, and two of chroma of half its
 * width and height. */
#include "picture/i420.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"

/* What libyuv and libvpx like best. */
enum { ALIGNMENT = 64 };

bool
i420_is_valid_size(unsigned width, unsigned height)
{
	return width > 0 && height > 0 && width <= LIMIT_PICTURE_SIDE &&
	       height <= LIMIT_PICTURE_SIDE &&
	       width * height <= LIMIT_PICTURE_PIXELS;
}

size_t
i420_size(unsigned width, unsigned height)
{
	return (size_t)width * height +
	       2 * (size_t)i420_half(width) * i420_half(height);
}

void
i420_over(struct i420 *picture, unsigned width, unsigned height, uint8_t *bytes)
{
	size_t luma = (size_t)width * height;
	size_t chroma = (size_t)i420_half(width) * i420_half(height);

	*picture = (struct i420){ .width = width,
		.height = height,
		.planes = { bytes, bytes + luma, bytes + luma + chroma },
		.strides = { width, i420_half(width), i420_half(width) } };
}

static int
allocate(struct i420 *picture, unsigned width, unsigned height)
{
	size_t size;
	void *memory;

	if (!i420_is_valid_size(width, height))
		return CAM_ERR_LIMIT;
	size = i420_size(width, height);
	memory = aligned_alloc(
	    ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
	if (memory == NULL)
		return CAM_ERR_FULL;
	i420_over(picture, width, height, memory);
	picture->memory = memory;
	return 0;
}

int
i420_init(struct i420 *picture, unsigned width, unsigned height)
{
	int err = allocate(picture, width, height);
	size_t luma = (size_t)width * height;

	if (err < 0)
		return err;
	memset(picture->planes[0], 16, luma);
	memset(picture->planes[1], 128, i420_size(width, height) - luma);
	return 0;
}

int
i420_resize(struct i420 *picture, unsigned width, unsigned height)
{
	struct i420 made;
	int err;

	if (picture->memory != NULL && picture->width == width &&
	    picture->height == height)
		return 0;
	err = allocate(&made, width, height);
	if (err < 0)
		return err;
	i420_finish(picture);
	*picture = made;
	return 0;
}

void
i420_finish(struct i420 *picture)
{
	free(picture->memory);
	*picture = (struct i420){ 0 };
}

void
i420_fit(const struct i420 *picture, unsigned width, unsigned height,
    unsigned *fit_width, unsigned *fit_height)
{
	uint64_t w = width, h = height;

	/* Rounded to the nearest: a row more or less is seen. */
	if (w * picture->height > h * picture->width)
		w = (h * picture->width * 2 + picture->height) /
		    (picture->height * 2ull);
	else
		h = (w * picture->height * 2 + picture->width) /
		    (picture->width * 2ull);
	*fit_width = w > 0 ? (unsigned)w : 1;
	*fit_height = h > 0 ? (unsigned)h : 1;
}
