/* canvas_scroll.c: what is seen moves up or down as a whole. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cam-tui/canvas.h"

/* What moving costs, in cells. */
enum { SCROLL_COST = 24 };

static const struct cell blank = { .text = " ", .len = 1, .columns = 1 };

void
canvas_move(struct canvas *canvas, struct box box, int by)
{
	unsigned step = (unsigned)abs(by);

	for (unsigned i = 0; i < box.rows; i++) {
		unsigned row = by > 0 ? i : box.rows - 1 - i;
		unsigned from = by > 0 ? row + step : row - step;
		struct cell *cells =
		    canvas_cell(canvas, box.row + row, box.column);

		if (from < box.rows) {
			canvas->isolated[box.row + row] |=
			    canvas->isolated[box.row + from];
			memcpy(cells,
			    canvas_cell(canvas, box.row + from, box.column),
			    box.columns * sizeof *cells);
			continue;
		}
		for (unsigned column = 0; column < box.columns; column++)
			cells[column] = blank;
	}
}

/* -- told to who paints --------------------------------------------------- */

void
canvas_touch(struct canvas *canvas, struct box box)
{
	for (unsigned row = box.row; row < box.row + box.rows; row++)
		canvas->touched[row] = true;
}

/* A row is touched where what stands in it now was, or what stands beside it
 * is. */
static void
move_touched(struct canvas *canvas, struct box box, int by)
{
	bool *touched = &canvas->touched[box.row];
	int last = (int)box.rows - 1;

	for (int i = 0; i <= last; i++) {
		int row = by > 0 ? i : last - i, from = row + by;

		touched[row] |= from < 0 || from > last || touched[from];
	}
}

static bool
is_within(struct box box, struct box outer)
{
	return box.column == outer.column && box.columns == outer.columns &&
	       box.row >= outer.row &&
	       box.row + box.rows <= outer.row + outer.rows;
}

void
canvas_scroll(struct canvas *canvas, struct box box, int by)
{
	canvas_move(canvas, box, by);
	if (!is_within(box, canvas->scrolled) ||
	    (canvas->moved_by != 0 && !box_is(box, canvas->moved))) {
		canvas_touch(canvas, box);
		return;
	}
	move_touched(canvas, box, by);
	canvas->moved = box;
	canvas->moved_by += by;
}

/* -- does it pay? --------------------------------------------------------- */
static bool
is_same_row(const struct canvas *before, unsigned from,
    const struct canvas *after, unsigned row, struct box box)
{
	return memcmp(canvas_cell(before, box.row + from, box.column),
		   canvas_cell(after, box.row + row, box.column),
		   box.columns * sizeof *after->cells) == 0;
}

/* Cells of a row that are not what stood at from, which may lie outside. */
static unsigned
differing(const struct canvas *before, int from, const struct canvas *after,
    unsigned row, struct box box)
{
	const struct cell *new = canvas_cell(after, box.row + row, box.column);
	const struct cell *old = NULL;
	unsigned count = 0;

	if (from >= 0 && (unsigned)from < box.rows)
		old = canvas_cell(before, box.row + (unsigned)from, box.column);
	for (unsigned column = 0; column < box.columns; column++)
		count +=
		    memcmp(&new[column], old != NULL ? &old[column] : &blank,
			sizeof blank) != 0;
	return count;
}

/* Counted no further than enough. */
static unsigned
cost_of(const struct canvas *before, const struct canvas *after, struct box box,
    int by, unsigned enough)
{
	unsigned cost = by != 0 ? SCROLL_COST : 0;

	for (unsigned row = 0; row < box.rows && cost < enough; row++) {
		int from = (int)row + by;

		if (from < 0 || from >= (int)box.rows ||
		    !is_same_row(before, (unsigned)from, after, row, box))
			cost += differing(before, from, after, row, box);
	}
	return cost;
}

static bool
is_right_half(const struct canvas *canvas, unsigned row, unsigned column)
{
	return column < canvas->columns &&
	       canvas_cell(canvas, row, column)->columns == 0;
}

/* No text that a terminal may move about by itself, nor half of a character. */
static bool
is_movable(const struct canvas *canvas, struct box box)
{
	for (unsigned row = box.row; row < box.row + box.rows; row++) {
		if (canvas->isolated[row] ||
		    is_right_half(canvas, row, box.column) ||
		    is_right_half(canvas, row, box.column + box.columns))
			return false;
	}
	return true;
}

bool
canvas_may_move(const struct canvas *before, const struct canvas *after,
    struct box box, int by)
{
	unsigned cost;

	if (abs(by) >= (int)box.rows || !is_movable(before, box) ||
	    !is_movable(after, box))
		return false;
	if (box_is(box, after->moved))
		return true;
	cost = cost_of(before, after, box, by, UINT_MAX);
	return cost < cost_of(before, after, box, 0, cost + 1);
}
