/* test_ini.c: cam.ini keeps what its owner wrote. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/ini.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"

static const char example[] =
    "# my settings\n"
    "\n"
    "user.nick = Anna  \n"
    "\t net.port=2425\n"
    "  # indented\n"
    "empty =\n"
    "hook.message.received = /home/anna/bin/notify # not a comment\n"
    "user.nick=Anna M.\r\n";

static char folder[64];

static int
make_folder(void **state)
{
	strcpy(folder, "/tmp/cam-ini-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	return rmdir(folder);
}

static struct ini *
parse(const char *text)
{
	struct ini *ini = NULL;
	size_t line;

	assert_int_equal(ini_parse(span_text(text), &ini, &line), 0);
	return ini;
}

static char *
printed(const struct ini *ini)
{
	struct buf text;

	buf_init(&text, LIMIT_INI_FILE);
	ini_print(ini, &text);
	return buf_steal_text(&text);
}

static void
assert_text(const struct ini *ini, const char *expected)
{
	char *text = printed(ini);

	assert_string_equal(text, expected);
	free(text);
}

static void
settings_are_read(void **state)
{
	struct ini *ini = parse(example);

	assert_string_equal(ini_get(ini, "user.nick"), "Anna M.");
	assert_string_equal(ini_get(ini, "net.port"), "2425");
	assert_string_equal(ini_get(ini, "empty"), "");
	assert_string_equal(ini_get(ini, "hook.message.received"),
	    "/home/anna/bin/notify # not a comment");
	assert_null(ini_get(ini, "net"));
	assert_null(ini_get(ini, "# indented"));
	ini_free(ini);
}

static void
setting_changes_one_line_and_nothing_else(void **state)
{
	struct ini *ini = parse("# a\n\nx.y = 1\n#b\nx.y = 2\nz = 3\n");

	assert_int_equal(ini_set(ini, "x.y", "new"), 0);
	assert_int_equal(ini_set(ini, "added", "at the end"), 0);
	assert_text(
	    ini, "# a\n\nx.y = 1\n#b\nx.y = new\nz = 3\nadded = at the end\n");
	assert_int_equal(ini_set(ini, "x.y", NULL), 0);
	assert_int_equal(ini_set(ini, "not.there", NULL), 0);
	assert_text(ini, "# a\n\n#b\nz = 3\nadded = at the end\n");
	assert_null(ini_get(ini, "x.y"));
	ini_free(ini);
}

static void
what_a_line_cannot_hold_is_not_set(void **state)
{
	struct ini *ini = parse("a = 1\n");
	char *long_value = xcalloc(LIMIT_INI_VALUE + 2, 1);

	memset(long_value, 'x', LIMIT_INI_VALUE + 1);
	assert_int_equal(ini_set(ini, "a", "1\n2"), CAM_ERR_FORMAT);
	assert_int_equal(ini_set(ini, "a", " 1"), CAM_ERR_FORMAT);
	assert_int_equal(ini_set(ini, "a", "1\r"), CAM_ERR_FORMAT);
	assert_int_equal(ini_set(ini, "a", "\x1b"), CAM_ERR_FORMAT);
	assert_int_equal(ini_set(ini, "a", "\xff"), CAM_ERR_CHARSET);
	assert_int_equal(ini_set(ini, "a", long_value), CAM_ERR_LIMIT);
	long_value[LIMIT_INI_VALUE] = '\0';
	assert_int_equal(ini_set(ini, "b", long_value), 0);
	assert_int_equal(ini_set(ini, "", "1"), CAM_ERR_FORMAT);
	assert_int_equal(ini_set(ini, "a b", "1"), CAM_ERR_FORMAT);
	assert_int_equal(ini_set(ini, "#a", "1"), CAM_ERR_FORMAT);
	assert_string_equal(ini_get(ini, "a"), "1");
	free(long_value);
	ini_free(ini);
}

static void
a_line_that_is_no_setting_is_named(void **state)
{
	static const struct {
		const char *text;
		int err;
		size_t line;
	} rows[] = {
		{ "a = 1\nnonsense\n", CAM_ERR_FORMAT, 2 },
		{ "[section]\n", CAM_ERR_FORMAT, 1 },
		{ "\n\n= 1", CAM_ERR_FORMAT, 3 },
		{ "a b = 1", CAM_ERR_FORMAT, 1 },
		{ "a = \x1b[2J", CAM_ERR_FORMAT, 1 },
		{ "# ok\na = \xff\n", CAM_ERR_CHARSET, 2 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ini *ini = NULL;
		size_t line = 99;

		assert_int_equal(
		    ini_parse(span_text(rows[i].text), &ini, &line),
		    rows[i].err);
		assert_int_equal(line, rows[i].line);
		assert_null(ini);
	}
}

static void
the_mark_some_editors_put_first_is_skipped(void **state)
{
	struct ini *ini = parse("\xef\xbb\xbf"
				"a = 1");

	assert_string_equal(ini_get(ini, "a"), "1");
	ini_free(ini);
}

static int
count_until_three(const char *key, const char *value, size_t line, void *arg)
{
	int *count = arg;

	assert_int_equal(line, *count + 1);
	return ++*count == 3 ? 42 : 0;
}

static void
each_goes_in_order_and_stops_when_told(void **state)
{
	struct ini *ini = parse("a=1\nb=2\nc=3\nd=4\n");
	int count = 0;

	assert_int_equal(ini_each(ini, count_until_three, &count), 42);
	assert_int_equal(count, 3);
	ini_free(ini);
}

/* A value that a line can hold: no control, no blank at the ends. */
static void
random_value(char *value, size_t max)
{
	static const char *const parts[] = { "a", "=", "#", " ", "\xe4\xbc\x9a",
		".", "\t", "\"" };
	size_t count = random_below((uint32_t)max / 3), len = 0;

	for (size_t i = 0; i < count; i++) {
		const char *part = parts[random_below(8)];

		if ((i == 0 || i == count - 1) &&
		    (*part == ' ' || *part == '\t'))
			part = "x";
		memcpy(value + len, part, strlen(part));
		len += strlen(part);
	}
	value[len] = '\0';
}

static void
whatever_was_set_comes_back_from_the_text(void **state)
{
	struct ini *ini = parse(example), *again = NULL;
	char keys[50][8], values[50][64], *text = NULL;

	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 50; i++) {
			snprintf(keys[i], sizeof keys[i], "k.%d", i);
			random_value(values[i], sizeof values[i]);
			assert_int_equal(ini_set(ini, keys[i], values[i]), 0);
		}
		text = printed(ini);
		again = parse(text);
		for (int i = 0; i < 50; i++)
			assert_string_equal(ini_get(again, keys[i]), values[i]);
		assert_text(again, text);
		ini_free(again);
		free(text);
	}
	ini_free(ini);
}

static void
write_text(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static void
a_missing_file_is_empty_and_a_new_one_is_private(void **state)
{
	char *path = path_join(folder, "cam.ini");
	struct ini *ini = NULL;
	size_t line;

	assert_int_equal(ini_read(path, &ini, &line), 0);
	assert_int_equal(ini_set(ini, "a", "1"), 0);
	assert_int_equal(ini_write(ini, path), 0);
	ini_free(ini);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(ini_read(path, &ini, &line), 0);
	assert_string_equal(ini_get(ini, "a"), "1");
	ini_free(ini);
	unlink(path);
	free(path);
}

static void
an_old_file_keeps_its_mode_and_a_link_stays_a_link(void **state)
{
	char *path = path_join(folder, "real.ini"),
	     *link = path_join(folder, "cam.ini");
	struct stat st;
	struct ini *ini = NULL;
	size_t line;

	write_text(path, "# kept\na = 1\n", 0644);
	assert_int_equal(symlink("real.ini", link), 0);
	assert_int_equal(ini_read(link, &ini, &line), 0);
	assert_int_equal(ini_set(ini, "a", "2"), 0);
	assert_int_equal(ini_write(ini, link), 0);
	ini_free(ini);
	assert_int_equal(mode_of(path), 0644);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(ini_read(path, &ini, &line), 0);
	assert_text(ini, "# kept\na = 2\n");
	ini_free(ini);
	unlink(link);
	unlink(path);
	free(link);
	free(path);
}

static void
a_file_others_can_write_is_refused(void **state)
{
	char *path = path_join(folder, "cam.ini");
	struct ini *ini = NULL;
	size_t line;

	write_text(path, "a = 1\n", 0666);
	assert_int_equal(ini_read(path, &ini, &line), CAM_ERR_UNSAFE);
	assert_int_equal(chmod(path, 0620), 0);
	assert_int_equal(ini_read(path, &ini, &line), CAM_ERR_UNSAFE);
	assert_int_equal(chmod(path, 0644), 0);
	/* Only root can give it away. */
	if (chown(path, 1234, 1234) == 0)
		assert_int_equal(ini_read(path, &ini, &line), CAM_ERR_UNSAFE);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ini_read(path, &ini, &line), CAM_ERR_UNSAFE);
	assert_null(ini);
	unlink(path);
	free(path);
}

static void
a_file_over_the_limit_is_refused(void **state)
{
	char *path = path_join(folder, "cam.ini");
	struct ini *ini = NULL;
	size_t line;

	write_text(path, "a = 1\n", 0600);
	assert_int_equal(truncate(path, LIMIT_INI_FILE + 1), 0);
	assert_int_equal(ini_read(path, &ini, &line), CAM_ERR_LIMIT);
	assert_null(ini);
	unlink(path);
	free(path);
}

static void
a_write_that_fails_leaves_the_old_file_and_no_other(void **state)
{
	char *path = path_join(folder, "gone/cam.ini");
	struct ini *ini = parse("a = 1\n");

	errno = 0;
	assert_int_equal(ini_write(ini, path), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	ini_free(ini);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read),
		cmocka_unit_test(setting_changes_one_line_and_nothing_else),
		cmocka_unit_test(what_a_line_cannot_hold_is_not_set),
		cmocka_unit_test(a_line_that_is_no_setting_is_named),
		cmocka_unit_test(the_mark_some_editors_put_first_is_skipped),
		cmocka_unit_test(each_goes_in_order_and_stops_when_told),
		cmocka_unit_test(whatever_was_set_comes_back_from_the_text),
		cmocka_unit_test(
		    a_missing_file_is_empty_and_a_new_one_is_private),
		cmocka_unit_test(
		    an_old_file_keeps_its_mode_and_a_link_stays_a_link),
		cmocka_unit_test(a_file_others_can_write_is_refused),
		cmocka_unit_test(a_file_over_the_limit_is_refused),
		cmocka_unit_test(
		    a_write_that_fails_leaves_the_old_file_and_no_other),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
