/* test_trim.c: a trimmed process is smaller and works on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/trim.h"
#include "test.h"

/* Pages in memory that come from files; -1 where the system does not tell. */
static long
file_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size = 0, resident = 0, shared = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld %ld %ld", &size, &resident, &shared) != 3)
		shared = -1;
	fclose(file);
	return shared;
}

/* Constants and code of this program must still be there, as long as they are
 * not changed. */
static void
a_trimmed_process_is_smaller_and_works_on(void **state)
{
	static const char constant[] = "still here";
	long before = file_pages(), after;
	int i;

	for (i = 0; i < 3; i++)
		memory_trim();
	after = file_pages();
	assert_string_equal(constant, "still here");
	if (before > 0)
		assert_true(after < before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trimmed_process_is_smaller_and_works_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
