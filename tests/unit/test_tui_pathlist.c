/* test_tui_pathlist.c: paths as terminals paste them and people type them. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam-tui/pathlist.h"
#include "cam-tui/words.h"

/* The list with "|" between its words. */
static char *
joined(char **words, size_t count)
{
	struct buf text;

	buf_init(&text, 1024 * 1024);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s", i > 0 ? "|" : "", words[i]);
	words_free(words);
	return buf_steal_text(&text);
}

static void
assert_words(const char *text, const char *wanted)
{
	char **words = NULL, *got;
	size_t count;

	assert_int_equal(pathlist_words(span_text(text), &words, &count), 0);
	got = joined(words, count);
	assert_string_equal(got, wanted);
	free(got);
}

static void
assert_pasted(const char *text, enum pathlist_form form, const char *wanted)
{
	char **paths = NULL, *got;
	size_t count;

	assert_int_equal(
	    pathlist_pasted(span_text(text), form, &paths, &count), 0);
	got = joined(paths, count);
	assert_string_equal(got, wanted);
	free(got);
}

static void
assert_text(const char *text, enum pathlist_form form)
{
	char **paths = NULL;
	size_t count;

	assert_int_equal(pathlist_pasted(span_text(text), form, &paths, &count),
	    CAM_ERR_FORMAT);
}

static void
words_are_taken_apart_as_by_a_shell(void **state)
{
	assert_words("", "");
	assert_words("  one  two\n", "one|two");
	assert_words("'my plan.pdf' \"b c\" d\\ e", "my plan.pdf|b c|d e");
	assert_words("a'b c'd\"e\"", "ab cde");
	assert_words("'it'\\''s' \"a\\\"b\\x\"", "it's|a\"b\\x");
	assert_words("~/x --image", "~/x|--image");
}

static void
a_quote_that_is_not_closed_is_an_error(void **state)
{
	static const char *const texts[] = { "'a", "\"a", "a\\", "b 'c d" };
	char **words = NULL;
	size_t count;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(
		    pathlist_words(span_text(texts[i]), &words, &count),
		    CAM_ERR_FORMAT);
}

static void
paths_are_known_in_each_form_terminals_paste(void **state)
{
	assert_pasted(
	    "/home/bob/plan.pdf", PATHLIST_QUOTED, "/home/bob/plan.pdf");
	assert_pasted("'/home/bob/my plan.pdf' ", PATHLIST_QUOTED,
	    "/home/bob/my plan.pdf");
	assert_pasted("/home/bob/my\\ plan.pdf /b", PATHLIST_QUOTED,
	    "/home/bob/my plan.pdf|/b");
	assert_pasted("file:///home/bob/my%20plan.pdf\n", PATHLIST_QUOTED,
	    "/home/bob/my plan.pdf");
	assert_pasted("file://localhost/a%C3%A9 file:/b", PATHLIST_QUOTED,
	    "/a\xc3\xa9|/b");
	assert_pasted("/home/bob/my plan.pdf\n/it's\r\n", PATHLIST_LINES,
	    "/home/bob/my plan.pdf|/it's");
}

static void
what_is_no_path_is_text(void **state)
{
	assert_text("", PATHLIST_QUOTED);
	assert_text("hello", PATHLIST_QUOTED);
	assert_text("/usr is full", PATHLIST_QUOTED);
	assert_text("see\n/etc/passwd", PATHLIST_LINES);
	assert_text("file://other/x", PATHLIST_QUOTED);
	assert_text("file:////x", PATHLIST_QUOTED);
	assert_text("file:///x%00y", PATHLIST_QUOTED);
	assert_text("file:///x%2", PATHLIST_QUOTED);
	assert_text("file:///x%ff", PATHLIST_QUOTED);
	assert_text("https://example.org/", PATHLIST_LINES);
}

static void
there_is_an_end_to_paths(void **state)
{
	char *text = xcalloc(1, 2 * (PATHLIST_MAX + 1) + LIMIT_PATH + 2);
	char **paths = NULL;
	size_t count;

	for (size_t i = 0; i <= PATHLIST_MAX; i++)
		memcpy(text + 2 * i, "/ ", 2);
	assert_int_equal(
	    pathlist_pasted(span_text(text), PATHLIST_QUOTED, &paths, &count),
	    CAM_ERR_LIMIT);
	memset(text, '/', LIMIT_PATH + 1);
	text[LIMIT_PATH + 1] = '\0';
	assert_int_equal(
	    pathlist_pasted(span_text(text), PATHLIST_LINES, &paths, &count),
	    CAM_ERR_LIMIT);
	free(text);
}

static void
a_path_is_escaped_and_expanded(void **state)
{
	char *text = pathlist_escape("/a b/it's \"x\\y\"");

	assert_string_equal(text, "/a\\ b/it\\'s\\ \\\"x\\\\y\\\"");
	assert_words(text, "/a b/it's \"x\\y\"");
	free(text);
	text = pathlist_expand("~/x", "/home/bob");
	assert_string_equal(text, "/home/bob/x");
	free(text);
	text = pathlist_expand("~anna/x", "/home/bob");
	assert_string_equal(text, "~anna/x");
	free(text);
	text = pathlist_expand("~/x", NULL);
	assert_string_equal(text, "~/x");
	free(text);
	assert_true(pathlist_is_path("../x"));
	assert_false(pathlist_is_path("anna@pc1/0fc6d781"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_taken_apart_as_by_a_shell),
		cmocka_unit_test(a_quote_that_is_not_closed_is_an_error),
		cmocka_unit_test(paths_are_known_in_each_form_terminals_paste),
		cmocka_unit_test(what_is_no_path_is_text),
		cmocka_unit_test(there_is_an_end_to_paths),
		cmocka_unit_test(a_path_is_escaped_and_expanded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
