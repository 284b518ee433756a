/* test_ipmsg_orgline.c: the line by which a server is looked for. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ipmsg/orgline.h"
#include "test.h"

#define PIN "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"

static void
what_is_written_is_read(void **state)
{
	static const uint16_t ports[] = { 0, 1, 2425, UINT16_MAX };
	struct orgline line, again;
	struct buf buf;

	for (size_t i = 0; i < sizeof line.pin; i++)
		line.pin[i] = (uint8_t)(0xa0 + i);
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		char text[ORGLINE_MAX + 1];

		line.port = ports[i];
		snprintf(text, sizeof text, "CO:1:%u:" PIN, (unsigned)ports[i]);
		buf_init(&buf, ORGLINE_MAX);
		orgline_write(&line, &buf);
		assert_true(span_equal_text(buf_span(&buf), text));
		assert_int_equal(orgline_parse(span_text(text + 3), &again), 0);
		assert_int_equal(again.port, line.port);
		assert_memory_equal(again.pin, line.pin, sizeof line.pin);
		buf_finish(&buf);
	}
}

static void
other_forms_are_refused(void **state)
{
	static const struct {
		const char *value;
		int err;
	} forms[] = {
		{ "", CAM_ERR_FORMAT },
		{ "1", CAM_ERR_FORMAT },
		{ "2:2425:" PIN, CAM_ERR_VERSION },
		{ ":2425:" PIN, CAM_ERR_VERSION },
		{ "1::" PIN, CAM_ERR_FORMAT },
		{ "1:65536:" PIN, CAM_ERR_FORMAT },
		{ "1:-1:" PIN, CAM_ERR_FORMAT },
		{ "1:2425:", CAM_ERR_FORMAT },
		{ "1:2425:" PIN "a0", CAM_ERR_FORMAT },
		{ "1:2425:" PIN ":", CAM_ERR_FORMAT },
		{ "1:2425:g0a1a2a3a4a5a6a7a8a9aaabacadaeaf", CAM_ERR_FORMAT },
	};
	struct orgline line;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (orgline_parse(span_text(forms[i].value), &line) !=
		    forms[i].err)
			fail_msg("'%s'", forms[i].value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(other_forms_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
