/* test_frame.c: the frames of cam/1, byte by byte. */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "rpc/frame.h"

static int
parse(const void *bytes, size_t len, struct frame *frame, size_t *used)
{
	return frame_parse(span_of(bytes, len), frame, used);
}

static void
what_is_written_is_read(void **state)
{
	static const struct {
		enum frame_type type;
		uint16_t stream;
		const char *payload;
	} rows[] = {
		{ FRAME_JSON, 0, "{" },
		{ FRAME_JSON_END, 0, "}" },
		{ FRAME_OPEN, 1, "envelopes" },
		{ FRAME_DATA, 2, "a" },
		{ FRAME_END, 0xffff, "b" },
		{ FRAME_CREDIT, 0x0100, "abcd" },
		{ FRAME_CLOSE, 3, "\x7f\xff\xff\xff" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame frame = { rows[i].type, rows[i].stream,
			span_text(rows[i].payload) };
		struct frame again = { 0 };
		uint8_t bytes[64];
		size_t len = FRAME_HEADER_SIZE + frame.payload.len, used = 0;

		frame_header(&frame, bytes);
		memcpy(bytes + FRAME_HEADER_SIZE, frame.payload.data,
		    frame.payload.len);
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(
			    parse(bytes, cut, &again, &used), CAM_ERR_MORE);
		assert_int_equal(used, 0);
		assert_int_equal(parse(bytes, sizeof(bytes), &again, &used), 0);
		assert_int_equal(used, len);
		assert_int_equal(again.type, frame.type);
		assert_int_equal(again.stream, frame.stream);
		assert_true(span_equal(again.payload, frame.payload));
	}
}

static void
the_bytes_are_those_of_the_protocol(void **state)
{
	static const uint8_t wanted[FRAME_HEADER_SIZE] = { 4, 0, 0x12, 0x34, 0,
		0, 0x40, 0 };
	static const uint8_t payload[FRAME_PAYLOAD_MAX];
	struct frame frame = { FRAME_DATA, 0x1234,
		span_of(payload, sizeof(payload)) };
	uint8_t bytes[FRAME_HEADER_SIZE];

	frame_header(&frame, bytes);
	assert_memory_equal(bytes, wanted, sizeof(wanted));
	fields_write(bytes, 0x01020304, FRAME_NUMBER_SIZE);
	assert_memory_equal(bytes, "\1\2\3\4", 4);
	frame.payload = span_of("\xfe\2\3\4", 4);
	assert_int_equal(frame_number(&frame), 0xfe020304);
}

#define ROW(err, text)                                                         \
	{                                                                      \
		err, text, sizeof(text) - 1                                    \
	}

static void
what_is_no_frame_is_refused_by_its_header(void **state)
{
	static const struct {
		int err;
		const char *bytes;
		size_t len;
	} rows[] = {
		ROW(CAM_ERR_FORMAT, "\0\0\0\1\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\x08\0\0\1\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\xff\0\0\1\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\1\1"), /* before it is whole */
		ROW(CAM_ERR_FORMAT, "\1\0\0\1\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\2\0\0\1\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\3\0\0\0\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\4\0\0\0\0\0\0\1"),
		ROW(CAM_ERR_FORMAT, "\7\0\0\0\0\0\0\4"),
		ROW(CAM_ERR_FORMAT, "\1\0\0\0\0\0\0\0"),
		ROW(CAM_ERR_FORMAT, "\4\0\0\1\0\0\0\0"),
		ROW(CAM_ERR_FORMAT, "\5\0\0\1\0\0\0\0"),
		ROW(CAM_ERR_LIMIT, "\4\0\0\1\0\0\x40\1"),
		ROW(CAM_ERR_LIMIT, "\4\0\0\1\xff\xff\xff\xff"),
		ROW(CAM_ERR_FORMAT, "\3\0\0\1\0\0\0\0"),
		ROW(CAM_ERR_FORMAT, "\3\0\0\1\0\0\0\x20"),
		ROW(CAM_ERR_FORMAT, "\3\0\0\1\0\0\0\2a "),
		ROW(CAM_ERR_FORMAT, "\3\0\0\1\0\0\0\2a\0"),
		ROW(CAM_ERR_FORMAT, "\3\0\0\1\0\0\0\2a\x7f"),
		ROW(CAM_ERR_FORMAT, "\6\0\0\1\0\0\0\3"),
		ROW(CAM_ERR_FORMAT, "\6\0\0\1\0\0\0\5"),
		ROW(CAM_ERR_FORMAT, "\7\0\0\1\0\0\0\5"),
		ROW(CAM_ERR_MORE, "\4\0\0\1\0\0\x40\0"),
		ROW(CAM_ERR_MORE, "\3\0\0\1\0\0\0\x1f"),
		ROW(CAM_ERR_MORE, ""),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame frame = { 0 };
		size_t used = 7;

		assert_int_equal(
		    parse(rows[i].bytes, rows[i].len, &frame, &used),
		    rows[i].err);
		assert_int_equal(used, 7);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_bytes_are_those_of_the_protocol),
		cmocka_unit_test(what_is_no_frame_is_refused_by_its_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
