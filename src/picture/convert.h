/* convert.h: pictures scaled, and to and from what devices and screens have;
 * the only place that knows libyuv. */
#ifndef CAM_CONVERT_H
#define CAM_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include "picture/i420.h"

/* Both of one size. */
void convert_copy(const struct i420 *from, struct i420 *to);
/* Averages where it becomes smaller. */
void convert_scale(const struct i420 *from, struct i420 *to);

/* Rows of width * 4 bytes: R, G, B, 255. */
void convert_to_rgba(const struct i420 *from, uint8_t *rgba);
/* The same without the last of four. */
void convert_to_rgb(const struct i420 *from, uint8_t *rgb);

/* Of to's size; stride: bytes from one row to the next. */
void convert_from_yuyv(const uint8_t *yuyv, size_t stride, struct i420 *to);
/* Bytes in the order B, G, R, any: what X11 has on little-endian machines. */
void convert_from_bgrx(const uint8_t *bgrx, size_t stride, struct i420 *to);
/* Planes whose chroma is subsampled as a JPEG's: across and down by 1 or 2. */
int convert_from_planes(uint8_t *const planes[3], const size_t strides[3],
    unsigned across, unsigned down, struct i420 *to);

#endif
