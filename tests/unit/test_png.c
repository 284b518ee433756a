/* test_png.c: pictures told from what only says so. */
#include <string.h>

#include "base/err.h"
#include "camd/offer/png.h"
#include "test.h"

static int
check(const char *begin, uint32_t width, uint32_t height)
{
	uint8_t head[PNG_HEAD];

	memcpy(head, begin, 16);
	for (int i = 0; i < 4; i++) {
		head[16 + i] = (uint8_t)(width >> (24 - 8 * i));
		head[20 + i] = (uint8_t)(height >> (24 - 8 * i));
	}
	return png_check(span_of(head, sizeof head));
}

#define BEGIN "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

static void
a_picture_is_one(void **state)
{
	assert_int_equal(check(BEGIN, 1, 1), 0);
	assert_int_equal(check(BEGIN, 16384, 4096), 0);
}

static void
nothing_else_is(void **state)
{
	assert_int_equal(check("GIF89a..........", 1, 1), CAM_ERR_FORMAT);
	assert_int_equal(
	    check("\x89PNG\r\n\x1a\n\0\0\0\x0eIHDR", 1, 1), CAM_ERR_FORMAT);
	assert_int_equal(
	    check("\x89PNG\r\n\x1a\n\0\0\0\rIDAT", 1, 1), CAM_ERR_FORMAT);
	assert_int_equal(check(BEGIN, 0, 1), CAM_ERR_FORMAT);
	assert_int_equal(check(BEGIN, 1, 0), CAM_ERR_FORMAT);
	assert_int_equal(png_check(span_of(BEGIN, 16)), CAM_ERR_FORMAT);
	assert_int_equal(png_check(span_of(NULL, 0)), CAM_ERR_FORMAT);
}

static void
a_picture_that_fills_the_memory_is_none(void **state)
{
	assert_int_equal(check(BEGIN, 16385, 1), CAM_ERR_LIMIT);
	assert_int_equal(check(BEGIN, 1, UINT32_MAX), CAM_ERR_LIMIT);
	assert_int_equal(check(BEGIN, 16384, 4097), CAM_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_is_one),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(a_picture_that_fills_the_memory_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
