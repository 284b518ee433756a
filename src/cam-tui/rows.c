/* rows.c: the lines that stand in the rows of a box. */
#include "cam-tui/rows.h"

#include <stdlib.h>

#include "base/mem.h"

void
rows_finish(struct rows *rows)
{
	free(rows->list);
	*rows = (struct rows){ 0 };
}

void
rows_forget(struct rows *rows)
{
	rows->box.rows = 0;
}

bool
rows_are_known(const struct rows *rows)
{
	return rows->box.rows > 0;
}

void
rows_begin(struct rows *rows, struct canvas *canvas, struct box box)
{
	bool is_same = box_is(rows->box, box);

	if (!is_same) {
		if (rows_are_known(rows))
			canvas_fill(canvas, box, STYLE_PLAIN);
		rows->list = xreallocarray(
		    rows->list, (size_t)box.rows + 1, sizeof *rows->list);
		rows->box = box;
	}
	for (unsigned i = 0; i < box.rows; i++) {
		if (!is_same)
			rows->list[i] = (struct row){ 0 };
		rows->list[i].wanted = (struct row_key){ 0 };
	}
}

static bool
is_same(struct row_key a, struct row_key b)
{
	return a.line == b.line && a.look == b.look;
}

/* Row i is to show what a row so much further down shows. */
static bool
fits(const struct rows *rows, unsigned i, int by)
{
	int from = (int)i + by;

	return from >= 0 && from < (int)rows->box.rows &&
	       is_same(rows->list[i].wanted, rows->list[from].shown);
}

static unsigned
count_kept(const struct rows *rows, int by)
{
	unsigned count = 0;

	for (unsigned i = 0; i < rows->box.rows; i++)
		count += rows->list[i].wanted.line != 0 && fits(rows, i, by);
	return count;
}

/* How far the first line that is seen elsewhere has moved up: the others go
 * with it, or stay. */
static int
find_shift(const struct rows *rows)
{
	int count = (int)rows->box.rows;

	for (int i = 0; i < count; i++) {
		if (rows->list[i].wanted.line == 0 ||
		    fits(rows, (unsigned)i, 0))
			continue;
		for (int from = 0; from < count; from++) {
			if (fits(rows, (unsigned)i, from - i))
				return from - i;
		}
	}
	return 0;
}

static struct row_key
shown_at(const struct rows *rows, int place)
{
	if (place < 0 || place >= (int)rows->box.rows)
		return (struct row_key){ 0 };
	return rows->list[place].shown;
}

static void
shift(struct rows *rows, struct canvas *canvas, int by)
{
	int last = (int)rows->box.rows - 1;

	canvas_scroll(canvas, rows->box, by);
	for (int i = 0; i <= last; i++) {
		int place = by > 0 ? i : last - i;

		rows->list[place].shown = shown_at(rows, place + by);
	}
}

void
rows_move(struct rows *rows, struct canvas *canvas)
{
	int by = find_shift(rows);

	if (by != 0 && count_kept(rows, by) > count_kept(rows, 0))
		shift(rows, canvas, by);
	for (unsigned i = 0; i < rows->box.rows; i++) {
		struct row *row = &rows->list[i];
		struct box box = rows->box;

		row->is_missing = !is_same(row->wanted, row->shown);
		if (!row->is_missing)
			continue;
		box.row += i;
		box.rows = 1;
		if (row->shown.line != 0)
			canvas_fill(canvas, box, STYLE_PLAIN);
		row->shown = row->wanted;
		row->is_missing = row->wanted.line != 0;
	}
}
