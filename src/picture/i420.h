/* i420.h: a picture in I420: a plane of luma, and two of chroma of half its
 * width and height. */
#ifndef CAM_I420_H
#define CAM_I420_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct i420 {
	unsigned width, height; /* pixels */
	uint8_t *planes[3];	/* Y, U, V; rows from the top */
	unsigned strides[3];	/* bytes from one row to the next */
	void *memory;		/* its own, or NULL: somebody else's */
};

/* Of chroma: half of luma, rounded up. */
static inline unsigned
i420_half(unsigned side)
{
	return (side + 1) / 2;
}

/* Neither empty nor over LIMIT_PICTURE_SIDE and LIMIT_PICTURE_PIXELS. */
bool i420_is_valid_size(unsigned width, unsigned height);
/* Bytes of the three planes one after the other, without gaps. */
size_t i420_size(unsigned width, unsigned height);

/* Black. CAM_ERR_LIMIT, or CAM_ERR_FULL: no memory. Release with
 * i420_finish(). */
int i420_init(struct i420 *picture, unsigned width, unsigned height);
/* i420_init() where it has not that size yet; the planes are then as they come.
 * A picture of zeros is fine. */
int i420_resize(struct i420 *picture, unsigned width, unsigned height);
/* Over i420_size() bytes of somebody else; the size is a valid one. */
void i420_over(
    struct i420 *picture, unsigned width, unsigned height, uint8_t *bytes);
void i420_finish(struct i420 *picture);

/* What of width x height has the picture's shape: never empty, never larger. */
void i420_fit(const struct i420 *picture, unsigned width, unsigned height,
    unsigned *fit_width, unsigned *fit_height);

#endif
