/* test_tui_terminal.c: what is painted, as an emulator of another hand shows
 * it. */
#include "test.h"

#include "base/random.h"
#include "emulator.h"

static void
put(struct canvas *canvas, unsigned row, unsigned column, enum style style,
    const char *text)
{
	canvas_put(
	    canvas, canvas_box(canvas), row, column, style, span_text(text));
}

static void
scribble(struct canvas *canvas)
{
	static const char *const texts[] = { "a", "hello world",
		"\xe4\xbc\x9a\xe8\xad\xb0", "e\xcc\x81",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		"\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5", "          ",
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "x" };
	unsigned count = random_below(12);

	for (unsigned i = 0; i < count; i++)
		put(canvas, random_below(canvas->rows),
		    random_below(canvas->columns), random_below(STYLE_COUNT),
		    texts[random_below(9)]);
	if (random_below(10) == 0)
		canvas_fill(canvas,
		    (struct box){
			random_below(canvas->rows), 0, 1, canvas->columns },
		    random_below(STYLE_COUNT));
	canvas->cursor_shown = random_below(4) > 0;
	canvas->cursor_row = random_below(canvas->rows);
	canvas->cursor_column = random_below(canvas->columns);
}

/* As a view draws what has moved: the rest of it. */
static void
move(struct canvas *canvas)
{
	struct box box = canvas->scrolled;
	int by = (int)random_below(7) - 3;

	/* No character is half inside. */
	for (unsigned row = 0; box.column > 0 && row < box.rows; row++)
		put(canvas, box.row + row, box.column - 1, STYLE_BORDER, "| ");
	/* Sometimes another part moves, too, or the same once more. */
	if (random_below(4) == 0)
		box.rows--;
	canvas_scroll(canvas, box, by);
	for (unsigned row = 0; row < box.rows; row++) {
		if (random_below(8) == 0)
			canvas_put(canvas, box, row, random_below(box.columns),
			    STYLE_PLAIN, span_text("another text"));
	}
}

static void
a_terminal_shows_what_the_canvas_holds(void **state)
{
	struct emulator emulator;
	struct canvas canvas;

	emulator_init(&emulator, 16, 40);
	canvas_init(&canvas, 16, 40);
	for (int round = 0; round < 3000; round++) {
		bool has_part = round % 500 < 250;

		if (round % 100 == 0) {
			terminal_tell_sides(
			    emulator.terminal, round / 100 % 2 == 1);
			terminal_forget(emulator.terminal);
			canvas_fill(&canvas, canvas_box(&canvas), STYLE_PLAIN);
			canvas.scrolled = has_part
					      ? (struct box){ 1, 9, 12, 31 }
					      : (struct box){ 1, 0, 12, 40 };
		}
		for (unsigned i = random_below(3); i < 3; i++) {
			if (random_below(2) == 0)
				move(&canvas);
			else
				scribble(&canvas);
		}
		emulator_paint(&emulator, &canvas);
		assert_true(emulator_shows(&emulator, &canvas));
	}
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

static void
a_key_takes_one_byte(void **state)
{
	struct emulator emulator;
	struct canvas canvas;

	emulator_init(&emulator, 50, 200);
	canvas_init(&canvas, 50, 200);
	put(&canvas, 49, 0, STYLE_PLAIN, "> ");
	canvas.cursor_shown = true;
	canvas.cursor_row = 49;
	canvas.cursor_column = 2;
	emulator_paint(&emulator, &canvas);
	put(&canvas, 49, 2, STYLE_PLAIN, "x");
	canvas.cursor_column = 3;
	emulator_paint(&emulator, &canvas);
	assert_int_equal(emulator.last.len, 1);
	assert_true(emulator_shows(&emulator, &canvas));
	emulator_paint(&emulator, &canvas);
	assert_int_equal(emulator.last.len, 0);
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

/* How many bytes the tenth line takes that comes below the others. */
static size_t
bytes_of_a_line(struct box box, bool has_sides)
{
	struct emulator emulator;
	struct canvas canvas;
	size_t taken;

	emulator_init(&emulator, 50, 200);
	canvas_init(&canvas, 50, 200);
	terminal_tell_sides(emulator.terminal, has_sides);
	canvas.scrolled = box;
	canvas.cursor_shown = true;
	canvas.cursor_row = 49;
	put(&canvas, 1, 0, STYLE_GOOD, "beside");
	for (unsigned i = 0; i < box.rows + 10; i++) {
		char text[128];

		memset(text, 'a' + (int)i % 26, 100);
		text[100] = '\0';
		canvas_scroll(&canvas, box, 1);
		canvas_put(&canvas, box, box.rows - 1, 0, STYLE_PLAIN,
		    span_text(text));
		emulator_paint(&emulator, &canvas);
		assert_true(emulator_shows(&emulator, &canvas));
	}
	taken = emulator.last.len;
	canvas_finish(&canvas);
	emulator_finish(&emulator);
	return taken;
}

static void
a_new_line_takes_little_more_than_its_text(void **state)
{
	assert_in_range(
	    bytes_of_a_line((struct box){ 1, 0, 47, 200 }, false), 100, 120);
	assert_in_range(
	    bytes_of_a_line((struct box){ 1, 25, 47, 175 }, true), 100, 120);
	/* What stands beside it is written again. */
	assert_in_range(
	    bytes_of_a_line((struct box){ 1, 25, 47, 175 }, false), 100, 160);
}

static void
graphemes_of_disputed_width_shift_nothing(void **state)
{
	static const char *const disputed[] = {
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", /* technologist
								 */
		"\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5",		/* a flag */
		"\xe2\x9a\xa0\xef\xb8\x8f",			/* a warning */
		"1\xef\xb8\x8f\xe2\x83\xa3",			/* a keycap */
		"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd" /* a skin tone */
	};
	struct emulator emulator;
	struct canvas canvas;

	emulator_init(&emulator, 4, 20);
	canvas_init(&canvas, 4, 20);
	for (size_t i = 0; i < sizeof disputed / sizeof *disputed; i++) {
		for (unsigned column = 0; column < 20; column++) {
			for (unsigned row = 0; row < 4; row++)
				put(&canvas, row, 0, STYLE_PLAIN,
				    "abcdefghijklmnopqrst");
			emulator_paint(&emulator, &canvas);
			for (unsigned row = 0; row < 4; row++)
				put(&canvas, row, column, STYLE_PLAIN,
				    disputed[i]);
			emulator_paint(&emulator, &canvas);
			assert_true(emulator_shows(&emulator, &canvas));
		}
	}
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

/* Whatever stood there before: nothing behind it is erased. */
static void
what_ends_at_the_edge_stays_there(void **state)
{
	struct emulator emulator;
	struct canvas canvas;
	VTermScreenCell seen;

	emulator_init(&emulator, 2, 20);
	canvas_init(&canvas, 2, 20);
	for (unsigned before = 0; before < 20; before++) {
		canvas_fill(&canvas, canvas_box(&canvas), STYLE_PLAIN);
		put(&canvas, 0, before, STYLE_PLAIN, "x");
		emulator_paint(&emulator, &canvas);
		put(&canvas, 0, 16, STYLE_PLAIN, "not\xe2\x80\xa6");
		emulator_paint(&emulator, &canvas);
		vterm_screen_get_cell(vterm_obtain_screen(emulator.vterm),
		    (VTermPos){ 0, 19 }, &seen);
		assert_int_equal(seen.chars[0], 0x2026);
	}
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

static bool
has(const struct buf *bytes, const char *text)
{
	return memmem(bytes->data, bytes->len, text, strlen(text)) != NULL;
}

static void
the_terminal_is_given_back_as_it_was(void **state)
{
	struct emulator emulator;
	struct canvas canvas;

	emulator_init(&emulator, 50, 200);
	assert_true(has(&emulator.last, "\x1b[?7l"));
	canvas_init(&canvas, 50, 200);
	canvas.scrolled = (struct box){ 1, 25, 47, 175 };
	terminal_tell_sides(emulator.terminal, true);
	for (unsigned i = 0; i < 47; i++)
		canvas_put(&canvas, canvas.scrolled, i, i, STYLE_PLAIN,
		    span_text("some text that moves"));
	emulator_paint(&emulator, &canvas);
	canvas_scroll(&canvas, canvas.scrolled, 1);
	emulator_paint(&emulator, &canvas);
	assert_true(has(&emulator.last, "\x1b[?69h\x1b[26;200s\x1b[2;48r"));
	buf_clear(&emulator.last);
	terminal_leave(emulator.terminal);
	emulator_read(&emulator);
	assert_true(has(&emulator.last, "\x1b[?69l\x1b[1;50r"));
	assert_true(has(&emulator.last, "\x1b[?7h"));
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_shows_what_the_canvas_holds),
		cmocka_unit_test(a_key_takes_one_byte),
		cmocka_unit_test(a_new_line_takes_little_more_than_its_text),
		cmocka_unit_test(graphemes_of_disputed_width_shift_nothing),
		cmocka_unit_test(what_ends_at_the_edge_stays_there),
		cmocka_unit_test(the_terminal_is_given_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
