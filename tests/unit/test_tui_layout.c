/* test_tui_layout.c: text laid out in cells, and cells painted. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "base/width.h"
#include "cam-tui/canvas.h"
#include "cam-tui/layout.h"
#include "cam-tui/paint.h"
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

/* -- painting ------------------------------------------------------------- */

/* A terminal that understands what the test's own operations write. */
struct toy {
	struct canvas canvas;
	char styles[40][80][32]; /* the SGR each cell was written under */
	char style[32];
	unsigned row;
	unsigned column;
};

static void
move(struct buf *out, unsigned row, unsigned column, void *arg)
{
	buf_printf(out, "\x01%u,%u;", row, column);
}

static void
clear(struct buf *out, void *arg)
{
	buf_put_byte(out, 2);
}

static void
clear_to_end(struct buf *out, void *arg)
{
	buf_put_byte(out, 3);
}

static const struct paint_ops ops = { move, clear, clear_to_end, NULL };

static void
toy_blank(struct toy *toy, unsigned row, unsigned from)
{
	for (unsigned i = from; i < toy->canvas.columns; i++) {
		struct box box = { row, i, 1, 1 };

		canvas_fill(&toy->canvas, box, STYLE_PLAIN);
		memcpy(toy->styles[row][i], toy->style, sizeof toy->style);
	}
}

static size_t
toy_text(struct toy *toy, struct span text)
{
	unsigned columns;
	size_t len = grapheme_next(text, 1, &columns);

	if (columns > 0 && toy->column + columns <= toy->canvas.columns) {
		canvas_put(&toy->canvas, canvas_box(&toy->canvas), toy->row,
		    toy->column, STYLE_PLAIN, span_of(text.data, len));
		for (unsigned i = 0; i < columns; i++)
			memcpy(toy->styles[toy->row][toy->column + i],
			    toy->style, sizeof toy->style);
	}
	toy->column += columns;
	return len;
}

static void
toy_obey(struct toy *toy, struct span bytes)
{
	while (bytes.len > 0) {
		size_t len = 1;
		int used = 0;

		if (bytes.data[0] == 1) {
			assert_int_equal(
			    2, sscanf((const char *)bytes.data + 1, "%u,%u;%n",
				   &toy->row, &toy->column, &used));
			len = 1 + (size_t)used;
		} else if (bytes.data[0] == 2) {
			for (unsigned i = 0; i < toy->canvas.rows; i++)
				toy_blank(toy, i, 0);
		} else if (bytes.data[0] == 3) {
			toy_blank(toy, toy->row, toy->column);
		} else if (bytes.data[0] == 0x1b) {
			while (bytes.data[len - 1] != 'm')
				len++;
			snprintf(toy->style, sizeof toy->style, "%.*s",
			    (int)len, (const char *)bytes.data);
		} else {
			len = toy_text(toy, bytes);
		}
		bytes = span_of(bytes.data + len, bytes.len - len);
	}
}

static void
scribble(struct canvas *canvas)
{
	static const char *const texts[] = { "a", "hello world",
		"\xe4\xbc\x9a\xe8\xad\xb0", "e\xcc\x81",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		"\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5", "          ",
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "x" };
	struct box box = canvas_box(canvas);
	unsigned count = random_below(12);

	for (unsigned i = 0; i < count; i++)
		canvas_put(canvas, box, random_below(canvas->rows),
		    random_below(canvas->columns), random_below(STYLE_COUNT),
		    span_text(texts[random_below(9)]));
	if (random_below(10) == 0)
		canvas_fill(canvas,
		    (struct box){
			random_below(canvas->rows), 0, 1, canvas->columns },
		    random_below(STYLE_COUNT));
}

static void
assert_shows(const struct toy *toy, const struct canvas *canvas,
    const struct theme *theme)
{
	for (unsigned row = 0; row < canvas->rows; row++) {
		char *wanted = canvas_row_text(canvas, row);
		char *got = canvas_row_text(&toy->canvas, row);

		assert_string_equal(got, wanted);
		free(wanted);
		free(got);
		for (unsigned i = 0; i < canvas->columns; i++) {
			struct buf style;
			char *sgr;

			buf_init(&style, 64);
			theme_put(
			    theme, canvas_cell(canvas, row, i)->style, &style);
			sgr = buf_steal_text(&style);
			assert_string_equal(toy->styles[row][i], sgr);
			free(sgr);
		}
	}
}

static void
a_terminal_shows_what_the_canvas_holds(void **state)
{
	struct theme theme = { .colours = COLOURS_16 };
	struct toy *toy = xcalloc(1, sizeof *toy);
	struct canvas before, after;

	assert_int_equal(theme_find("dark", &theme), 0);
	canvas_init(&toy->canvas, 12, 40);
	canvas_init(&before, 12, 40);
	canvas_init(&after, 12, 40);
	for (int round = 0; round < 3000; round++) {
		struct buf out;

		scribble(&after);
		buf_init(&out, 1024 * 1024);
		paint(round % 100 == 0 ? NULL : &before, &after, &theme, &ops,
		    &out);
		buf_put_byte(&out, 0);
		toy_obey(toy, span_of(out.data, out.len - 1));
		assert_shows(toy, &after, &theme);
		canvas_copy(&before, &after);
		canvas_settle(&after);
		buf_finish(&out);
	}
	canvas_finish(&before);
	canvas_finish(&after);
	canvas_finish(&toy->canvas);
	free(toy);
}

static void
one_changed_character_takes_few_bytes(void **state)
{
	struct theme theme = { .colours = COLOURS_256 };
	struct canvas before, after;
	struct buf out;

	theme_find("dark", &theme);
	canvas_init(&before, 50, 200);
	canvas_init(&after, 50, 200);
	canvas_put(
	    &after, canvas_box(&after), 49, 2, STYLE_PLAIN, span_text("x"));
	buf_init(&out, 1024);
	paint(&before, &after, &theme, &ops, &out);
	assert_in_range(out.len, 1, 24);
	buf_clear(&out);
	paint(&after, &after, &theme, &ops, &out);
	assert_int_equal(out.len, 0);
	buf_finish(&out);
	canvas_finish(&before);
	canvas_finish(&after);
}

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
	assert_string_equal((const char *)out.data, "\x1b[0;7m");
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
		cmocka_unit_test(a_terminal_shows_what_the_canvas_holds),
		cmocka_unit_test(one_changed_character_takes_few_bytes),
		cmocka_unit_test(without_colour_bars_are_seen_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
