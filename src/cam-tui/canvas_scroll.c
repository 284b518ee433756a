/* canvas_scroll.c: what is seen moves up or down as a whole. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/canvas.h"

enum {
	/* What moving costs, in cells. */
	SCROLL_COST = 24,
	/* Further than that hardly anything stays. */
	SCROLL_MAX = 100,
};

static const struct cell blank = { .text = " ", .len = 1, .columns = 1 };

void
canvas_scroll(struct canvas *canvas, struct box box, int by)
{
	unsigned step = (unsigned)abs(by);

	for (unsigned i = 0; i < box.rows; i++) {
		unsigned row = by > 0 ? i : box.rows - 1 - i;
		unsigned from = by > 0 ? row + step : row - step;
		struct cell *cells =
		    canvas_cell(canvas, box.row + row, box.column);

		if (from < box.rows) {
			memcpy(cells,
			    canvas_cell(canvas, box.row + from, box.column),
			    box.columns * sizeof *cells);
			continue;
		}
		for (unsigned column = 0; column < box.columns; column++)
			cells[column] = blank;
	}
}

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

static unsigned
cost_of(const struct canvas *before, const struct canvas *after, struct box box,
    int by)
{
	unsigned cost = by != 0 ? SCROLL_COST : 0;

	for (unsigned row = 0; row < box.rows; row++)
		cost += differing(before, (int)row + by, after, row, box);
	return cost;
}

static bool
is_blank_row(const struct canvas *canvas, unsigned row, struct box box)
{
	const struct cell *cell =
	    canvas_cell(canvas, box.row + row, box.column);

	for (unsigned column = 0; column < box.columns; column++) {
		if (memcmp(&cell[column], &blank, sizeof blank) != 0)
			return false;
	}
	return true;
}

/* How many rows that say something have come from there. */
static unsigned
count_moved(const struct canvas *before, const struct canvas *after,
    struct box box, int by)
{
	unsigned count = 0;

	for (unsigned row = 0; row < box.rows; row++) {
		int from = (int)row + by;

		if (from >= 0 && from < (int)box.rows &&
		    is_same_row(before, (unsigned)from, after, row, box) &&
		    !is_blank_row(after, row, box))
			count++;
	}
	return count;
}

/* The distance that most rows have gone; a short one where that explains half
 * of what is seen. */
static int
likeliest(
    const struct canvas *before, const struct canvas *after, struct box box)
{
	int most = (int)box.rows - 1, best = 0;
	unsigned found = 0;

	if (most > SCROLL_MAX)
		most = SCROLL_MAX;
	for (int step = 1; step <= most && found * 2 < box.rows; step++) {
		for (int by = step; by >= -step; by -= 2 * step) {
			unsigned count = count_moved(before, after, box, by);

			if (count > found) {
				found = count;
				best = by;
			}
		}
	}
	return best;
}

static bool
is_all_touched(const struct canvas *canvas, struct box box)
{
	for (unsigned row = box.row; row < box.row + box.rows; row++) {
		if (!canvas->touched[row])
			return false;
	}
	return true;
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
		if (is_right_half(canvas, row, box.column) ||
		    is_right_half(canvas, row, box.column + box.columns))
			return false;
		for (unsigned column = 0; column < canvas->columns; column++) {
			if (canvas_cell(canvas, row, column)->isolated)
				return false;
		}
	}
	return true;
}

int
canvas_scrolled_by(
    const struct canvas *before, const struct canvas *after, bool whole_rows)
{
	struct box box = after->scrolled, area = box;
	unsigned plain;
	int by;

	if (box.rows < 2 || box.columns == 0 || !is_all_touched(after, box))
		return 0;
	if (whole_rows) {
		area.column = 0;
		area.columns = after->columns;
	}
	plain = cost_of(before, after, area, 0);
	if (plain <= SCROLL_COST || !is_movable(before, area) ||
	    !is_movable(after, area))
		return 0;
	by = likeliest(before, after, box);
	return by != 0 && cost_of(before, after, area, by) < plain ? by : 0;
}
