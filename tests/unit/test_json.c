/* test_json.c: one bounded object a line. */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "rpc/json.h"

#define SPAN(literal) span_of(literal, sizeof(literal) - 1)

static json_t *
parse(struct span line)
{
	json_t *object = NULL;

	assert_int_equal(json_parse_line(line, &object), 0);
	return object;
}

static void
an_object_is_read(void **state)
{
	json_t *object =
	    parse(SPAN(" {\"a\":[1,{\"b\":\"\xe4\xbc\x9a\\u0041\"}]}\r"));
	const char *b = NULL;

	assert_int_equal(
	    json_unpack(object, "{s:[i,{s:s}]}", "a", &(int){ 0 }, "b", &b), 0);
	assert_string_equal(b, "\xe4\xbc\x9a"
			       "A");
	json_decref(object);
}

static void
every_kind_of_value_is_read(void **state)
{
	json_t *object = parse(
	    SPAN("{ \"i\" : -1 ,\t\"z\":0,\"m\":9223372036854775807,"
		 "\"s\":-9223372036854775808,\"r\":1.5,\"e\":1e2,"
		 "\"t\":true,\"f\":false,\"n\":null,\"\":[],\"o\":{},"
		 "\"l\":999999999999999999,\"p\":\"\",\"q\":\"\\\"\\\\\"}"));

	assert_int_equal(json_object_size(object), 14);
	assert_true(json_integer_value(json_object_get(object, "i")) == -1);
	assert_true(json_integer_value(json_object_get(object, "z")) == 0);
	assert_true(
	    json_integer_value(json_object_get(object, "m")) == INT64_MAX);
	assert_true(
	    json_integer_value(json_object_get(object, "s")) == INT64_MIN);
	assert_true(json_real_value(json_object_get(object, "r")) == 1.5);
	assert_true(json_real_value(json_object_get(object, "e")) == 100);
	assert_true(json_is_true(json_object_get(object, "t")));
	assert_true(json_is_false(json_object_get(object, "f")));
	assert_true(json_is_null(json_object_get(object, "n")));
	assert_true(json_is_array(json_object_get(object, "")));
	assert_true(json_is_object(json_object_get(object, "o")));
	assert_true(json_integer_value(json_object_get(object, "l")) ==
		    INT64_C(999999999999999999));
	assert_string_equal(
	    json_string_value(json_object_get(object, "p")), "");
	assert_string_equal(
	    json_string_value(json_object_get(object, "q")), "\"\\");
	json_decref(object);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const wrong[] = { "", " ", "null", "1", "\"a\"",
		"[]", "[{}]", "{", "{\"a\":1,\"a\":2}", "{} {}", "{}x",
		"{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":\"\xff\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\u0000\"}", "{\"a\":\"\x01\"}",
		"{\"a\":99999999999999999999}", "{\"a\":1,}", "{\"a\":-}",
		"{\"a\":+1}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":1e999}",
		"{\"a\":tru}", "{\"a\":nulll}", "{\"a\" 1}", "{\"a\":[1 2]}",
		"{\"a\":[1,]}", "{,}", "{\"a\":\"\\", "{a:1}",
		"{\"a\\u0000\":1}", "{\"a\":}", "{\"a\":{\"b\":1}",
		"{\"\\u0061\":1,\"a\":2}" };
	json_t *object = NULL;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (json_parse_line(span_text(wrong[i]), &object) !=
		    CAM_ERR_FORMAT)
			fail_msg("%s was read", wrong[i]);
	}
	assert_int_equal(
	    json_parse_line(SPAN("{\"a\":\"\0\"}"), &object), CAM_ERR_FORMAT);
	assert_null(object);
}

static void
nested(struct buf *text, int depth)
{
	buf_clear(text);
	buf_put_text(text, "{\"]\":");
	for (int i = 1; i < depth; i++)
		buf_put_byte(text, '[');
	buf_put_text(text, "\"[[[\\\"[[\"");
	for (int i = 1; i < depth; i++)
		buf_put_byte(text, ']');
	buf_put_byte(text, '}');
}

static void
depth_is_limited(void **state)
{
	struct buf text;
	json_t *object = NULL;

	buf_init(&text, 1000);
	nested(&text, LIMIT_JSON_DEPTH);
	json_decref(parse(buf_span(&text)));
	nested(&text, LIMIT_JSON_DEPTH + 1);
	assert_int_equal(
	    json_parse_line(buf_span(&text), &object), CAM_ERR_FORMAT);
	buf_finish(&text);
}

static void
the_number_of_values_is_limited(void **state)
{
	struct buf text;
	json_t *object = NULL;

	buf_init(&text, LIMIT_RPC_LINE);
	buf_put_text(&text, "{\"a\":[0");
	for (int i = 0; i < LIMIT_JSON_VALUES; i++)
		buf_put_text(&text, ",0");
	buf_put_text(&text, "]}");
	assert_int_equal(
	    json_parse_line(buf_span(&text), &object), CAM_ERR_FORMAT);
	buf_finish(&text);
}

static void
assert_line(json_t *object, const char *expected)
{
	size_t len = 0;
	char *line = json_line(object, &len);

	assert_non_null(line);
	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
	free(line);
	json_decref(object);
}

static void
a_line_is_compact_and_unescaped_but_for_controls(void **state)
{
	assert_line(json_pack("{s:i, s:s}", "a", 1, "b",
			"\xe4\xbc\x9a\xf0\x9f\x98\x80/\xc3\xa4"),
	    "{\"a\":1,\"b\":\"\xe4\xbc\x9a\xf0\x9f\x98\x80/\xc3\xa4\"}\n");
	assert_line(json_pack("{s:s}", "a",
			"\x1b\n\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\xa1"),
	    "{\"a\":\"\\u001B\\n\\u007f\\u009b\\u202e\\udb40\\udc21\"}\n");
	assert_line(json_pack("{s:i}", "\xc2\x85", 1), "{\"\\u0085\":1}\n");
	assert_null(json_line(json_null(), &(size_t){ 0 }));
}

static void
random_text_survives_and_no_control_is_bare(void **state)
{
	for (int round = 0; round < 3000; round++) {
		uint8_t bytes[40];
		size_t count = random_below(sizeof bytes), len;
		struct buf valid;
		json_t *object = NULL, *again = NULL;
		char *line = NULL;

		random_bytes(bytes, count);
		buf_init(&valid, 4 * sizeof bytes);
		for (size_t i = 0; i < count; i += 2)
			utf8_put(&valid,
			    1 + (bytes[i] | (uint32_t)bytes[i + 1] << 8) %
				    0x3000);
		object = json_pack("{s:o}", "t", json_text(buf_span(&valid)));
		line = json_line(object, &len);
		for (size_t i = 0; i + 1 < len; i++) {
			assert_true(
			    (uint8_t)line[i] >= 0x20 && line[i] != 0x7f);
			assert_false((uint8_t)line[i] == 0xc2 &&
				     (uint8_t)line[i + 1] < 0xa0);
		}
		again = parse(span_of(line, len));
		assert_true(json_equal(object, again));
		json_decref(again);
		json_decref(object);
		free(line);
		buf_finish(&valid);
	}
}

static void
text_that_is_no_utf8_is_repaired(void **state)
{
	json_t *text = json_text(SPAN("a\0b\xff\0"));

	assert_string_equal(json_string_value(text),
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd\xef\xbf\xbd");
	json_decref(text);
	text = json_text(SPAN("\xe4\xbc\x9a"));
	assert_string_equal(json_string_value(text), "\xe4\xbc\x9a");
	json_decref(text);
	text = json_text(span_of(NULL, 0));
	assert_string_equal(json_string_value(text), "");
	json_decref(text);
}

static void
a_time_has_its_zone(void **state)
{
	json_t *text = NULL;

	setenv("TZ", "JST-9", 1);
	tzset();
	text = json_time(INT64_C(1769819400000));
	assert_string_equal(
	    json_string_value(text), "2026-01-31T09:30:00.000+09:00");
	json_decref(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_read),
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(the_number_of_values_is_limited),
		cmocka_unit_test(
		    a_line_is_compact_and_unescaped_but_for_controls),
		cmocka_unit_test(random_text_survives_and_no_control_is_bare),
		cmocka_unit_test(text_that_is_no_utf8_is_repaired),
		cmocka_unit_test(a_time_has_its_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
