/* test_fields.c: binary fields, in and out. */
#include "test.h"

#include <string.h>

#include "base/fields.h"

static void
numbers_come_back_in_every_size(void **state)
{
	static const uint64_t number = 0xfedcba9876543210;
	uint8_t bytes[8];

	(void)state;
	for (size_t size = 1; size <= sizeof bytes; size++) {
		uint64_t part =
		    size < 8 ? number & ((1ULL << 8 * size) - 1) : number;
		const uint8_t *at = bytes;

		assert_ptr_equal(
		    fields_write(bytes, number, size), bytes + size);
		assert_int_equal(fields_read(&at, size), part);
		assert_ptr_equal(at, bytes + size);
	}
}

static void
numbers_are_big_endian(void **state)
{
	static const uint8_t wanted[] = { 1, 2, 3, 0xff };
	uint8_t bytes[sizeof wanted];
	struct buf buf;

	(void)state;
	fields_write(bytes, 0x010203ff, sizeof bytes);
	assert_memory_equal(bytes, wanted, sizeof wanted);
	buf_init(&buf, sizeof wanted);
	fields_put_number(&buf, 0x010203ff, sizeof wanted);
	assert_int_equal(buf_span(&buf).len, sizeof wanted);
	assert_memory_equal(buf_span(&buf).data, wanted, sizeof wanted);
	buf_finish(&buf);
}

static void
what_is_not_whole_is_zeros_and_so_is_all_behind_it(void **state)
{
	static const uint8_t bytes[] = { 7, 1, 2, 3 };
	struct fields fields = fields_of(span_of(bytes, sizeof bytes));
	uint8_t copy[4] = { 9, 9, 9, 9 };

	(void)state;
	assert_int_equal(fields_number(&fields, 1), 7);
	assert_false(fields.failed);
	fields_copy(&fields, copy, sizeof copy);
	assert_true(fields.failed);
	assert_memory_equal(copy, "\0\0\0\0", sizeof copy);
	assert_int_equal(fields_number(&fields, 1), 0);
	assert_int_equal(fields_span(&fields, 1).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back_in_every_size),
		cmocka_unit_test(numbers_are_big_endian),
		cmocka_unit_test(
		    what_is_not_whole_is_zeros_and_so_is_all_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
