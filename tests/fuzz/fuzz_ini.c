/* fuzz_ini.c: what was read and written again is the same, and takes a setting.
 */
#include "fuzz.h"

#include "base/ini.h"
#include "base/limits.h"

static int
check_one(const char *key, const char *value, size_t line, void *arg)
{
	must(key[0] != '\0' && strlen(value) <= LIMIT_INI_VALUE && line > 0);
	must(ini_get(arg, key) != NULL);
	return 0;
}

/* Prints it, reads that and prints again: nothing may be lost on the way. */
static void
check_round_trip(const struct ini *ini)
{
	struct buf once, twice;
	struct ini *again = NULL;
	size_t line;

	buf_init(&once, 4 * LIMIT_INI_FILE);
	buf_init(&twice, 4 * LIMIT_INI_FILE);
	ini_print(ini, &once);
	must(ini_parse(buf_span(&once), &again, &line) == 0 ||
	     once.len > LIMIT_INI_FILE);
	if (again != NULL) {
		ini_print(again, &twice);
		must(span_equal(buf_span(&once), buf_span(&twice)));
	}
	ini_free(again);
	buf_finish(&once);
	buf_finish(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ini *ini = NULL;
	size_t line = 0;

	if (ini_parse(span_of(data, size), &ini, &line) != 0) {
		must(line > 0 || size > LIMIT_INI_FILE);
		return 0;
	}
	ini_each(ini, check_one, ini);
	check_round_trip(ini);
	must(ini_set(ini, "user.nick", "Anna = #1") == 0);
	must(strcmp(ini_get(ini, "user.nick"), "Anna = #1") == 0);
	check_round_trip(ini);
	must(ini_set(ini, "user.nick", NULL) == 0 &&
	     ini_get(ini, "user.nick") == NULL);
	ini_free(ini);
	return 0;
}
