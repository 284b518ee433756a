/* paint.c: what must be written so that a terminal shows another canvas. */
#include "cam-tui/paint.h"

#include <string.h>

#include "base/text.h"
#include "base/width.h"
#include "cam-tui/linkset.h"

/* Text between these moves nothing beside it, whatever its direction
 * (UAX #9). */
#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"
#define POP_ISOLATE "\xe2\x81\xa9"

/* Cells that have not changed are written again rather than jumped over: a
 * jump takes about so many bytes. */
enum { JUMP_BYTES = 6, FIRST_PICTOGRAPH = 0x1f000 };

struct painter {
	struct canvas *before; /* or NULL */
	struct canvas *after;
	const struct theme *theme;
	const struct paint_ops *ops;
	struct buf *out;
	unsigned link; /* as begun in the terminal, 0: none */
	int style;     /* as set in the terminal, -1: not known */
	struct pen *pen;
	unsigned unsure_to; /* of this row: what a grapheme may have covered */
};

static bool
is_blank(const struct cell *cell)
{
	return cell->len == 1 && cell->text[0] == ' ';
}

static bool
has_changed(const struct painter *painter, unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(painter->after, row, column);

	if (column < painter->unsure_to)
		return true;
	if (painter->before == NULL) /* it has just been cleared */
		return !is_blank(cell) || cell->style != STYLE_PLAIN;
	return memcmp(canvas_cell(painter->before, row, column), cell,
		   sizeof *cell) != 0;
}

void
paint_place(const struct paint_ops *ops, struct pen *pen, unsigned row,
    unsigned column, struct buf *out)
{
	if (pen->is_placed && pen->row == row && pen->column == column)
		return;
	ops->move(out, row, column, ops->arg);
	*pen = (struct pen){ true, row, column };
}

static void
place(struct painter *painter, unsigned row, unsigned column)
{
	paint_place(painter->ops, painter->pen, row, column, painter->out);
}

static void
set_style(struct painter *painter, uint8_t style)
{
	if (painter->style == style)
		return;
	if (painter->style < 0)
		theme_put(painter->theme, style, painter->out);
	else
		theme_change(painter->theme, (enum style)painter->style, style,
		    painter->out);
	painter->style = style;
}

/* OSC 8. The id makes one of the parts of a link that goes over lines, or that
 * are painted at different times. Of the URL nothing is written but what
 * link_find() lets through. */
static void
set_link(struct painter *painter, unsigned link)
{
	if (painter->link == link)
		return;
	if (link == 0)
		buf_put_text(painter->out, "\x1b]8;;\x1b\\");
	else
		buf_printf(painter->out, "\x1b]8;id=%u;%s\x1b\\", link,
		    linkset_url(painter->after->links, link));
	painter->link = link;
}

/* Terminals agree on the width of one character, ASCII or East Asian, with no
 * mark; on sequences they need not. */
static bool
is_certain(const struct cell *cell)
{
	struct span text = span_of(cell->text, cell->len);
	uint32_t codepoint = 0;

	if (cell->len == 1)
		return true;
	return utf8_next(text, &codepoint) == cell->len &&
	       !width_is_pictograph(codepoint) &&
	       width_of(codepoint, 2) == cell->columns;
}

/* The columns it takes where each of its characters stands for itself; *first
 * is the length of the first of them. */
static unsigned
widest(const struct cell *cell, size_t *first)
{
	struct span text = span_of(cell->text, cell->len);
	unsigned columns = 0;
	size_t len;

	*first = 0;
	for (; text.len > 0; text = span_of(text.data + len, text.len - len)) {
		uint32_t codepoint = 0;

		len = utf8_next(text, &codepoint);
		len = len > 0 ? len : 1;
		/* Flags are of two letters, which some show as such. */
		columns += width_is_pictograph(codepoint) ||
				   codepoint >= FIRST_PICTOGRAPH
			       ? 2
			       : width_of(codepoint, 2);
		if (*first == 0)
			*first = len;
	}
	return columns;
}

/* A terminal that takes it for narrower would show what was there before, one
 * that takes it for wider what follows it no more. At the edge, where some wrap
 * whatever they are told, its first character stands for it. */
static void
write_unsure(struct painter *painter, unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(painter->after, row, column);
	size_t first, len = cell->len;
	unsigned end = column + widest(cell, &first);

	if (end > painter->after->columns)
		len = first;
	if (end > painter->unsure_to)
		painter->unsure_to = end;
	if (cell->columns == 2 && painter->before != NULL &&
	    !is_blank(canvas_cell(painter->before, row, column + 1))) {
		buf_put_text(painter->out, "  ");
		painter->pen->is_placed = false;
		place(painter, row, column);
	}
	buf_put(painter->out, cell->text, len);
	painter->pen->is_placed = false;
}

static void
write_cell(struct painter *painter, unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(painter->after, row, column);
	struct pen *pen = painter->pen;

	place(painter, row, column);
	set_style(painter, cell->style);
	set_link(painter, cell->link);
	if (!is_certain(cell)) {
		write_unsure(painter, row, column);
		return;
	}
	buf_put(painter->out, cell->text, cell->len);
	pen->column += cell->columns;
	pen->is_placed =
	    !cell->isolated && pen->column < painter->after->columns;
}

/* The first column of what is blank in one style to the end of the row. */
static unsigned
blank_from(const struct canvas *canvas, unsigned row)
{
	unsigned column = canvas->columns;
	uint8_t style = canvas_cell(canvas, row, column - 1)->style;

	while (column > 0) {
		const struct cell *cell = canvas_cell(canvas, row, column - 1);

		if (!is_blank(cell) || cell->style != style)
			break;
		column--;
	}
	return column;
}

/* Looked at where it may, and then known. */
static bool
is_isolated(struct canvas *canvas, unsigned row)
{
	bool *isolated;

	if (canvas == NULL || !canvas->isolated[row])
		return false;
	isolated = &canvas->isolated[row];
	*isolated = false;
	for (unsigned column = 0; column < canvas->columns && !*isolated;
	     column++)
		*isolated = canvas_cell(canvas, row, column)->isolated;
	return *isolated;
}

/* Right-to-left text is written as a whole, between the characters that isolate
 * it: a terminal that orders it does so within them. */
static unsigned
write_isolated(struct painter *painter, unsigned row, unsigned column)
{
	const struct canvas *canvas = painter->after;
	uint8_t style = canvas_cell(canvas, row, column)->style;
	uint16_t link = canvas_cell(canvas, row, column)->link;

	place(painter, row, column);
	set_style(painter, style);
	set_link(painter, link);
	buf_put_text(painter->out, FIRST_STRONG_ISOLATE);
	for (; column < canvas->columns; column++) {
		const struct cell *cell = canvas_cell(canvas, row, column);

		if (!cell->isolated || cell->style != style ||
		    cell->link != link)
			break;
		buf_put(painter->out, cell->text, cell->len);
	}
	buf_put_text(painter->out, POP_ISOLATE);
	painter->pen->is_placed = false;
	return column;
}

static void
paint_whole_row(struct painter *painter, unsigned row)
{
	const struct canvas *canvas = painter->after;

	for (unsigned column = 0; column < canvas->columns;) {
		const struct cell *cell = canvas_cell(canvas, row, column);

		if (cell->isolated) {
			column = write_isolated(painter, row, column);
		} else {
			write_cell(painter, row, column);
			column += cell->columns > 0 ? cell->columns : 1;
		}
	}
}

/* Which cells of a row have changed, from the first to the last; false: none
 * has. */
static bool
find_changed(const struct painter *painter, unsigned row, unsigned *first,
    unsigned *last)
{
	unsigned columns = painter->after->columns, from = 0, to = columns;

	if (painter->before != NULL &&
	    memcmp(canvas_cell(painter->before, row, 0),
		canvas_cell(painter->after, row, 0),
		columns * sizeof(struct cell)) == 0)
		return false;
	while (from < to && !has_changed(painter, row, from))
		from++;
	while (from < to && !has_changed(painter, row, to - 1))
		to--;
	*first = from;
	*last = to - 1;
	return from < to;
}

/* Only a few cells, all of one style, lie between the cursor and that one. */
static bool
is_near(const struct painter *painter, unsigned row, unsigned column)
{
	const struct pen *pen = painter->pen;
	const struct cell *to = canvas_cell(painter->after, row, column);

	if (!pen->is_placed || pen->row != row || pen->column >= column ||
	    column - pen->column >= JUMP_BYTES)
		return false;
	for (unsigned i = pen->column; i < column; i++) {
		const struct cell *cell = canvas_cell(painter->after, row, i);

		if (cell->columns != 1 || cell->style != to->style ||
		    cell->link != to->link || !is_certain(cell))
			return false;
	}
	return true;
}

/* Changed cells from first to last, what they may have covered, and the few
 * between them that have not; up to end. */
static void
paint_cells(struct painter *painter, unsigned row, unsigned first,
    unsigned last, unsigned end)
{
	unsigned column = first;

	/* Its right half may be what has changed. */
	if (column > 0 &&
	    canvas_cell(painter->after, row, column)->columns == 0)
		column--;
	while (
	    column < end && (column <= last || column < painter->unsure_to)) {
		const struct cell *cell =
		    canvas_cell(painter->after, row, column);

		if (cell->columns == 0 || !has_changed(painter, row, column)) {
			if (cell->columns != 2 ||
			    !has_changed(painter, row, column + 1)) {
				column++;
				continue;
			}
		}
		if (is_near(painter, row, column)) {
			while (painter->pen->column < column)
				write_cell(painter, row, painter->pen->column);
		}
		write_cell(painter, row, column);
		column += cell->columns;
	}
}

static void
paint_row(struct painter *painter, unsigned row)
{
	const struct canvas *canvas = painter->after;
	unsigned end = canvas->columns, from = end, first, last;

	painter->unsure_to = 0;
	if ((painter->before != NULL && !canvas->touched[row]) ||
	    !find_changed(painter, row, &first, &last))
		return;
	/* Both are looked at. */
	if (is_isolated(painter->after, row) |
	    is_isolated(painter->before, row)) {
		paint_whole_row(painter, row);
		return;
	}
	if (is_blank(canvas_cell(canvas, row, last)))
		from = blank_from(canvas, row);
	/* Erasing takes a few bytes, and leaves no style but the plain one. */
	if (from + 4 < end &&
	    canvas_cell(canvas, row, from)->style == STYLE_PLAIN)
		end = from;
	paint_cells(painter, row, first, last, end);
	if (end == from && (last >= from || painter->unsure_to > from)) {
		place(painter, row, from);
		set_style(painter, STYLE_PLAIN);
		set_link(painter, 0);
		painter->ops->clear_to_end(painter->out, painter->ops->arg);
	}
}

/* Rows that have moved as they are need not be written again. */
static void
scroll(struct painter *painter)
{
	const struct paint_ops *ops = painter->ops;
	struct canvas *after = painter->after;
	struct box box = after->moved;
	int by = after->moved_by;
	bool is_part = box.column > 0 || box.columns < after->columns;

	if (by == 0)
		return;
	if (is_part && !ops->has_sides) {
		canvas_touch(after, box);
		box.column = 0;
		box.columns = after->columns;
	}
	if (painter->before == NULL || ops->scroll == NULL ||
	    !canvas_may_move(painter->before, after, box, by)) {
		canvas_touch(after, box);
		return;
	}
	ops->scroll(painter->out, box, by, ops->arg);
	canvas_move(painter->before, box, by);
	*painter->pen = (struct pen){ true,
		by > 0 ? box.row + box.rows - 1 : box.row, box.column };
}

void
paint(struct canvas *before, struct canvas *after, const struct theme *theme,
    const struct paint_ops *ops, struct pen *pen, struct buf *out)
{
	struct painter painter = { .after = after,
		.theme = theme,
		.ops = ops,
		.out = out,
		.style = -1,
		.pen = pen };

	if (before != NULL && before->rows == after->rows &&
	    before->columns == after->columns)
		painter.before = before;
	if (painter.before == NULL) {
		set_style(&painter, STYLE_PLAIN);
		ops->clear(out, ops->arg);
		pen->is_placed = false;
	}
	painter.style = STYLE_PLAIN;
	scroll(&painter);
	for (unsigned row = 0; row < after->rows; row++)
		paint_row(&painter, row);
	set_link(&painter, 0);
	set_style(&painter, STYLE_PLAIN);
}
