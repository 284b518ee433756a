/* test_sixel.c: what a terminal with sixels shows after each drawing is the
 * picture. */
#include "test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "call_video.h"
#include "picture/convert.h"
#include "picture/palette.h"
#include "picture/sixel.h"

enum { WIDTH = 320, HEIGHT = 180, OUT_MAX = 4 * 1024 * 1024 };
#define UNSET 0xffffffffu

/* A terminal that draws sixels over what it shows, leaving out what is not
 * set. */
struct screen {
	uint32_t pixels[HEIGHT][WIDTH];
	uint32_t registers[256];
	const uint8_t *at, *end;
};

static unsigned
number(struct screen *screen)
{
	unsigned value = 0;

	while (screen->at < screen->end && *screen->at >= '0' &&
	       *screen->at <= '9')
		value = value * 10 + *screen->at++ - '0';
	return value;
}

static bool
take(struct screen *screen, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(screen->end - screen->at) < len ||
	    memcmp(screen->at, text, len) != 0)
		return false;
	screen->at += len;
	return true;
}

static unsigned
colour(struct screen *screen)
{
	unsigned which = number(screen), rgb = 0;

	assert_in_range(which, 0, 255);
	if (!take(screen, ";2;"))
		return which;
	for (int i = 0; i < 3; i++) {
		unsigned percent = number(screen);

		assert_in_range(percent, 0, 100);
		rgb = rgb << 8 | (percent * 255 + 50) / 100;
		assert_true(i == 2 || take(screen, ";"));
	}
	screen->registers[which] = rgb;
	return which;
}

static void
feed(struct screen *screen, struct span bytes)
{
	unsigned x = 0, y = 0, which = 256, count;

	memset(screen->registers, 0xff, sizeof screen->registers);
	screen->at = bytes.data;
	screen->end = bytes.data + bytes.len;
	if (bytes.len == 0)
		return;
	assert_true(take(screen, "\033[3;5H\033P0;1;0q\"1;1;320;180"));
	while (!take(screen, "\033\\")) {
		assert_true(screen->at < screen->end);
		if (take(screen, "#")) {
			which = colour(screen);
			assert_int_not_equal(screen->registers[which], UNSET);
			continue;
		}
		if (take(screen, "$")) {
			x = 0;
			continue;
		}
		if (take(screen, "-")) {
			x = 0;
			y += 6;
			continue;
		}
		count = take(screen, "!") ? number(screen) : 1;
		assert_in_range(*screen->at, '?', '~');
		for (; count > 0; count--, x++)
			for (unsigned bit = 0; bit < 6; bit++)
				if ((*screen->at - '?') >> bit & 1) {
					assert_in_range(x, 0, WIDTH - 1);
					assert_in_range(y + bit, 0, HEIGHT - 1);
					screen->pixels[y + bit][x] =
					    screen->registers[which];
				}
		screen->at++;
	}
	assert_ptr_equal(screen->at, screen->end);
}

/* Dithered: each 4 x 4 pixels together must come near the picture. */
static unsigned
difference(const struct screen *screen, const struct i420 *picture)
{
	uint8_t *rgba = malloc((size_t)WIDTH * HEIGHT * 4);
	unsigned most = 0;

	assert_non_null(rgba);
	convert_to_rgba(picture, rgba);
	for (unsigned y = 0; y < HEIGHT; y += 4)
		for (unsigned x = 0; x < WIDTH; x += 4)
			for (unsigned i = 0; i < 3; i++) {
				int sum = 0;

				for (unsigned p = 0; p < 16; p++) {
					unsigned row = y + p / 4;
					unsigned column = x + p % 4;

					sum += rgba[(row * WIDTH + column) * 4 +
						    i];
					sum -=
					    (int)(screen->pixels[row][column] >>
						      (16 - 8 * i) &
						  0xff);
				}
				if ((unsigned)abs(sum) / 16 > most)
					most = (unsigned)abs(sum) / 16;
			}
	free(rgba);
	return most;
}

static void
what_is_shown_is_the_picture_after_each_drawing(void **state)
{
	struct screen *screen = malloc(sizeof *screen);
	struct sixel *sixel = sixel_new();
	struct i420 picture;
	struct buf out;
	size_t first = 0;

	assert_non_null(screen);
	memset(screen->pixels, 0xff, sizeof screen->pixels);
	buf_init(&out, OUT_MAX);
	assert_int_equal(i420_init(&picture, WIDTH, HEIGHT), 0);
	assert_int_equal(sixel_place(sixel, 4, 2, WIDTH, HEIGHT), 0);
	for (unsigned i = 0; i < 20; i++) {
		call_video(&picture, i);
		buf_clear(&out);
		assert_int_equal(sixel_draw(sixel, &picture, &out), 0);
		feed(screen, buf_span(&out));
		/* Half a step of the cube, and what may stay. */
		assert_in_range(difference(screen, &picture), 0, 34);
		if (i == 0)
			first = out.len;
		else
			assert_in_range(out.len, 1, first / 2);
	}
	buf_clear(&out);
	assert_int_equal(sixel_draw(sixel, &picture, &out), 0);
	assert_int_equal(out.len, 0);
	sixel_forget(sixel);
	assert_int_equal(sixel_draw(sixel, &picture, &out), 0);
	assert_true(out.len > first / 2);
	buf_finish(&out);
	i420_finish(&picture);
	sixel_free(sixel);
	free(screen);
}

static void
what_does_not_fit_fails_and_is_drawn_whole_the_next_time(void **state)
{
	struct screen *screen = malloc(sizeof *screen);
	struct sixel *sixel = sixel_new();
	struct i420 picture;
	struct buf out;

	assert_non_null(screen);
	memset(screen->pixels, 0xff, sizeof screen->pixels);
	assert_int_equal(i420_init(&picture, WIDTH, HEIGHT), 0);
	call_video(&picture, 0);
	assert_int_equal(
	    sixel_place(sixel, 0, 0, LIMIT_PICTURE_SIDE + 1, 1), CAM_ERR_LIMIT);
	assert_int_equal(sixel_place(sixel, 4, 2, WIDTH, HEIGHT), 0);
	buf_init(&out, 5000);
	assert_int_equal(sixel_draw(sixel, &picture, &out), CAM_ERR_LIMIT);
	buf_finish(&out);
	buf_init(&out, OUT_MAX);
	assert_int_equal(sixel_draw(sixel, &picture, &out), 0);
	feed(screen, buf_span(&out));
	assert_in_range(difference(screen, &picture), 0, 34);
	buf_finish(&out);
	i420_finish(&picture);
	sixel_free(sixel);
	free(screen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_shown_is_the_picture_after_each_drawing),
		cmocka_unit_test(
		    what_does_not_fit_fails_and_is_drawn_whole_the_next_time),
	};

	return cmocka_run_group_tests_name("sixel", tests, NULL, NULL);
}
