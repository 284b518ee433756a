/* test_tui_composer.c: the text being typed. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "base/width.h"
#include "cam-tui/composer.h"

#define FAMILY                                                                 \
	"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91" \
	"\xa7"
#define E_ACUTE "e\xcc\x81"
#define HIRAGANA "\xe3\x81\x82"

static void
type(struct composer *composer, const char *text)
{
	composer_insert(composer, span_text(text));
}

static void
assert_text(
    const struct composer *composer, const char *before, const char *behind)
{
	struct span text = composer_text(composer);
	char *whole = xasprintf("%s%s", before, behind);
	char *got = span_dup(text);

	assert_string_equal(got, whole);
	assert_int_equal(composer_cursor(composer), strlen(before));
	free(whole);
	free(got);
}

static void
the_cursor_goes_by_what_a_reader_takes_for_a_character(void **state)
{
	struct composer *composer = composer_new();

	type(composer, "a" FAMILY E_ACUTE HIRAGANA);
	composer_move(composer, PLACE_LEFT);
	assert_text(composer, "a" FAMILY E_ACUTE, HIRAGANA);
	composer_move(composer, PLACE_LEFT);
	assert_text(composer, "a" FAMILY, E_ACUTE HIRAGANA);
	composer_delete(composer, PLACE_LEFT, false);
	assert_text(composer, "a", E_ACUTE HIRAGANA);
	composer_delete(composer, PLACE_RIGHT, false);
	assert_text(composer, "a", HIRAGANA);
	assert_true(composer_move(composer, PLACE_LEFT));
	assert_false(composer_move(composer, PLACE_LEFT));
	composer_free(composer);
}

static void
words_and_lines_are_cut_and_put_back(void **state)
{
	struct composer *composer = composer_new();

	type(composer, "one two  three");
	composer_delete(composer, PLACE_WORD_LEFT, true);
	assert_text(composer, "one two  ", "");
	composer_yank(composer);
	assert_text(composer, "one two  three", "");
	composer_move(composer, PLACE_LINE_START);
	composer_delete(composer, PLACE_WORD_RIGHT, true);
	assert_text(composer, "", " two  three");
	composer_delete(composer, PLACE_LINE_END, true);
	assert_text(composer, "", "");
	composer_yank(composer);
	assert_text(composer, " two  three", "");
	composer_free(composer);
}

static void
in_several_lines_up_and_down_keep_the_column(void **state)
{
	struct composer *composer = composer_new();

	type(composer, HIRAGANA HIRAGANA "x\nab\nlonger line");
	composer_move(composer, PLACE_LINE_START);
	composer_move(composer, PLACE_RIGHT);
	composer_move(composer, PLACE_RIGHT);
	composer_move(composer, PLACE_RIGHT);
	composer_move(composer, PLACE_LINE_UP);
	assert_text(composer, HIRAGANA HIRAGANA "x\nab", "\nlonger line");
	composer_move(composer, PLACE_LINE_UP);
	assert_text(composer, HIRAGANA, HIRAGANA "x\nab\nlonger line");
	assert_false(composer_move(composer, PLACE_LINE_UP));
	composer_move(composer, PLACE_END);
	assert_false(composer_move(composer, PLACE_LINE_DOWN));
	composer_move(composer, PLACE_LINE_UP);
	composer_delete(composer, PLACE_LINE_END, false);
	assert_text(composer, HIRAGANA HIRAGANA "x\nab", "longer line");
	composer_free(composer);
}

static void
typing_is_undone_word_by_word_not_letter_by_letter(void **state)
{
	struct composer *composer = composer_new();

	type(composer, "a");
	type(composer, "b");
	type(composer, " ");
	type(composer, "c");
	composer_undo(composer);
	assert_text(composer, "ab ", "");
	composer_undo(composer);
	composer_undo(composer);
	assert_text(composer, "", "");
	composer_undo(composer);
	assert_text(composer, "", "");
	composer_free(composer);
}

static void
the_history_gives_back_what_was_sent_and_the_draft(void **state)
{
	struct composer *composer = composer_new();

	type(composer, "first");
	free(composer_take(composer));
	type(composer, "second");
	free(composer_take(composer));
	type(composer, "draft");
	assert_true(composer_older(composer));
	assert_text(composer, "second", "");
	assert_true(composer_older(composer));
	assert_text(composer, "first", "");
	assert_false(composer_older(composer));
	assert_true(composer_newer(composer));
	assert_true(composer_newer(composer));
	assert_text(composer, "draft", "");
	assert_false(composer_newer(composer));
	composer_free(composer);
}

static void
what_cannot_be_sent_is_not_taken(void **state)
{
	struct composer *composer = composer_new();
	char *long_text = xmalloc(LIMIT_MESSAGE_TEXT + 1);

	memset(long_text, 'x', LIMIT_MESSAGE_TEXT + 1);
	composer_insert(composer, span_of(long_text, LIMIT_MESSAGE_TEXT + 1));
	assert_true(composer_is_empty(composer));
	composer_insert(composer, span_of(long_text, LIMIT_MESSAGE_TEXT));
	type(composer, "y");
	assert_int_equal(composer_text(composer).len, LIMIT_MESSAGE_TEXT);
	composer_set(composer, span_of(NULL, 0));
	type(composer, "\xff");
	composer_insert(composer, span_of("a\0b", 3));
	assert_true(composer_is_empty(composer));
	free(long_text);
	composer_free(composer);
}

static void
characters_around_the_cursor_are_swapped(void **state)
{
	struct composer *composer = composer_new();

	composer_transpose(composer);
	type(composer, "a");
	composer_transpose(composer);
	assert_text(composer, "a", "");
	type(composer, "b" HIRAGANA);
	composer_transpose(composer);
	assert_text(composer, "a" HIRAGANA "b", "");
	composer_free(composer);
}

/* Whatever is done, the text stays UTF-8 and the cursor inside it. */
static void
any_edits_leave_a_text_and_a_cursor_in_it(void **state)
{
	static const char *const texts[] = { "a", " ", "\n", FAMILY, E_ACUTE,
		HIRAGANA, "\xcc\x81", "\xe2\x80\x8d", "word word" };
	struct composer *composer = composer_new();

	for (int i = 0; i < 20000; i++) {
		enum composer_place place = random_below(PLACE_LINE_DOWN + 1);

		switch (random_below(9)) {
		case 0:
			composer_delete(composer, place, random_below(2));
			break;
		case 1:
			composer_move(composer, place);
			break;
		case 2:
			composer_undo(composer);
			break;
		case 3:
			if (composer_text(composer).len < 400)
				composer_yank(composer);
			break;
		case 4:
			composer_transpose(composer);
			break;
		case 5:
			if (random_below(50) == 0)
				free(composer_take(composer));
			else if (random_below(2) == 0)
				composer_older(composer);
			else
				composer_newer(composer);
			break;
		default:
			type(composer, texts[random_below(9)]);
		}
		assert_true(utf8_is_valid(composer_text(composer)));
		assert_true(
		    composer_cursor(composer) <= composer_text(composer).len);
	}
	composer_free(composer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_cursor_goes_by_what_a_reader_takes_for_a_character),
		cmocka_unit_test(words_and_lines_are_cut_and_put_back),
		cmocka_unit_test(in_several_lines_up_and_down_keep_the_column),
		cmocka_unit_test(
		    typing_is_undone_word_by_word_not_letter_by_letter),
		cmocka_unit_test(
		    the_history_gives_back_what_was_sent_and_the_draft),
		cmocka_unit_test(what_cannot_be_sent_is_not_taken),
		cmocka_unit_test(characters_around_the_cursor_are_swapped),
		cmocka_unit_test(any_edits_leave_a_text_and_a_cursor_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
