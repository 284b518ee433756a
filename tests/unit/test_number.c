/* test_number.c: numbers in text (threat model L1). */
#include "test.h"

#include "base/err.h"
#include "base/number.h"

static void
digits_are_read(void **state)
{
	uint64_t value = 7;

	assert_int_equal(number_decimal(span_text("0"), 10, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(
	    number_decimal(span_text("0000000000000000000000042"), 100, &value),
	    0);
	assert_int_equal(value, 42);
	assert_int_equal(number_decimal(span_text("18446744073709551615"),
			     UINT64_MAX, &value),
	    0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(
	    number_hex(span_text("fFfFffff"), UINT64_MAX, &value), 0);
	assert_true(value == 0xffffffff);
}

static void
anything_but_digits_is_refused(void **state)
{
	static const char *const wrong[] = { "", " 1", "1 ", "+1", "-1", "0x1",
		"1a", "1.0", "\xef\xbc\x91" };
	uint64_t value = 7;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(
		    number_decimal(span_text(wrong[i]), 100, &value),
		    CAM_ERR_FORMAT);
	assert_int_equal(
	    number_hex(span_text("0x10"), 100, &value), CAM_ERR_FORMAT);
	assert_int_equal(
	    number_hex(span_text("g"), 100, &value), CAM_ERR_FORMAT);
	assert_int_equal(
	    number_decimal(span_of("1\0", 2), 100, &value), CAM_ERR_FORMAT);
	assert_int_equal(value, 7);
}

static void
the_limit_holds_to_the_last_unit(void **state)
{
	uint64_t value = 7;

	assert_int_equal(number_decimal(span_text("65535"), 65535, &value), 0);
	assert_int_equal(
	    number_decimal(span_text("65536"), 65535, &value), CAM_ERR_LIMIT);
	assert_int_equal(number_decimal(span_text("18446744073709551616"),
			     UINT64_MAX, &value),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    number_hex(span_text("10000000000000000"), UINT64_MAX, &value),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    number_decimal(span_text("99999999999999999999x"), 9, &value),
	    CAM_ERR_FORMAT);
	assert_int_equal(value, 65535);
}

static void
hex_goes_both_ways(void **state)
{
	uint8_t bytes[256], again[256];
	char text[2 * 256 + 1];

	for (int i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	hex_encode(bytes, sizeof bytes, text);
	assert_int_equal(hex_decode(span_text(text), again, sizeof again), 0);
	assert_memory_equal(bytes, again, sizeof bytes);
	assert_int_equal(hex_decode(span_text("0A0b"), again, 2), 0);
	assert_int_equal(again[0], 10);
	assert_int_equal(again[1], 11);
}

static void
hex_of_another_length_or_with_other_characters_is_refused(void **state)
{
	uint8_t bytes[2] = { 1, 2 };

	assert_int_equal(
	    hex_decode(span_text("0a0"), bytes, 2), CAM_ERR_FORMAT);
	assert_int_equal(
	    hex_decode(span_text("0a0b0c"), bytes, 2), CAM_ERR_FORMAT);
	assert_int_equal(
	    hex_decode(span_text("0a0 "), bytes, 2), CAM_ERR_FORMAT);
	assert_int_equal(bytes[0], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_are_read),
		cmocka_unit_test(anything_but_digits_is_refused),
		cmocka_unit_test(the_limit_holds_to_the_last_unit),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(
		    hex_of_another_length_or_with_other_characters_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
