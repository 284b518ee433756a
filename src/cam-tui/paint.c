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
enum { JUMP_BYTES = 6 };

struct painter {
	const struct canvas *before; /* or NULL */
	const struct canvas *after;
	const struct theme *theme;
	const struct paint_ops *ops;
	struct buf *out;
	unsigned link;	/* as begun in the terminal, 0: none */
	int style;	/* as set in the terminal, -1: not known */
	bool is_placed; /* the terminal's cursor is at row, column */
	unsigned row;
	unsigned column;
};

static bool
is_same(const struct cell *a, const struct cell *b)
{
	return a->len == b->len && a->columns == b->columns &&
	       a->style == b->style && a->isolated == b->isolated &&
	       a->link == b->link && memcmp(a->text, b->text, a->len) == 0;
}

static bool
is_blank(const struct cell *cell)
{
	return cell->len == 1 && cell->text[0] == ' ';
}

static bool
has_changed(const struct painter *painter, unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(painter->after, row, column);

	if (painter->before == NULL) /* it has just been cleared */
		return !is_blank(cell) || cell->style != STYLE_PLAIN;
	return !is_same(canvas_cell(painter->before, row, column), cell);
}

static void
place(struct painter *painter, unsigned row, unsigned column)
{
	if (painter->is_placed && painter->row == row &&
	    painter->column == column)
		return;
	painter->ops->move(painter->out, row, column, painter->ops->arg);
	painter->is_placed = true;
	painter->row = row;
	painter->column = column;
}

static void
set_style(struct painter *painter, uint8_t style)
{
	if (painter->style == style)
		return;
	theme_put(painter->theme, style, painter->out);
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

	return utf8_next(text, &codepoint) == cell->len &&
	       !width_is_pictograph(codepoint) &&
	       width_of(codepoint, 2) == cell->columns;
}

static void
write_cell(struct painter *painter, unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(painter->after, row, column);

	place(painter, row, column);
	set_style(painter, cell->style);
	set_link(painter, cell->link);
	buf_put(painter->out, cell->text, cell->len);
	painter->column += cell->columns;
	painter->is_placed = is_certain(cell) && !cell->isolated &&
			     painter->column < painter->after->columns;
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

static bool
is_isolated(const struct canvas *canvas, unsigned row)
{
	for (unsigned column = 0; canvas != NULL && column < canvas->columns;
	     column++) {
		if (canvas_cell(canvas, row, column)->isolated)
			return true;
	}
	return false;
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
	painter->is_placed = false;
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

static bool
is_row_same(const struct painter *painter, unsigned row)
{
	for (unsigned column = 0; column < painter->after->columns; column++) {
		if (has_changed(painter, row, column))
			return false;
	}
	return true;
}

/* Changed cells up to there, and the few between them that have not. */
static void
paint_cells(struct painter *painter, unsigned row, unsigned end)
{
	unsigned column = 0;

	while (column < end) {
		const struct cell *cell =
		    canvas_cell(painter->after, row, column);
		bool near = painter->is_placed && painter->row == row &&
			    painter->column < column &&
			    column - painter->column < JUMP_BYTES;

		if (cell->columns == 0 || !has_changed(painter, row, column)) {
			/* Its right half may be what has changed. */
			if (cell->columns != 2 ||
			    !has_changed(painter, row, column + 1)) {
				column++;
				continue;
			}
		}
		for (unsigned i = painter->column; near && i < column; i++) {
			const struct cell *between =
			    canvas_cell(painter->after, row, i);

			near = between->columns == 1 &&
			       between->style == cell->style &&
			       between->link == cell->link &&
			       is_certain(between);
		}
		while (near && painter->column < column)
			write_cell(painter, row, painter->column);
		write_cell(painter, row, column);
		column += cell->columns;
	}
}

static void
paint_row(struct painter *painter, unsigned row)
{
	const struct canvas *canvas = painter->after;
	unsigned end = canvas->columns, from;
	bool tail = false;

	if ((painter->before != NULL && !canvas->touched[row]) ||
	    is_row_same(painter, row))
		return;
	if (is_isolated(painter->after, row) ||
	    is_isolated(painter->before, row)) {
		paint_whole_row(painter, row);
		return;
	}
	from = blank_from(canvas, row);
	for (unsigned column = from; column < end && !tail; column++)
		tail = has_changed(painter, row, column);
	/* Erasing takes a few bytes, and leaves no style but the plain one. */
	if (from + 4 < end &&
	    canvas_cell(canvas, row, from)->style == STYLE_PLAIN)
		end = from;
	paint_cells(painter, row, end);
	if (tail && end == from) {
		place(painter, row, from);
		set_style(painter, canvas_cell(canvas, row, from)->style);
		set_link(painter, 0);
		painter->ops->clear_to_end(painter->out, painter->ops->arg);
	}
}

void
paint(const struct canvas *before, const struct canvas *after,
    const struct theme *theme, const struct paint_ops *ops, struct buf *out)
{
	struct painter painter = { .after = after,
		.theme = theme,
		.ops = ops,
		.out = out,
		.style = -1 };

	if (before != NULL && before->rows == after->rows &&
	    before->columns == after->columns)
		painter.before = before;
	if (painter.before == NULL) {
		set_style(&painter, STYLE_PLAIN);
		ops->clear(out, ops->arg);
	}
	for (unsigned row = 0; row < after->rows; row++)
		paint_row(&painter, row);
	set_link(&painter, 0);
	if (painter.style >= 0)
		set_style(&painter, STYLE_PLAIN);
}
