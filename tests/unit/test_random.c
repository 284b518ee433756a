/* test_random.c: randomness from the system. */
#include "test.h"

#include <string.h>

#include "base/random.h"

static void
every_byte_of_any_length_is_filled(void **state)
{
	/* A byte that is zero in all of 64 rounds was never written. */
	uint8_t bytes[1001] = { 0 }, seen[1000] = { 0 };

	for (int round = 0; round < 64; round++) {
		random_bytes(bytes, 1000);
		for (size_t i = 0; i < 1000; i++)
			seen[i] |= bytes[i];
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_not_equal(seen[i], 0);
	assert_int_equal(bytes[1000], 0);
}

static void
numbers_below_reach_all_and_no_more(void **state)
{
	unsigned count[5] = { 0 };

	for (int i = 0; i < 5000; i++) {
		uint32_t number = random_below(5);

		assert_true(number < 5);
		count[number]++;
	}
	for (int i = 0; i < 5; i++)
		assert_in_range(count[i], 700, 1300);
	assert_int_equal(random_below(1), 0);
	assert_true(random_below(UINT32_MAX) < UINT32_MAX);
}

static void
ids_are_32_hex_digits_and_differ(void **state)
{
	char a[ID_SIZE], b[ID_SIZE];

	random_id(a);
	random_id(b);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_of_any_length_is_filled),
		cmocka_unit_test(numbers_below_reach_all_and_no_more),
		cmocka_unit_test(ids_are_32_hex_digits_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
