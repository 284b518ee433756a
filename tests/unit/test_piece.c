/* test_piece.c: what is handed to cam-record. */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "media/piece.h"

static void
what_is_written_is_read(void **state)
{
	static const struct piece pieces[] = {
		{ .kind = PIECE_TRACK, .codec = MEDIA_OPUS },
		{ .kind = PIECE_TRACK,
		    .track = PIECE_TRACKS - 1,
		    .codec = MEDIA_VP9,
		    .width = 1920,
		    .height = 1080 },
		{ .kind = PIECE_FRAME,
		    .track = 3,
		    .codec = MEDIA_VP8,
		    .is_key = true,
		    .time_us = (uint64_t)1 << 40,
		    .len = PIECE_BYTES_MAX },
	};
	uint8_t bytes[PIECE_HEADER_SIZE];

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct piece read = { 0 };

		piece_write(&pieces[i], bytes);
		assert_int_equal(piece_parse(bytes, &read), 0);
		assert_int_equal(read.kind, pieces[i].kind);
		assert_int_equal(read.track, pieces[i].track);
		assert_int_equal(read.codec, pieces[i].codec);
		assert_int_equal(read.width, pieces[i].width);
		assert_int_equal(read.height, pieces[i].height);
		assert_int_equal(read.is_key, pieces[i].is_key);
		assert_int_equal(read.time_us, pieces[i].time_us);
		assert_int_equal(read.len, pieces[i].len);
	}
}

static int
parse(struct piece piece)
{
	uint8_t bytes[PIECE_HEADER_SIZE];
	struct piece read;

	piece_write(&piece, bytes);
	return piece_parse(bytes, &read);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	const struct piece track = {
		.kind = PIECE_TRACK, .codec = MEDIA_VP8, .width = 2, .height = 2
	};
	const struct piece frame = { .kind = PIECE_FRAME, .len = 1 };
	struct piece wrong = track;
	uint8_t bytes[PIECE_HEADER_SIZE];

	assert_int_equal(parse(track), 0);
	wrong.height = 0;
	assert_int_equal(parse(wrong), CAM_ERR_FORMAT);
	wrong = track;
	wrong.codec = MEDIA_OPUS;
	assert_int_equal(parse(wrong), CAM_ERR_FORMAT);
	wrong = track;
	wrong.len = 1;
	assert_int_equal(parse(wrong), CAM_ERR_FORMAT);
	wrong = track;
	wrong.track = PIECE_TRACKS;
	assert_int_equal(parse(wrong), CAM_ERR_LIMIT);
	assert_int_equal(parse(frame), 0);
	wrong = frame;
	wrong.len = 0;
	assert_int_equal(parse(wrong), CAM_ERR_FORMAT);
	wrong.len = PIECE_BYTES_MAX + 1;
	assert_int_equal(parse(wrong), CAM_ERR_LIMIT);
	wrong = frame;
	wrong.time_us = UINT64_MAX;
	assert_int_equal(parse(wrong), CAM_ERR_FORMAT);
	for (size_t i = 0; i < 4; i++) {
		piece_write(&frame, bytes);
		bytes[i] = 0xff;
		assert_int_not_equal(piece_parse(bytes, &wrong), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
