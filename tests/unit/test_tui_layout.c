/* test_tui_layout.c: text laid out in cells. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/canvas.h"
#include "cam-tui/layout.h"
#include "cam-tui/theme.h"

/* -- layout --------------------------------------------------------------- */

/* The lines of a text at a width, with "|" between them. */
static char *
lines_of(const char *text, unsigned columns, unsigned indent)
{
	struct layout layout;
	struct canvas canvas;
	struct buf all;

	layout_init(&layout, columns);
	layout.indent = layout.margin = indent;
	layout_text(&layout, STYLE_PLAIN, text);
	canvas_init(&canvas, (unsigned)layout.lines, columns);
	layout_draw(&layout, &canvas, canvas_box(&canvas), 0, 0, layout.lines);
	buf_init(&all, 1024 * 1024);
	for (unsigned i = 0; i < canvas.rows; i++) {
		char *row = canvas_row_text(&canvas, i);

		buf_printf(&all, "%s%s", i > 0 ? "|" : "", row);
		free(row);
	}
	canvas_finish(&canvas);
	layout_finish(&layout);
	return buf_steal_text(&all);
}

static void
assert_lines(
    const char *text, unsigned columns, unsigned indent, const char *wanted)
{
	char *got = lines_of(text, columns, indent);

	assert_string_equal(got, wanted);
	free(got);
}

static void
lines_end_at_blanks(void **state)
{
	assert_lines("one two three", 8, 0, "one two|three");
	assert_lines("one two three", 7, 0, "one two|three");
	assert_lines("one\ntwo\n\nthree", 20, 2, "one|  two||  three");
	assert_lines(
	    "a longwordthatisbroken", 10, 0, "a longword|thatisbrok|en");
}

static void
east_asian_text_is_broken_anywhere_but_before_a_full_stop(void **state)
{
	assert_lines("\xe4\xbc\x9a\xe8\xad\xb0\xe3\x81\xaf", 5, 0,
	    "\xe4\xbc\x9a\xe8\xad\xb0|\xe3\x81\xaf");
	assert_lines("\xe4\xbc\x9a\xe8\xad\xb0\xe3\x80\x82", 4, 0,
	    "\xe4\xbc\x9a|\xe8\xad\xb0\xe3\x80\x82");
	assert_lines("abc\xe4\xbc\x9a", 4, 0, "abc|\xe4\xbc\x9a");
}

static void
what_a_terminal_would_obey_is_shown(void **state)
{
	assert_lines("a\x1b[31mb", 40, 0, "a<U+001B>[31mb");
	assert_lines("a\xe2\x80\xae"
		     "b\xff",
	    40, 0, "a<U+202E>b<FF>");
	assert_lines("\r\a", 40, 0, "<U+000D><U+0007>");
}

static void
a_very_long_text_ends_somewhere(void **state)
{
	struct layout layout;
	char *text = xmalloc(200001);

	memset(text, '\n', 200000);
	text[200000] = '\0';
	layout_init(&layout, 10);
	layout_text(&layout, STYLE_PLAIN, text);
	assert_in_range(layout.lines, 1000, LAYOUT_LINES_MAX + 1);
	layout_finish(&layout);
	free(text);
}

/* -- canvas --------------------------------------------------------------- */

static void
half_a_wide_character_never_stays(void **state)
{
	struct canvas canvas;
	struct box box;
	char *row;

	canvas_init(&canvas, 1, 6);
	box = canvas_box(&canvas);
	canvas_put(&canvas, box, 0, 0, STYLE_PLAIN,
	    span_text("\xe4\xbc\x9a\xe8\xad\xb0"));
	canvas_put(&canvas, box, 0, 1, STYLE_PLAIN, span_text("xy"));
	row = canvas_row_text(&canvas, 0);
	assert_string_equal(row, " xy");
	free(row);
	/* No room for both of its columns. */
	assert_int_equal(canvas_put(&canvas, box, 0, 5, STYLE_PLAIN,
			     span_text("\xe4\xbc\x9a")),
	    0);
	canvas_finish(&canvas);
}

static void
what_is_cut_says_so(void **state)
{
	struct canvas canvas;
	char *row;

	canvas_init(&canvas, 1, 8);
	assert_int_equal(canvas_put_cut(&canvas, canvas_box(&canvas), 0, 0, 5,
			     STYLE_PLAIN, span_text("abcdefgh")),
	    5);
	row = canvas_row_text(&canvas, 0);
	assert_string_equal(row, "abcd\xe2\x80\xa6");
	free(row);
	canvas_finish(&canvas);
}

/* -- themes -----------------------------------------------------------------
 */

static void
without_colour_bars_are_seen_all_the_same(void **state)
{
	struct theme theme = { .colours = theme_colours_of(
				   "xterm-256color", "truecolor", "1", 256) };
	struct buf out;

	assert_int_equal(theme.colours, COLOURS_NONE);
	theme_find("light", &theme);
	buf_init(&out, 64);
	theme_put(&theme, STYLE_BAR, &out);
	buf_put_byte(&out, 0);
	assert_string_equal((const char *)out.data, "\x1b[;7m");
	buf_finish(&out);
	assert_true(theme_is_dark(NULL));
	assert_true(theme_is_dark("15;0"));
	assert_false(theme_is_dark("0;default;15"));
	assert_int_equal(theme_colours_of("xterm", NULL, "", 8), COLOURS_16);
	assert_int_equal(
	    theme_colours_of("xterm", "24bit", NULL, 8), COLOURS_TRUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_at_blanks),
		cmocka_unit_test(
		    east_asian_text_is_broken_anywhere_but_before_a_full_stop),
		cmocka_unit_test(what_a_terminal_would_obey_is_shown),
		cmocka_unit_test(a_very_long_text_ends_somewhere),
		cmocka_unit_test(half_a_wide_character_never_stays),
		cmocka_unit_test(what_is_cut_says_so),
		cmocka_unit_test(without_colour_bars_are_seen_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
