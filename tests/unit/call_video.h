/* call_video.h: what a camera sees in a call, made: a still textured room, a
 * head that sways, the noise of a sensor. */
#ifndef CAM_TEST_CALL_VIDEO_H
#define CAM_TEST_CALL_VIDEO_H

#include <math.h>
#include <stdint.h>

#include "picture/i420.h"

static inline uint32_t
call_video_noise(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static inline uint8_t
call_video_luma(unsigned x, unsigned y, unsigned width, unsigned height,
    unsigned number, uint32_t *noise)
{
	double phase = number * 0.13;
	double middle = width * (0.5 + 0.06 * sin(phase));
	double across = ((double)x - middle) / (width / 8.0);
	double down = ((double)y - height * (0.48 + 0.03 * cos(phase * 1.3))) /
		      (height / 4.0);
	double away = across * across + down * down;
	int value;

	if (away < 1) {
		value = 170 - (int)(60 * away);
		if (down > 0.3 && down < 0.45 &&
		    fabs(across) < 0.4 * fabs(sin(number * 0.5)))
			value = 60; /* the mouth */
	} else if (y > height * 7 / 10 && fabs(across) < 2) {
		value = 50;
	} else {
		value = 90 + (int)(x * 40 / width) +
			(int)((x >> 5 ^ y >> 5) & 1) * 12 +
			(int)((x * 7919u + y * 104729u) >> 7 & 7);
	}
	return (uint8_t)(value + (int)(call_video_noise(noise) & 3) - 1);
}

/* Into a picture of any size; number counts pictures, 30 a second. */
static inline void
call_video(struct i420 *picture, unsigned number)
{
	uint32_t noise = number * 2654435761u | 1;

	for (unsigned y = 0; y < picture->height; y++)
		for (unsigned x = 0; x < picture->width; x++)
			picture->planes[0][y * picture->strides[0] + x] =
			    call_video_luma(x, y, picture->width,
				picture->height, number, &noise);
	for (unsigned y = 0; y < i420_half(picture->height); y++)
		for (unsigned x = 0; x < i420_half(picture->width); x++) {
			picture->planes[1][y * picture->strides[1] + x] =
			    (uint8_t)(118 + (x >> 4 & 7));
			picture->planes[2][y * picture->strides[2] + x] =
			    (uint8_t)(130 + (y >> 4 & 7));
		}
}

#endif
