/* test_size.c: sizes as people read them. */
#include "test.h"

#include "base/size.h"

static void
sizes_are_short_and_in_powers_of_1024(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 10188, "9.9 KiB" },
		{ 10189, "10 KiB" },
		{ 23 << 20, "23 MiB" },
		{ 1ull << 30, "1.0 GiB" },
		{ 999ull << 40, "999 TiB" },
		{ UINT64_MAX, "16 EiB" },
	};
	char text[SIZE_TEXT];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_format(cases[i].bytes, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
what_is_nearly_one_of_the_next_unit_is_that(void **state)
{
	char text[SIZE_TEXT];

	size_format(1024 * 1024 - 1, text);
	assert_string_equal(text, "1.0 MiB");
	size_format((1ull << 60) - 1, text);
	assert_string_equal(text, "1.0 EiB");
	/* 1023.4 KiB */
	size_format(1023 * 1024 + 400, text);
	assert_string_equal(text, "1023 KiB");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_short_and_in_powers_of_1024),
		cmocka_unit_test(what_is_nearly_one_of_the_next_unit_is_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
