/* test_excerpt.c: what a program prints, cut and made readable. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cam/excerpt.h"
#include "test.h"

static void
assert_clean(const char *wanted, const char *bytes)
{
	struct buf out;
	char *text = NULL;

	buf_init(&out, LIMIT_MESSAGE_TEXT);
	excerpt_clean(span_text(bytes), &out);
	text = buf_steal_text(&out);
	assert_string_equal(text, wanted);
	free(text);
}

static void
escape_sequences_go(void **state)
{
	assert_clean("red", "\x1b[1;31mred\x1b[0m");
	assert_clean("ab", "a\x1b]0;title\x07"
			   "b");
	assert_clean("ab", "a\x1b]8;;http://x\x1b\\b");
	assert_clean("ab", "a\x1bP1$r\x1b\\b");
	assert_clean("ab", "a\x1b(Bb");
	assert_clean("ab", "a\x1b"
			   "7b");
	assert_clean("ab", "a\xc2\x9b"
			   "31mb");
	assert_clean("a", "a\x1b");
	assert_clean("a", "a\x1b[");
	assert_clean("a\nb", "a\x1b]never ended\nb");
}

static void
controls_go_and_lines_stay(void **state)
{
	assert_clean("a\tb\nc", "a\tb\nc\n\n \n");
	assert_clean("ab", "a\x01\x02\x7f\xc2\x85"
			   "b");
	assert_clean("one\ntwo", "one\r\ntwo\r\n");
	assert_clean("100%\nnext", "10%\r50%\r100%\nnext");
	assert_clean("bold", "b\bbo\bol\bld\bd");
	assert_clean("x\ny", "x\n\b\by");
	assert_clean("", "\n\n");
}

static void
invalid_bytes_are_shown_as_such(void **state)
{
	assert_clean("caf\xc3\xa9 \xef\xbf\xbd", "caf\xc3\xa9 \xff");
}

static char *
excerpt_of(size_t lines)
{
	struct excerpt *excerpt = malloc(sizeof *excerpt);
	struct buf out;
	char line[32];

	excerpt_init(excerpt);
	for (size_t i = 1; i <= lines; i++) {
		snprintf(line, sizeof line, "line %zu\n", i);
		excerpt_add(excerpt, span_text(line));
	}
	buf_init(&out, LIMIT_MESSAGE_TEXT);
	excerpt_write(excerpt, &out);
	free(excerpt);
	return buf_steal_text(&out);
}

static void
short_output_is_there_whole(void **state)
{
	char *text = excerpt_of(3);

	assert_string_equal(text, "line 1\nline 2\nline 3");
	free(text);
	/* More than the head, and all of it. */
	text = excerpt_of(500);
	assert_null(strstr(text, "left out"));
	assert_non_null(strstr(text, "\nline 250\nline 251\n"));
	assert_int_equal(strlen(text), 9 * 7 + 90 * 8 + 401 * 9 - 1);
	free(text);
	text = excerpt_of(0);
	assert_string_equal(text, "");
	free(text);
}

static void
of_long_output_both_ends_are_kept_in_whole_lines(void **state)
{
	char *text = excerpt_of(100000), *gap = strstr(text, "\n\n[... ");
	unsigned long long missing = 0;
	size_t last = 0, first = 0;

	assert_non_null(gap);
	assert_int_equal(
	    sscanf(gap, "\n\n[... %llu bytes are left out ...]\n\nline %zu\n",
		&missing, &first),
	    2);
	*gap = '\0';
	assert_int_equal(sscanf(strrchr(text, '\n'), "\nline %zu", &last), 1);
	assert_true(last < first);
	/* Each of them has from 7 to 12 bytes. */
	assert_true(missing > (first - last - 1) * 7);
	assert_true(missing < (first - last - 1) * 12);
	assert_memory_equal(text, "line 1\n", 7);
	free(text);
}

static void
one_long_line_is_cut_without_breaking_a_character(void **state)
{
	struct excerpt *excerpt = malloc(sizeof *excerpt);
	struct buf out;

	excerpt_init(excerpt);
	excerpt_add(excerpt, span_text("x"));
	for (int i = 0; i < 10000; i++)
		excerpt_add(excerpt, span_text("\xe4\xbc\x9a"));
	buf_init(&out, LIMIT_MESSAGE_TEXT);
	excerpt_write(excerpt, &out);
	assert_true(utf8_is_valid(buf_span(&out)));
	assert_true(out.len < EXCERPT_HEAD + EXCERPT_TAIL + 100);
	buf_finish(&out);
	free(excerpt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_sequences_go),
		cmocka_unit_test(controls_go_and_lines_stay),
		cmocka_unit_test(invalid_bytes_are_shown_as_such),
		cmocka_unit_test(short_output_is_there_whole),
		cmocka_unit_test(
		    of_long_output_both_ends_are_kept_in_whole_lines),
		cmocka_unit_test(
		    one_long_line_is_cut_without_breaking_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
