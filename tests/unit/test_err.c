/* test_err.c: every error has its words and an exit code of the contract. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void
every_error_has_words_of_its_own(void **state)
{
	for (int a = CAM_ERR_UNSAFE; a <= CAM_OK; a++) {
		assert_string_not_equal(cam_strerror(a), "unknown error");
		for (int b = CAM_ERR_UNSAFE; b < a; b++)
			assert_string_not_equal(
			    cam_strerror(a), cam_strerror(b));
	}
	assert_string_equal(cam_strerror(CAM_ERR_UNSAFE - 1), "unknown error");
}

static void
a_system_error_speaks_with_the_words_of_errno(void **state)
{
	errno = ENOSPC;
	assert_string_equal(cam_strerror(CAM_ERR_SYSTEM), strerror(ENOSPC));
}

static void
exit_codes_are_those_of_the_contract(void **state)
{
	static const struct {
		int err, code;
	} rows[] = {
		{ CAM_OK, 0 },
		{ CAM_ERR_SYSTEM, 1 },
		{ CAM_ERR_STORE, 1 },
		{ CAM_ERR_REQUEST, 2 },
		{ CAM_ERR_CHARSET, 2 },
		{ CAM_ERR_UNSUPPORTED, 2 },
		{ CAM_ERR_UNKNOWN, 3 },
		{ CAM_ERR_AMBIGUOUS, 3 },
		{ CAM_ERR_TIMEOUT, 4 },
		{ CAM_ERR_UNREACHABLE, 5 },
		{ CAM_ERR_REFUSED, 6 },
		{ CAM_ERR_KEY, 7 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(cam_exit_code(rows[i].err), rows[i].code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_words_of_its_own),
		cmocka_unit_test(a_system_error_speaks_with_the_words_of_errno),
		cmocka_unit_test(exit_codes_are_those_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
