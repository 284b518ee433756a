/* test_y4m.c: raw video of tools, read and written. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "call_video.h"
#include "picture/y4m.h"

static int
parse(const char *text, struct y4m_format *format)
{
	size_t used = 0;
	int err = y4m_parse(span_text(text), format, &used);

	if (err == 0)
		assert_int_equal(used, strcspn(text, "\n") + 1);
	return err;
}

static void
the_first_line_tells_size_and_rate(void **state)
{
	struct y4m_format format = { 0 };

	assert_int_equal(
	    parse("YUV4MPEG2 W1920 H1080 F30000:1001 Ip A1:1 C420mpeg2 "
		  "XYSCSS=420MPEG2\nFRAME\n",
		&format),
	    0);
	assert_int_equal(format.width, 1920);
	assert_int_equal(format.height, 1080);
	assert_int_equal(format.rate, 30000);
	assert_int_equal(format.per, 1001);
	assert_int_equal(parse("YUV4MPEG2 H9 W17\n", &format), 0);
	assert_int_equal(format.width, 17);
	assert_int_equal(format.rate, 30);
	assert_int_equal(parse("YUV4MPEG2 W2 H2 F0:0\n", &format), 0);
	assert_int_equal(format.rate, 30);
	assert_int_equal(format.per, 1);
}

static void
other_formats_and_broken_lines_are_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} lines[] = {
		{ "", CAM_ERR_MORE },
		{ "YUV4", CAM_ERR_MORE },
		{ "YUV4MPEG2 W2 H2", CAM_ERR_MORE },
		{ "YUV4MPEG\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2W2 H2\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W2\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W2 Hx\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W2 H-2\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W0 H2\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W2 H2 F30\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W2 H2 F30:1:1\n", CAM_ERR_FORMAT },
		{ "YUV4MPEG2 W2 H2 F5000:1\n", CAM_ERR_LIMIT },
		{ "YUV4MPEG2 W99999 H2\n", CAM_ERR_LIMIT },
		{ "YUV4MPEG2 W4096 H4096\n", CAM_ERR_LIMIT },
		{ "YUV4MPEG2 W2 H2 It\n", CAM_ERR_UNSUPPORTED },
		{ "YUV4MPEG2 W2 H2 C444\n", CAM_ERR_UNSUPPORTED },
		{ "YUV4MPEG2 W2 H2 C420p10\n", CAM_ERR_UNSUPPORTED },
		{ "RIFF", CAM_ERR_FORMAT },
	};
	struct y4m_format format;
	char endless[LIMIT_Y4M_HEADER * 2];

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		assert_int_equal(parse(lines[i].text, &format), lines[i].err);
	memset(endless, ' ', sizeof endless);
	memcpy(endless, "YUV4MPEG2", 9);
	endless[sizeof endless - 1] = '\0';
	assert_int_equal(parse(endless, &format), CAM_ERR_LIMIT);
}

/* A file of that many pictures; all but the last cut bytes. */
static int
write_file(unsigned width, unsigned height, unsigned pictures, size_t cut)
{
	const struct y4m_format format = { width, height, 25, 1 };
	int fd = memfd_create("y4m", 0);
	struct i420 picture;
	struct buf out;

	buf_init(&out, 1 << 20);
	y4m_put_header(&format, &out);
	assert_int_equal(i420_init(&picture, width, height), 0);
	for (unsigned i = 0; i < pictures; i++) {
		call_video(&picture, i);
		y4m_put(&picture, &out);
	}
	assert_false(buf_failed(&out));
	assert_int_equal(write(fd, out.data, out.len - cut), out.len - cut);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	i420_finish(&picture);
	buf_finish(&out);
	return fd;
}

static void
what_is_written_is_read(unsigned width, unsigned height)
{
	struct y4m_reader *reader = NULL;
	struct i420 read, wanted;

	assert_int_equal(y4m_open(write_file(width, height, 4, 0), &reader), 0);
	assert_int_equal(y4m_format(reader)->width, width);
	assert_int_equal(y4m_format(reader)->height, height);
	assert_int_equal(y4m_format(reader)->rate, 25);
	assert_int_equal(i420_init(&read, width, height), 0);
	assert_int_equal(i420_init(&wanted, width, height), 0);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 4; i++) {
			call_video(&wanted, i);
			assert_int_equal(y4m_read(reader, &read), 0);
			assert_memory_equal(read.planes[0], wanted.planes[0],
			    i420_size(width, height));
		}
		assert_int_equal(y4m_read(reader, &read), CAM_ERR_CLOSED);
		assert_int_equal(y4m_rewind(reader), 0);
	}
	i420_finish(&read);
	i420_finish(&wanted);
	y4m_close(reader);
}

static void
pictures_come_back_as_they_were_written(void **state)
{
	what_is_written_is_read(320, 180);
	what_is_written_is_read(33, 17); /* chroma is rounded up */
	what_is_written_is_read(1, 1);
}

static void
a_file_that_ends_within_a_picture_says_so(void **state)
{
	struct y4m_reader *reader = NULL;
	struct i420 picture;

	assert_int_equal(y4m_open(write_file(32, 16, 2, 1), &reader), 0);
	assert_int_equal(i420_init(&picture, 32, 16), 0);
	assert_int_equal(y4m_read(reader, &picture), 0);
	assert_int_equal(y4m_read(reader, &picture), CAM_ERR_CLOSED);
	y4m_close(reader);
	assert_int_equal(
	    y4m_open(memfd_create("empty", 0), &reader), CAM_ERR_CLOSED);
	i420_finish(&picture);
}

static void
a_pipe_is_read_as_it_comes_and_has_no_way_back(void **state)
{
	struct y4m_reader *reader = NULL;
	struct i420 picture;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(
	    write(ends[1], "YUV4MPEG2 W2 H2\nFRAME\nabcdef", 28), 28);
	assert_int_equal(y4m_open(ends[0], &reader), 0);
	assert_int_equal(i420_init(&picture, 2, 2), 0);
	assert_int_equal(y4m_read(reader, &picture), 0);
	assert_memory_equal(picture.planes[0], "abcdef", 6);
	assert_int_equal(y4m_rewind(reader), CAM_ERR_SYSTEM);
	close(ends[1]);
	y4m_close(reader);
	i420_finish(&picture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_tells_size_and_rate),
		cmocka_unit_test(other_formats_and_broken_lines_are_refused),
		cmocka_unit_test(pictures_come_back_as_they_were_written),
		cmocka_unit_test(a_file_that_ends_within_a_picture_says_so),
		cmocka_unit_test(
		    a_pipe_is_read_as_it_comes_and_has_no_way_back),
	};

	return cmocka_run_group_tests_name("y4m", tests, NULL, NULL);
}
