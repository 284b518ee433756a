/* test_tui_drawing.c: a picture in place of the screen, and links that an
 * emulator of another hand takes for nothing else. */
#include "test.h"

#include "cam-tui/layout.h"
#include "cam-tui/linkset.h"
#include "emulator.h"

static bool
wrote(const struct emulator *emulator, const char *text)
{
	return memmem(emulator->last.data, emulator->last.len, text,
		   strlen(text)) != NULL;
}

static void
assert_row(const struct emulator *emulator, unsigned row, const char *wanted)
{
	VTermScreen *screen = vterm_obtain_screen(emulator->vterm);
	char text[256] = "";
	VTermRect box = { (int)row, (int)row + 1, 0, 40 };
	size_t len = vterm_screen_get_text(screen, text, sizeof text - 1, box);

	text[len] = '\0';
	assert_string_equal(text, wanted);
}

static void
draw_text(struct canvas *canvas, const char *text)
{
	canvas_fill(canvas, canvas_box(canvas), STYLE_PLAIN);
	canvas_put(
	    canvas, canvas_box(canvas), 0, 0, STYLE_PLAIN, span_text(text));
}

static void
a_picture_takes_the_place_of_the_screen_until_it_is_dropped(void **state)
{
	struct emulator emulator;
	struct canvas canvas;

	emulator_init(&emulator, 6, 40);
	canvas_init(&canvas, 6, 40);
	draw_text(&canvas, "the screen");
	emulator_paint(&emulator, &canvas);
	buf_clear(&emulator.last);
	assert_true(terminal_show_picture(
	    emulator.terminal, span_text("\x1b[7mab\ncd\x1b[0m\n"), "back"));
	emulator_read(&emulator);
	assert_row(&emulator, 0, "ab");
	assert_row(&emulator, 1, "cd");
	assert_row(&emulator, 2, "");
	assert_row(&emulator, 5, "back");
	terminal_drop_picture(emulator.terminal);
	emulator_paint(&emulator, &canvas);
	assert_false(wrote(&emulator, "\x1b_G"));
	assert_true(emulator_shows(&emulator, &canvas));
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

static void
what_kitty_keeps_is_deleted(void **state)
{
	static const char picture[] = "\x1b_Ga=T,f=32,s=1,v=1;AAAAAA==\x1b\\";
	struct emulator emulator;
	struct canvas canvas;

	emulator_init(&emulator, 6, 40);
	canvas_init(&canvas, 6, 40);
	draw_text(&canvas, "the screen");
	emulator_paint(&emulator, &canvas);
	buf_clear(&emulator.last);
	assert_true(terminal_show_picture(
	    emulator.terminal, span_text(picture), "back"));
	emulator_read(&emulator);
	assert_true(wrote(&emulator, picture));
	buf_clear(&emulator.last);
	terminal_drop_picture(emulator.terminal);
	emulator_read(&emulator);
	assert_true(wrote(&emulator, "\x1b_Ga=d\x1b\\"));
	emulator_paint(&emulator, &canvas);
	assert_true(emulator_shows(&emulator, &canvas));
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

/* Lines with links go up as others come below, as in a talk. */
static void
links_leave_the_screen_as_it_is(void **state)
{
	struct linkset *links = linkset_new();
	struct emulator emulator;
	struct canvas canvas;
	struct box box = { 0, 4, 10, 36 };
	char text[128];

	emulator_init(&emulator, 12, 40);
	canvas_init(&canvas, 12, 40);
	canvas.links = links;
	canvas.scrolled = box;
	for (int i = 0; i < 200; i++) {
		struct layout layout;

		snprintf(text, sizeof text,
		    "%d see https://a.example/%d/%.*s, or not", i, i % 7,
		    i % 40, "a-long-path-that-goes-over-several-lines");
		canvas_fill(&canvas, canvas_box(&canvas), STYLE_PLAIN);
		layout_init(&layout, box.columns);
		layout.finds_links = true;
		for (int k = 0; k < 6; k++) {
			layout_text(&layout, STYLE_PLAIN, text);
			layout_break(&layout);
		}
		layout_draw(&layout, &canvas, box, 0,
		    layout.lines > box.rows ? layout.lines - box.rows : 0,
		    box.rows);
		layout_finish(&layout);
		terminal_tell_sides(emulator.terminal, i % 2 == 0);
		emulator_paint(&emulator, &canvas);
		assert_true(emulator_shows(&emulator, &canvas));
	}
	canvas_finish(&canvas);
	emulator_finish(&emulator);
	linkset_free(links);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_picture_takes_the_place_of_the_screen_until_it_is_dropped),
		cmocka_unit_test(what_kitty_keeps_is_deleted),
		cmocka_unit_test(links_leave_the_screen_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
