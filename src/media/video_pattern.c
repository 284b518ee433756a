/* video_pattern.c: a picture that moves and carries its number, made for tests
 * and for who has no camera. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "media/video.h"

enum { BLACK = 16, WHITE = 235, BITS = 16, SECONDS_ACROSS = 4 };

struct pattern {
	struct video video;
	unsigned number;
	struct i420 ground; /* what does not move */
};

static void
fill_box(struct i420 *picture, unsigned x, unsigned y, unsigned width,
    unsigned height, uint8_t value)
{
	for (unsigned row = y; row < y + height && row < picture->height; row++)
		memset(
		    picture->planes[0] + (size_t)row * picture->strides[0] + x,
		    value,
		    x + width <= picture->width ? width : picture->width - x);
}

/* Slopes of grey with soft squares, and all colours from corner to corner. */
static void
draw_ground(struct i420 *ground)
{
	for (unsigned y = 0; y < ground->height; y++)
		for (unsigned x = 0; x < ground->width; x++)
			ground->planes[0][y * ground->strides[0] + x] =
			    (uint8_t)(60 + x * 100 / ground->width +
				      ((x * 16 / ground->width ^
					   y * 9 / ground->height) &
					  1) *
					  20);
	for (unsigned y = 0; y < i420_half(ground->height); y++)
		for (unsigned x = 0; x < i420_half(ground->width); x++) {
			ground->planes[1][y * ground->strides[1] + x] =
			    (uint8_t)(90 + x * 152 / ground->width);
			ground->planes[2][y * ground->strides[2] + x] =
			    (uint8_t)(90 + y * 152 / ground->height);
		}
}

/* The number's bits and the sum of its fours. */
static void
draw_number(struct i420 *picture, unsigned number)
{
	unsigned side = picture->width / VIDEO_PATTERN_SQUARES;
	unsigned sum =
	    (number + (number >> 4) + (number >> 8) + (number >> 12)) & 15;
	unsigned bits = (number & 0xffff) << 4 | sum;

	for (unsigned i = 0; i < VIDEO_PATTERN_SQUARES; i++)
		fill_box(picture, i * side, 0, side, side,
		    bits >> (VIDEO_PATTERN_SQUARES - 1 - i) & 1 ? WHITE
								: BLACK);
}

static enum video_state
read_pattern(struct video *video, struct i420 *picture)
{
	struct pattern *pattern = (struct pattern *)video;
	unsigned size = video->height / 4;
	unsigned period = video->rate * SECONDS_ACROSS;
	unsigned at = pattern->number % (2 * period);

	if (i420_resize(picture, video->width, video->height) < 0)
		return VIDEO_FAILED;
	memcpy(picture->planes[0], pattern->ground.planes[0],
	    i420_size(video->width, video->height));
	if (at > period)
		at = 2 * period - at;
	if (size < video->width)
		fill_box(picture, (video->width - size) * at / period,
		    video->height * 3 / 8, size, size, 200);
	draw_number(picture, pattern->number++);
	return VIDEO_GOES_ON;
}

static void
close_pattern(struct video *video)
{
	struct pattern *pattern = (struct pattern *)video;

	i420_finish(&pattern->ground);
	free(pattern);
}

static const struct video_ops ops = { read_pattern, close_pattern };

int
video_pattern_open(
    unsigned width, unsigned height, unsigned rate, struct video **video)
{
	struct pattern *pattern = xcalloc(1, sizeof *pattern);
	int err = i420_init(&pattern->ground, width, height);

	if (err < 0) {
		free(pattern);
		return err;
	}
	draw_ground(&pattern->ground);
	pattern->video = (struct video){ &ops, width, height, rate, false };
	*video = &pattern->video;
	return 0;
}
