/* convert.c: pictures scaled, and to and from what devices and screens have;
 * the only place that knows libyuv. */
#include "picture/convert.h"

#include <libyuv.h>

#include "base/err.h"

/* libyuv's order of a picture's planes: each with its stride. */
#define PLANES(picture)                                                        \
	(picture)->planes[0], (int)(picture)->strides[0],                      \
	    (picture)->planes[1], (int)(picture)->strides[1],                  \
	    (picture)->planes[2], (int)(picture)->strides[2]
#define SIZE(picture) (int)(picture)->width, (int)(picture)->height

void
convert_copy(const struct i420 *from, struct i420 *to)
{
	I420Copy(PLANES(from), PLANES(to), SIZE(to));
}

void
convert_scale(const struct i420 *from, struct i420 *to)
{
	bool shrinks = to->width < from->width || to->height < from->height;

	if (to->width == from->width && to->height == from->height)
		convert_copy(from, to);
	else
		I420Scale(PLANES(from), SIZE(from), PLANES(to), SIZE(to),
		    shrinks ? kFilterBox : kFilterBilinear);
}

void
convert_to_rgba(const struct i420 *from, uint8_t *rgba)
{
	/* Named by the order in a word, so the other way round in memory. */
	I420ToABGR(PLANES(from), rgba, (int)from->width * 4, SIZE(from));
}

void
convert_to_rgb(const struct i420 *from, uint8_t *rgb)
{
	I420ToRAW(PLANES(from), rgb, (int)from->width * 3, SIZE(from));
}

void
convert_from_yuyv(const uint8_t *yuyv, size_t stride, struct i420 *to)
{
	YUY2ToI420(yuyv, (int)stride, PLANES(to), SIZE(to));
}

void
convert_from_bgrx(const uint8_t *bgrx, size_t stride, struct i420 *to)
{
	ARGBToI420(bgrx, (int)stride, PLANES(to), SIZE(to));
}

int
convert_from_planes(uint8_t *const planes[3], const size_t strides[3],
    unsigned across, unsigned down, struct i420 *to)
{
	const struct i420 from = { to->width, to->height,
		{ planes[0], planes[1], planes[2] },
		{ (unsigned)strides[0], (unsigned)strides[1],
		    (unsigned)strides[2] },
		NULL };

	if (across == 2 && down == 2)
		I420Copy(PLANES(&from), PLANES(to), SIZE(to));
	else if (across == 2 && down == 1)
		I422ToI420(PLANES(&from), PLANES(to), SIZE(to));
	else if (across == 1 && down == 1)
		I444ToI420(PLANES(&from), PLANES(to), SIZE(to));
	else
		return CAM_ERR_UNSUPPORTED;
	return 0;
}
