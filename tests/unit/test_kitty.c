/* test_kitty.c: the chunks of kitty's protocol carry the picture's pixels. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "call_video.h"
#include "picture/convert.h"
#include "picture/kitty.h"

enum { OUT_MAX = 8 * 1024 * 1024 };

/* One escape code of the protocol: its control data and its base64. */
static void
take_code(struct span *rest, struct span *control, struct span *text)
{
	struct span code = { 0 };

	assert_true(span_starts(*rest, "\033_G"));
	rest->data += 3;
	rest->len -= 3;
	assert_true(span_cut(rest, '\033', &code));
	assert_true(span_starts(*rest, "\\"));
	rest->data++;
	rest->len--;
	if (!span_cut(&code, ';', control)) {
		*control = code;
		code = (struct span){ 0 };
	}
	*text = code;
}

/* All the pixels of one image; returns how many bytes they are. */
static size_t
take_image(struct span *rest, const char *first, uint8_t *rgb, size_t size)
{
	size_t have = 0, len = 0;
	struct span control, text;

	take_code(rest, &control, &text);
	assert_true(span_starts(control, first));
	for (;;) {
		uint8_t last = control.data[control.len - 1];

		assert_in_range(text.len, 1, 4096);
		assert_int_equal(
		    base64_decode(text, rgb + have, size - have, &len), 0);
		have += len;
		if (last == '0')
			return have;
		assert_int_equal(last, '1');
		take_code(rest, &control, &text);
		assert_int_equal(control.len, 3); /* m=0 or m=1 */
	}
}

static void
draws(unsigned width, unsigned height)
{
	struct kitty *kitty = kitty_new(7);
	struct i420 picture;
	struct span rest, control, text;
	size_t size = (size_t)width * height * 3;
	uint8_t *wanted = malloc(size), *rgb = malloc(size);
	char first[80];
	struct buf out;

	assert_true(wanted != NULL && rgb != NULL);
	buf_init(&out, OUT_MAX);
	assert_int_equal(i420_init(&picture, width, height), 0);
	call_video(&picture, 0);
	convert_to_rgb(&picture, wanted);
	assert_int_equal(kitty_place(kitty, 1, 2, 80, 24, 1920, 1080), 0);
	for (unsigned i = 0; i < 3; i++) {
		buf_clear(&out);
		assert_int_equal(kitty_draw(kitty, &picture, &out), 0);
		rest = buf_span(&out);
		assert_true(span_starts(rest, "\033[3;2H"));
		rest.data += 6;
		rest.len -= 6;
		/* Two images take turns. */
		snprintf(first, sizeof first,
		    "a=T,q=2,C=1,f=24,i=%u,s=%u,v=%u,", 7 + i % 2, width,
		    height);
		assert_int_equal(take_image(&rest, first, rgb, size), size);
		assert_memory_equal(rgb, wanted, size);
		if (i > 0) {
			take_code(&rest, &control, &text);
			snprintf(
			    first, sizeof first, "a=d,d=I,q=2,i=%u", 8 - i % 2);
			assert_true(span_equal_text(control, first));
		}
		assert_int_equal(rest.len, 0);
	}
	buf_clear(&out);
	kitty_remove(kitty, &out);
	assert_true(
	    span_equal_text(buf_span(&out), "\033_Ga=d,d=I,q=2,i=7\033\\"));
	kitty_remove(kitty, &out);
	assert_int_equal(out.len, 20); /* nothing more */
	buf_finish(&out);
	i420_finish(&picture);
	kitty_free(kitty);
	free(wanted);
	free(rgb);
}

static void
a_picture_of_many_chunks_arrives_whole(void **state)
{
	draws(160, 90);
}

static void
a_picture_of_one_chunk_arrives_whole(void **state)
{
	draws(32, 32); /* exactly one */
	draws(1, 1);
	draws(33, 32);
}

static void
a_larger_picture_is_scaled_before_it_is_sent(void **state)
{
	struct kitty *kitty = kitty_new(1);
	struct i420 picture;
	struct buf out;

	buf_init(&out, OUT_MAX);
	assert_int_equal(i420_init(&picture, 640, 360), 0);
	assert_int_equal(kitty_place(kitty, 0, 0, 80, 24, 320, 400), 0);
	assert_int_equal(kitty_draw(kitty, &picture, &out), 0);
	/* 320 x 180 of three bytes, four thirds of it as text. */
	assert_in_range(out.len, 320 * 180 * 4, 320 * 180 * 4 + 2000);
	buf_finish(&out);
	buf_init(&out, 1000);
	assert_int_equal(kitty_draw(kitty, &picture, &out), CAM_ERR_LIMIT);
	buf_finish(&out);
	i420_finish(&picture);
	kitty_free(kitty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_of_many_chunks_arrives_whole),
		cmocka_unit_test(a_picture_of_one_chunk_arrives_whole),
		cmocka_unit_test(a_larger_picture_is_scaled_before_it_is_sent),
	};

	return cmocka_run_group_tests_name("kitty", tests, NULL, NULL);
}
