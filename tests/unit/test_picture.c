/* test_picture.c: QR codes as terminals show them. */
#include "cam-qr/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "test.h"

#ifdef CAM_QRENCODE

enum { SIZE_MAX_MODULES = 200 };

/* The code back as modules, true for dark. */
struct modules {
	bool dark[SIZE_MAX_MODULES][SIZE_MAX_MODULES];
	int width, height;
};

static void
put_cell(struct modules *modules, int x, uint32_t cell)
{
	bool upper_light = cell == 0x2580 || cell == 0x2588;
	bool lower_light = cell == 0x2584 || cell == 0x2588;

	modules->dark[modules->height][x] = !upper_light;
	modules->dark[modules->height + 1][x] = !lower_light;
}

static struct modules *
read_picture(struct span picture)
{
	struct modules *modules = calloc(1, sizeof *modules);
	int x = 0;

	while (picture.len > 0) {
		uint32_t cell = 0;
		size_t len = utf8_next(picture, &cell);

		assert_true(len > 0);
		picture = span_of(picture.data + len, picture.len - len);
		if (cell != '\n') {
			put_cell(modules, x++, cell);
			continue;
		}
		assert_true(modules->width == 0 || modules->width == x);
		modules->width = x;
		modules->height += 2;
		x = 0;
	}
	return modules;
}

static struct modules *
draw(const void *data, size_t len)
{
	struct modules *modules = NULL;
	struct buf out;

	buf_init(&out, PICTURE_MAX);
	assert_int_equal(picture_draw(span_of(data, len), false, &out), 0);
	modules = read_picture(buf_span(&out));
	buf_finish(&out);
	return modules;
}

/* The square by which readers find a corner (ISO/IEC 18004, 6.3.3). */
static void
assert_finder(const struct modules *modules, int left, int top)
{
	for (int y = 0; y < 7; y++) {
		for (int x = 0; x < 7; x++) {
			bool ring = x == 0 || y == 0 || x == 6 || y == 6;
			bool heart = x >= 2 && x <= 4 && y >= 2 && y <= 4;

			assert_int_equal(
			    modules->dark[top + y][left + x], ring || heart);
		}
	}
}

static void
a_code_has_its_margin_and_three_corners(void **state)
{
	uint8_t bytes[65] = { 1, 0, 255 };
	struct modules *modules = draw(bytes, sizeof bytes);
	int size = modules->width - 2 * PICTURE_MARGIN;

	assert_int_equal(size % 4, 1);
	assert_int_equal(size, 37);
	assert_int_equal(modules->height, modules->width + 1);
	for (int i = 0; i < modules->width; i++) {
		for (int m = 0; m < PICTURE_MARGIN; m++) {
			assert_false(modules->dark[m][i]);
			assert_false(modules->dark[i][m]);
			assert_false(modules->dark[i][modules->width - 1 - m]);
		}
	}
	assert_finder(modules, PICTURE_MARGIN, PICTURE_MARGIN);
	assert_finder(modules, PICTURE_MARGIN + size - 7, PICTURE_MARGIN);
	assert_finder(modules, PICTURE_MARGIN, PICTURE_MARGIN + size - 7);
	free(modules);
}

static void
capitals_and_digits_take_less_room(void **state)
{
	static const char capitals[] =
	    "CAM1:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789AB";
	static const char small[] =
	    "cam1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab";
	struct modules *one = draw(capitals, sizeof capitals - 1);
	struct modules *other = draw(small, sizeof small - 1);

	assert_true(one->width < other->width);
	free(one);
	free(other);
}

static void
nothing_and_too_much_are_refused(void **state)
{
	static const uint8_t bytes[PICTURE_DATA_MAX + 1];
	struct buf out;

	buf_init(&out, PICTURE_MAX);
	assert_int_equal(
	    picture_draw(span_of(bytes, 0), false, &out), CAM_ERR_LIMIT);
	assert_int_equal(
	    picture_draw(span_of(bytes, sizeof bytes), false, &out),
	    CAM_ERR_LIMIT);
	assert_int_equal(out.len, 0);
	assert_int_equal(
	    picture_draw(span_of(bytes, PICTURE_DATA_MAX), true, &out), 0);
	buf_finish(&out);
}

static void
colours_end_with_each_line(void **state)
{
	struct buf out;
	char *text, *line, *rest;

	buf_init(&out, PICTURE_MAX);
	assert_int_equal(picture_draw(span_text("cam"), true, &out), 0);
	rest = text = buf_steal_text(&out);
	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		assert_int_equal(
		    strncmp(line, "\033[38;5;231;48;5;16m", 19), 0);
		assert_string_equal(line + strlen(line) - 4, "\033[0m");
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_has_its_margin_and_three_corners),
		cmocka_unit_test(capitals_and_digits_take_less_room),
		cmocka_unit_test(nothing_and_too_much_are_refused),
		cmocka_unit_test(colours_end_with_each_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void
cam_is_built_without_codes(void **state)
{
	skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cam_is_built_without_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
