/* test_ipmsg_camline.c: the line by which a camd says that it speaks cam/1. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ipmsg/camline.h"
#include "test.h"

static struct camline
a_line(void)
{
	struct camline line = { .port = 2425, .time_ms = 0x19abcdef012 };

	for (size_t i = 0; i < sizeof line.device; i++)
		line.device[i] = (uint8_t)(0xa0 + i);
	/* All of the 64 characters. */
	for (size_t i = 0; i < sizeof line.signature; i++)
		line.signature[i] = (uint8_t)(i * 37 + 0xfb);
	return line;
}

static const char *
written(const struct camline *line, char text[CAMLINE_MAX + 1])
{
	struct buf buf;

	buf_init(&buf, CAMLINE_MAX);
	camline_write(line, &buf);
	assert_false(buf_failed(&buf));
	memcpy(text, buf.data, buf.len);
	text[buf.len] = '\0';
	buf_finish(&buf);
	return text;
}

static void
what_is_written_is_read(void **state)
{
	struct camline line = a_line(), again;
	char text[CAMLINE_MAX + 1];

	assert_memory_equal(written(&line, text),
	    "CM:1:2425:a0a1a2a3a4a5a6a7a8a9aaabacadaeaf:19abcdef012:", 54);
	assert_null(strpbrk(text, "+/=\n"));
	assert_int_equal(camline_parse(span_text(text + 3), &again), 0);
	assert_int_equal(again.port, line.port);
	assert_int_equal(again.time_ms, line.time_ms);
	assert_memory_equal(again.device, line.device, sizeof line.device);
	assert_memory_equal(
	    again.signature, line.signature, sizeof line.signature);
}

static void
the_longest_line_fits(void **state)
{
	struct camline line = a_line(), again;
	char text[CAMLINE_MAX + 1];

	line.port = UINT16_MAX;
	line.time_ms = INT64_MAX;
	written(&line, text);
	assert_int_equal(camline_parse(span_text(text + 3), &again), 0);
	assert_true(again.time_ms == INT64_MAX);
}

/* Each is the good line with one part changed. */
static void
other_forms_are_refused(void **state)
{
	static const struct {
		const char *from, *to;
		int err;
	} changes[] = {
		{ "1:2425", "2:2425", CAM_ERR_VERSION },
		{ "1:2425", ":2425", CAM_ERR_VERSION },
		{ "1:2425", "1:0", CAM_ERR_FORMAT },
		{ "1:2425", "1:65536", CAM_ERR_FORMAT },
		{ "1:2425", "1:-1", CAM_ERR_FORMAT },
		{ "1:2425", "1:", CAM_ERR_FORMAT },
		{ ":a0a1", ":a0", CAM_ERR_FORMAT },
		{ ":a0a1", ":a0a1a1", CAM_ERR_FORMAT },
		{ ":a0a1", ":g0a1", CAM_ERR_FORMAT },
		{ ":19abcdef012", ":", CAM_ERR_FORMAT },
		{ ":19abcdef012", ":8000000000000000", CAM_ERR_FORMAT },
		{ ":19abcdef012", ":19abcdef012:", CAM_ERR_FORMAT },
		{ ":19abcdef012", "", CAM_ERR_FORMAT },
		{ ":19abcdef012:-", ":19abcdef012:+", CAM_ERR_FORMAT },
		{ ":19abcdef012:-", ":19abcdef012:=", CAM_ERR_FORMAT },
	};
	struct camline line = a_line(), again;
	char text[CAMLINE_MAX + 1], other[2 * CAMLINE_MAX];

	written(&line, text);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		const char *at = strstr(text, changes[i].from);

		assert_non_null(at);
		snprintf(other, sizeof other, "%.*s%s%s", (int)(at - text),
		    text, changes[i].to, at + strlen(changes[i].from));
		if (camline_parse(span_text(other + 3), &again) !=
		    changes[i].err)
			fail_msg("%s", other);
	}
	/* Cut anywhere, or longer. */
	for (size_t len = 0; len < strlen(text + 3); len++)
		assert_true(camline_parse(span_of(text + 3, len), &again) < 0);
	snprintf(other, sizeof other, "%sA", text + 3);
	assert_int_equal(
	    camline_parse(span_text(other), &again), CAM_ERR_FORMAT);
}

static void
every_part_is_signed(void **state)
{
	struct camline line = a_line(), other;
	struct buf one, two;

	buf_init(&one, CAMLINE_SIGNED_MAX);
	buf_init(&two, CAMLINE_SIGNED_MAX);
	camline_signed("anna", "pc1", &line, &one);
	assert_int_equal(one.len, 5 + 4 + 2 + 16 + 8);
	/* Names cannot run into each other. */
	camline_signed("annap", "c1", &line, &two);
	assert_false(span_equal(buf_span(&one), buf_span(&two)));
	for (int part = 0; part < 3; part++) {
		other = line;
		other.port ^= part == 0 ? 0x0100 : 0;
		other.device[15] ^= part == 1;
		other.time_ms ^= part == 2 ? (int64_t)1 << 40 : 0;
		buf_clear(&two);
		camline_signed("anna", "pc1", &other, &two);
		assert_false(span_equal(buf_span(&one), buf_span(&two)));
	}
	buf_finish(&one);
	buf_finish(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_longest_line_fits),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(every_part_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
