/* test_tui_rows.c: rows that are left, moved or drawn, and the terminal that
 * follows them. */
#include "test.h"

#include "base/random.h"
#include "cam-tui/rows.h"
#include "emulator.h"

enum { ROWS = 14, COLUMNS = 40, LINES = 60, WANTED = 10 };

/* A line says its number, as wide as its look is. */
static void
draw_line(
    struct canvas *canvas, struct box box, unsigned row, struct row_key key)
{
	char text[32];

	snprintf(text, sizeof text, "line %u, %u",
	    (unsigned)key.line * 7919u % 1000u, (unsigned)key.line);
	canvas_put(canvas, box, row, (unsigned)key.look, STYLE_STRONG,
	    span_text(text));
}

static void
show(struct rows *rows, struct canvas *canvas, struct box box,
    const struct row_key *keys)
{
	rows_begin(rows, canvas, box);
	for (unsigned i = 0; i < box.rows; i++)
		rows->list[i].wanted = keys[i];
	rows_move(rows, canvas);
	for (unsigned i = 0; i < box.rows; i++) {
		if (rows->list[i].is_missing)
			draw_line(canvas, box, i, keys[i]);
	}
}

static void
assert_shown(
    const struct canvas *canvas, struct box box, const struct row_key *keys)
{
	struct canvas anew;

	canvas_init(&anew, canvas->rows, canvas->columns);
	for (unsigned i = 0; i < box.rows; i++) {
		if (keys[i].line != 0)
			draw_line(&anew, box, i, keys[i]);
		assert_memory_equal(
		    canvas_cell(canvas, box.row + i, box.column),
		    canvas_cell(&anew, box.row + i, box.column),
		    box.columns * sizeof *anew.cells);
	}
	canvas_finish(&anew);
}

/* Lines come, go, move by some, and change their looks. */
static void
change(struct row_key keys[WANTED])
{
	int by = (int)random_below(7) - 3;
	struct row_key old[WANTED];

	memcpy(old, keys, sizeof old);
	for (int i = 0; i < WANTED; i++) {
		int from = i + by;

		if (from >= 0 && from < WANTED && random_below(10) > 0)
			keys[i] = old[from];
		else
			keys[i] = (struct row_key){ random_below(LINES), 0 };
		if (random_below(20) == 0)
			keys[i].look ^= 1;
		if (keys[i].line == 0)
			keys[i].look = 0;
	}
}

static void
rows_show_what_is_wanted_and_the_terminal_shows_it(void **state)
{
	struct row_key keys[WANTED] = { { 0 } };
	struct emulator emulator;
	struct canvas canvas;
	struct rows rows = { 0 };

	emulator_init(&emulator, ROWS, COLUMNS);
	canvas_init(&canvas, ROWS, COLUMNS);
	for (int round = 0; round < 4000; round++) {
		struct box box = { 2, round / 500 % 2 * 9, WANTED, 31 };

		canvas.scrolled = box;
		if (round % 500 == 0) {
			rows_forget(&rows);
			canvas_fill(&canvas, canvas_box(&canvas), STYLE_PLAIN);
			terminal_tell_sides(
			    emulator.terminal, round / 1000 % 2 == 1);
			terminal_forget(emulator.terminal);
		}
		box.rows -= random_below(30) == 0;
		change(keys);
		show(&rows, &canvas, box, keys);
		assert_shown(&canvas, box, keys);
		/* A slow terminal is painted now and then. */
		if (random_below(3) == 0)
			continue;
		emulator_paint(&emulator, &canvas);
		assert_true(emulator_shows(&emulator, &canvas));
	}
	rows_finish(&rows);
	canvas_finish(&canvas);
	emulator_finish(&emulator);
}

static void
only_what_is_not_there_is_drawn(void **state)
{
	struct row_key keys[] = { { 1, 0 }, { 2, 0 }, { 3, 0 }, { 0, 0 } };
	struct row_key next[] = { { 2, 0 }, { 3, 1 }, { 4, 0 }, { 0, 0 } };
	struct box box = { 1, 0, 4, 20 };
	struct canvas canvas;
	struct rows rows = { 0 };

	canvas_init(&canvas, 6, 20);
	canvas.scrolled = box;
	show(&rows, &canvas, box, keys);
	canvas_settle(&canvas);
	show(&rows, &canvas, box, keys);
	for (unsigned row = 0; row < canvas.rows; row++)
		assert_false(canvas.touched[row]);
	show(&rows, &canvas, box, next);
	assert_int_equal(canvas.moved_by, 1);
	assert_false(canvas.touched[1]);
	assert_true(canvas.touched[2]);
	assert_true(canvas.touched[3]);
	assert_false(rows.list[0].is_missing);
	assert_true(rows.list[1].is_missing);
	assert_true(rows.list[2].is_missing);
	rows_finish(&rows);
	canvas_finish(&canvas);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    rows_show_what_is_wanted_and_the_terminal_shows_it),
		cmocka_unit_test(only_what_is_not_there_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
