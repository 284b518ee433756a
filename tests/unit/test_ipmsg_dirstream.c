/* test_ipmsg_dirstream.c: folder streams and the requests for them. */
#include "ipmsg/command.h"
#include "ipmsg/dirstream.h"
#include "ipmsg/filerequest.h"
#include "wire.h"

/* Reads a whole stream; the last error, or 0 when it came to its end. */
static int
read_all(void **state, struct span bytes, bool single, size_t *events)
{
	const struct charset_reader *reader = *state;
	struct dirstream stream;
	struct span data;
	enum dirstream_event event = DIRSTREAM_UP;
	int rc = 0;

	dirstream_init(&stream, reader->converter, CHARSET_UTF8, single);
	*events = 0;
	while (rc == 0 && event != DIRSTREAM_END) {
		rc = dirstream_next(&stream, &bytes, &event, &data);
		if (rc == 0)
			(*events)++;
	}
	return rc;
}

static int
read_text(void **state, const char *text)
{
	size_t events;

	return read_all(state, span_text(text), false, &events);
}

static void
header_sizes_have_four_to_eight_digits_and_limits(void **state)
{
	struct dirstream_record record;

	assert_int_equal(
	    dirstream_record_parse(span_text("000B:.:0:3:"), &record), 0);
	assert_int_equal(record.header_size, 11);
	assert_int_equal(
	    dirstream_record_parse(span_text("0000000F:.:0:3:"), &record), 0);
	assert_int_equal(
	    dirstream_record_parse(span_text("00000000F:.:0:3:"), &record),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    dirstream_record_parse(span_text("00a:.:0:3:"), &record),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    dirstream_record_parse(span_text("0000:x:0:1:"), &record),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    dirstream_record_parse(span_text("2001:x:0:1:"), &record),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    dirstream_record_parse(span_text("2000:x:0:1:"), &record),
	    CAM_ERR_MORE);
	assert_int_equal(
	    dirstream_record_parse(span_text("+00b:.:0:3:"), &record),
	    CAM_ERR_FORMAT);
	/* One byte too short or too long: the last one is no colon. */
	assert_int_equal(
	    dirstream_record_parse(span_text("000a:.:0:3:"), &record),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    dirstream_record_parse(span_text("000c:.:0:3:x"), &record),
	    CAM_ERR_FORMAT);
}

static void
a_header_is_waited_for_until_it_is_whole(void **state)
{
	const char *text = "000B:.:0:3:";
	struct dirstream_record record;

	for (size_t len = 0; len < strlen(text); len++)
		assert_int_equal(
		    dirstream_record_parse(span_of(text, len), &record),
		    CAM_ERR_MORE);
	assert_int_equal(dirstream_record_parse(span_text("hello"), &record),
	    CAM_ERR_FORMAT);
}

static void
malformed_records_are_refused(void **state)
{
	static const char *const bad[] = { "000f::0:2:::::", "000c:a:x:2:",
		"000c:a:0:x:", "0012:a:-1:2:::::::", "000b:a:0:::",
		"001b:a:8000000000000000:1:", "000e:aaaaaaa:" };
	struct dirstream_record record;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(
		    dirstream_record_parse(span_text(bad[i]), &record) < 0);
}

static void
nothing_leads_above_the_start(void **state)
{
	/* The return record of nothing. */
	assert_int_equal(read_text(state, "000b:.:0:3:"), CAM_ERR_FORMAT);
	/* Behind the end nothing is read. */
	assert_int_equal(
	    read_text(state, "000b:d:0:2:000b:.:0:3:000b:.:0:3:"), 0);
	assert_int_equal(
	    read_text(state, "000b:d:0:2:000c:..:0:2:"), CAM_ERR_FORMAT);
	assert_int_equal(
	    read_text(state, "000b:d:0:2:000d:../:0:1:"), CAM_ERR_FORMAT);
	assert_int_equal(read_text(state, "000d:/..:0:2:"), CAM_ERR_FORMAT);
}

static void
a_file_needs_a_folder_unless_it_was_asked_for_alone(void **state)
{
	size_t events;

	assert_int_equal(read_text(state, "000b:f:3:1:abc"), CAM_ERR_FORMAT);
	assert_int_equal(
	    read_all(state, span_text("000b:f:3:1:abc"), true, &events), 0);
	assert_int_equal(events, 4);
	assert_int_equal(
	    read_all(state, span_text("000b:d:0:2:"), true, &events),
	    CAM_ERR_FORMAT);
}

static void
other_types_than_file_and_folder_are_refused(void **state)
{
	static const char *const types[] = { "4", "5", "6", "7", "0", "20" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char *text =
		    xasprintf("000b:d:0:2:%04zx:f:0:%s:", 10 + strlen(types[i]),
			types[i]);

		assert_int_equal(read_text(state, text), CAM_ERR_REFUSED);
		free(text);
	}
}

static void
a_stream_that_ends_early_wants_more(void **state)
{
	static const char text[] = "000b:d:0:2:000b:f:3:1:abc000b:.:0:3:";

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		size_t events;

		assert_int_equal(
		    read_all(state, span_of(text, len), false, &events),
		    CAM_ERR_MORE);
	}
	assert_int_equal(read_text(state, text), 0);
}

static void
depth_has_a_limit(void **state)
{
	for (size_t depth = LIMIT_STREAM_DEPTH - 1;
	     depth <= LIMIT_STREAM_DEPTH + 1; depth++) {
		struct buf buf;
		size_t events;

		buf_init(&buf, 1024 * 1024);
		for (size_t i = 0; i < depth; i++)
			buf_put_text(&buf, "000b:d:0:2:");
		for (size_t i = 0; i < depth; i++)
			buf_put_text(&buf, "000b:.:0:3:");
		assert_int_equal(
		    read_all(state, buf_span(&buf), false, &events),
		    depth > LIMIT_STREAM_DEPTH ? CAM_ERR_LIMIT : 0);
		buf_finish(&buf);
	}
}

static void
the_number_of_records_has_a_limit(void **state)
{
	struct buf buf;
	size_t events;

	buf_init(&buf, 4 * 1024 * 1024);
	buf_put_text(&buf, "000b:d:0:2:");
	for (size_t i = 0; i < LIMIT_STREAM_ENTRIES; i++)
		buf_put_text(&buf, "000b:f:0:1:");
	assert_int_equal(
	    read_all(state, buf_span(&buf), false, &events), CAM_ERR_LIMIT);
	assert_int_equal(events, 2 * LIMIT_STREAM_ENTRIES - 1);
	buf_finish(&buf);
}

static void
names_are_read_in_the_charset_of_the_request(void **state)
{
	const struct charset_reader *reader = *state;
	struct span bytes = BYTES("000f:\x95\x5c::x:0:2:");
	struct span data;
	enum dirstream_event event;
	struct dirstream stream;

	/* A colon behind the backslash byte stays a colon, doubled. */
	dirstream_init(&stream, reader->converter, CHARSET_CP932, false);
	assert_int_equal(dirstream_next(&stream, &bytes, &event, &data), 0);
	assert_int_equal(event, DIRSTREAM_FOLDER);
	assert_string_equal(stream.name, "表:x");
}

static void
a_built_record_counts_its_own_bytes(void **state)
{
	struct file_attribute attribute = {
		.key = FILE_KEY_MTIME, .is_number = true, .number = 0x6553f104
	};
	struct dirstream_record record;
	struct buf buf;
	char *name = letters('x', LIMIT_STREAM_HEADER);

	buf_init(&buf, LIMIT_DATAGRAM);
	assert_int_equal(dirstream_record_build(&buf, span_text("a:b"), 5,
			     FILE_REGULAR, &attribute, 1),
	    0);
	assert_span(buf_span(&buf), "0022:a::b:000000005:1:14=6553f104:");
	assert_int_equal(dirstream_record_parse(buf_span(&buf), &record), 0);
	assert_int_equal(record.header_size, buf.len);
	assert_bytes(span_of(record.name, record.name_len), BYTES("a:b"));
	buf_clear(&buf);
	assert_int_equal(
	    dirstream_record_build(&buf, span_text(name), 5, 1, NULL, 0),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    dirstream_record_build(&buf, span_text(""), 5, 1, NULL, 0),
	    CAM_ERR_FORMAT);
	buf_finish(&buf);
	free(name);
}

static int
request(uint32_t command, const char *body, struct file_request *request)
{
	return file_request_parse(command, span_text(body), request);
}

static void
requests_need_no_final_colon(void **state)
{
	struct file_request r;

	assert_int_equal(request(COMMAND_GETFILEDATA, "a:b:c:", &r), 0);
	assert_int_equal(r.packet, 10);
	assert_int_equal(r.file, 11);
	assert_int_equal(r.offset, 12);
	assert_int_equal(request(COMMAND_GETFILEDATA, "a:b:c", &r), 0);
	assert_int_equal(r.offset, 12);
	assert_int_equal(request(COMMAND_GETDIRFILES, "a:b", &r), 0);
	assert_int_equal(request(COMMAND_GETDIRFILES, "a:b:0", &r), 0);
	assert_int_equal(r.cover, FILE_COVER_NONE);
}

static void
malformed_requests_are_refused(void **state)
{
	struct file_request r;

	assert_true(request(COMMAND_GETFILEDATA, "", &r) < 0);
	assert_true(request(COMMAND_GETFILEDATA, "a:b", &r) < 0);
	assert_true(request(COMMAND_GETFILEDATA, "a:b:", &r) < 0);
	assert_true(request(COMMAND_GETFILEDATA, "x:b:0", &r) < 0);
	assert_true(request(COMMAND_GETFILEDATA, "100000000:b:0", &r) < 0);
	assert_true(
	    request(COMMAND_GETFILEDATA, "a:b:8000000000000000", &r) < 0);
	assert_int_equal(
	    request(COMMAND_GETFILEDATA, "a:b:7fffffffffffffff", &r), 0);
	assert_true(request(COMMAND_GETDIRFILES, "a", &r) < 0);
}

#define KEY_TEXT                                                               \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void
a_cover_is_read_with_its_key_and_number(void **state)
{
	const uint32_t folder = COMMAND_GETDIRFILES | REQUEST_ENCFILE;
	const uint32_t file = COMMAND_GETFILEDATA | REQUEST_ENCFILE;
	struct file_request r;

	assert_int_equal(request(folder, "a:b:900000:" KEY_TEXT ":6", &r), 0);
	assert_int_equal(r.cover, FILE_COVER_AES);
	assert_int_equal(r.key[31], 0x1f);
	assert_true(r.has_replay);
	assert_int_equal(r.replay, 6);
	assert_int_equal(request(folder, "a:b:900000:" KEY_TEXT, &r), 0);
	assert_false(r.has_replay);
	assert_int_equal(request(file, "a:b:0:4000000:7", &r), 0);
	assert_int_equal(r.cover, FILE_COVER_CLEAR);
	assert_int_equal(r.replay, 7);
	/* The number guards against replay: without a key it must be there. */
	assert_true(request(file, "a:b:0:4000000", &r) < 0);
	assert_true(request(folder, "a:b:900000:0011", &r) < 0);
	assert_true(request(folder, "a:b:900000", &r) < 0);
	assert_true(request(folder, "a:b", &r) < 0);
	assert_int_equal(request(folder, "a:b:100:1", &r), CAM_ERR_UNSUPPORTED);
}

static void
a_request_is_whole_when_its_fields_are(void **state)
{
	assert_true(file_request_is_whole(BYTES("1:7:u:h:96:a:b:0:\0")));
	assert_true(file_request_is_whole(BYTES("1:7:u:h:96:a:b:0:")));
	assert_true(file_request_is_whole(BYTES("1:7:u:h:98:a:b:")));
	assert_true(file_request_is_whole(BYTES("1:7:u:h:96:a:b:0\0")));
	assert_false(file_request_is_whole(BYTES("1:7:u:h:96:a:b:0")));
	assert_false(file_request_is_whole(BYTES("1:7:u:h:96:a:b:")));
	assert_false(file_request_is_whole(BYTES("1:7:u:h:96:")));
	assert_false(file_request_is_whole(BYTES("1:7:u:h:9")));
	assert_false(file_request_is_whole(BYTES("")));
	/* An encrypted one ends with its NUL or its connection's silence. */
	assert_false(
	    file_request_is_whole(BYTES("1:7:u:h:4194402:41900004:aa:")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    header_sizes_have_four_to_eight_digits_and_limits),
		cmocka_unit_test(a_header_is_waited_for_until_it_is_whole),
		cmocka_unit_test(malformed_records_are_refused),
		cmocka_unit_test(nothing_leads_above_the_start),
		cmocka_unit_test(
		    a_file_needs_a_folder_unless_it_was_asked_for_alone),
		cmocka_unit_test(other_types_than_file_and_folder_are_refused),
		cmocka_unit_test(a_stream_that_ends_early_wants_more),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(the_number_of_records_has_a_limit),
		cmocka_unit_test(names_are_read_in_the_charset_of_the_request),
		cmocka_unit_test(a_built_record_counts_its_own_bytes),
		cmocka_unit_test(requests_need_no_final_colon),
		cmocka_unit_test(malformed_requests_are_refused),
		cmocka_unit_test(a_cover_is_read_with_its_key_and_number),
		cmocka_unit_test(a_request_is_whole_when_its_fields_are),
	};

	return cmocka_run_group_tests_name(
	    "dirstream", tests, open_reader, close_reader);
}
