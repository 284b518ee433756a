/* test_display.c: X servers are found by their names, and their cookies. */
#include "test.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fields.h"
#include "camd/call/devices.h"
#include "camd/call/display.h"

static void
names_of_this_machine_are_understood(void **state)
{
	static const char *const others[] = { "", "0", "host:0", ":", ":a",
		":0.", ":0.x", ":0.0.0", ":65536", ":0.256", "localhost:10.0" };
	struct display_name name;

	assert_int_equal(display_parse(":3", &name), 0);
	assert_int_equal(name.number, 3);
	assert_int_equal(name.screen, 0);
	assert_int_equal(display_parse("unix:12.1", &name), 0);
	assert_int_equal(name.number, 12);
	assert_int_equal(name.screen, 1);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_int_equal(
		    display_parse(others[i], &name), CAM_ERR_REQUEST);
}

static void
put(struct buf *file, unsigned family, const char *address, const char *number,
    const char *name, const char *data)
{
	const char *const parts[] = { address, number, name, data };

	fields_put_number(file, family, 2);
	for (size_t i = 0; i < 4; i++) {
		fields_put_number(file, strlen(parts[i]), 2);
		buf_put_text(file, parts[i]);
	}
}

static void
the_cookie_of_the_host_and_display_is_taken(void **state)
{
	static const char cookie_name[] = "MIT-MAGIC-COOKIE-1";
	uint8_t cookie[DISPLAY_COOKIE_MAX];
	struct buf file;

	buf_init(&file, 4096);
	put(&file, 0, "\x0a\x4d\x01\x01", "1", cookie_name, "internet");
	put(&file, 256, "other", "1", cookie_name, "other host");
	put(&file, 256, "pc1", "2", cookie_name, "other display");
	put(&file, 256, "pc1", "1", "XDM-AUTHORIZATION-1", "other way");
	put(&file, 256, "pc1", "1", cookie_name, "the one");
	put(&file, 65535, "", "", cookie_name, "any");
	assert_int_equal(display_cookie(buf_span(&file), "pc1", 1, cookie), 7);
	assert_memory_equal(cookie, "the one", 7);
	assert_int_equal(display_cookie(buf_span(&file), "pc9", 9, cookie), 3);
	/* A file cut short has what is whole. */
	for (size_t len = 0; len < file.len; len++)
		assert_in_range(
		    display_cookie(span_of(file.data, len), "pc1", 1, cookie),
		    0, 7);
	buf_finish(&file);
}

static const json_t *
member(const struct call_devices *devices, const char *name)
{
	return json_object_get(
	    json_object_get(json_object_get(devices->params, "video"), "in"),
	    name);
}

static void
what_is_shown_is_named(void **state)
{
	static const char *const wrong[] = { "pattern:", "pattern:640",
		"pattern:640x360", "pattern:0x360@15", "pattern:640x360@0",
		"pattern:640x360@61", "pattern:99999x1@1", "somewhere" };
	struct call_devices *devices = devices_new();
	struct call_devices *other = devices_new();

	assert_int_equal(devices->showing, DEVICES_SHOW_NOTHING);
	assert_int_equal(
	    devices_set(devices, DEVICES_VIDEO_IN, "pattern:640x360@15"), 0);
	assert_int_equal(devices->showing, DEVICES_SHOW_VIDEO);
	assert_int_equal(json_integer_value(member(devices, "height")), 360);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(devices_set(other, DEVICES_VIDEO_IN, wrong[i]),
		    CAM_ERR_REQUEST);
	assert_int_equal(devices_set(other, DEVICES_VIDEO_IN, "/dev/null"), 0);
	assert_true(other->fds[DEVICES_VIDEO_IN] >= 0);
	devices_move_showing(devices, other);
	assert_int_equal(other->fds[DEVICES_VIDEO_IN], -1);
	assert_string_equal(json_string_value(member(devices, "kind")), "v4l2");
	devices_free(other);
	other = devices_new();
	devices_move_showing(devices, other);
	assert_int_equal(devices->showing, DEVICES_SHOW_NOTHING);
	assert_int_equal(devices->fds[DEVICES_VIDEO_IN], -1);
	assert_string_equal(json_string_value(member(devices, "kind")), "none");
	assert_int_equal(
	    devices_set_screen(other, ":65000", NULL, 0), CAM_ERR_UNREACHABLE);
	devices_free(devices);
	devices_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_this_machine_are_understood),
		cmocka_unit_test(the_cookie_of_the_host_and_display_is_taken),
		cmocka_unit_test(what_is_shown_is_named),
	};

	return cmocka_run_group_tests_name("displays", tests, NULL, NULL);
}
