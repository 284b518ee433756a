/* canvas.c: the screen as cells, before any terminal. */
#include "cam-tui/canvas.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/width.h"
#include "cam-tui/linkset.h"

/* What text_print() makes of one byte at most, as <U+001B> of an ESC. */
enum { ESCAPE_GROWTH = 8 };

static const char ellipsis[] = "\xe2\x80\xa6";

static unsigned
at_most(unsigned value, unsigned max)
{
	return value < max ? value : max;
}

bool
box_is(struct box a, struct box b)
{
	return a.row == b.row && a.column == b.column && a.rows == b.rows &&
	       a.columns == b.columns;
}

static void
blank(struct cell *cell, enum style style)
{
	*cell = (struct cell){
		.text = " ", .len = 1, .columns = 1, .style = (uint8_t)style
	};
}

void
canvas_init(struct canvas *canvas, unsigned rows, unsigned columns)
{
	rows = at_most(rows, CANVAS_ROWS_MAX);
	columns = at_most(columns, CANVAS_COLUMNS_MAX);
	*canvas = (struct canvas){ .rows = rows, .columns = columns };
	canvas->cells =
	    xcalloc((size_t)rows * columns + 1, sizeof *canvas->cells);
	canvas->touched = xcalloc((size_t)rows + 1, sizeof *canvas->touched);
	canvas->isolated = xcalloc((size_t)rows + 1, sizeof *canvas->isolated);
	canvas_fill(canvas, canvas_box(canvas), STYLE_PLAIN);
}

void
canvas_finish(struct canvas *canvas)
{
	free(canvas->cells);
	free(canvas->touched);
	free(canvas->isolated);
	*canvas = (struct canvas){ 0 };
}

void
canvas_copy(struct canvas *to, const struct canvas *from)
{
	bool all = to->rows != from->rows || to->columns != from->columns;

	if (all) {
		canvas_finish(to);
		canvas_init(to, from->rows, from->columns);
	}
	for (unsigned row = 0; row < from->rows; row++) {
		to->isolated[row] = from->isolated[row];
		if (all || from->touched[row])
			memcpy(canvas_cell(to, row, 0),
			    canvas_cell(from, row, 0),
			    from->columns * sizeof *to->cells);
	}
	to->links = from->links;
	to->cursor_row = from->cursor_row;
	to->cursor_column = from->cursor_column;
	to->cursor_shown = from->cursor_shown;
}

void
canvas_settle(struct canvas *canvas)
{
	for (unsigned row = 0; row < canvas->rows; row++)
		canvas->touched[row] = false;
	canvas->moved_by = 0;
}

struct box
canvas_box(const struct canvas *canvas)
{
	return (struct box){ .rows = canvas->rows, .columns = canvas->columns };
}

void
canvas_fill(struct canvas *canvas, struct box box, enum style style)
{
	for (unsigned row = 0; row < box.rows; row++) {
		struct cell *cell =
		    canvas_cell(canvas, box.row + row, box.column);

		canvas->touched[box.row + row] = true;
		for (unsigned i = 0; i < box.columns; i++)
			blank(&cell[i], style);
	}
}

static bool
has_right_to_left(struct span text)
{
	uint32_t codepoint;
	size_t len;

	for (; text.len > 0; text = span_of(text.data + len, text.len - len)) {
		int class;

		if (text.data[0] < 0x80) {
			len = 1;
			continue;
		}
		len = utf8_next(text, &codepoint);
		if (len == 0) {
			len = 1;
			continue;
		}
		if (codepoint < 0x590)
			continue;
		class = utf8proc_get_property((utf8proc_int32_t)codepoint)
			    ->bidi_class;
		if (class == UTF8PROC_BIDI_CLASS_R ||
		    class == UTF8PROC_BIDI_CLASS_AL ||
		    class == UTF8PROC_BIDI_CLASS_AN)
			return true;
	}
	return false;
}

/* Half a wide character that is written over must not stay. */
static void
mend(struct canvas *canvas, unsigned row, unsigned column)
{
	struct cell *cell = canvas_cell(canvas, row, column);

	/* Its left half may have been written over already. */
	if (cell->columns == 0 && column > 0 && cell[-1].columns == 2)
		blank(&cell[-1], cell[-1].style);
}

static void
put_grapheme(struct canvas *canvas, unsigned row, unsigned column,
    unsigned columns, enum style style, struct span grapheme, bool isolated)
{
	struct cell *cell = canvas_cell(canvas, row, column);
	size_t len = utf8_cut(grapheme, CELL_TEXT_SIZE);

	mend(canvas, row, column);
	*cell = (struct cell){ .len = (uint8_t)len,
		.columns = (uint8_t)columns,
		.style = (uint8_t)style,
		.isolated = isolated };
	memcpy(cell->text, grapheme.data, len);
	if (columns == 2)
		cell[1] = (struct cell){ .style = (uint8_t)style,
			.isolated = isolated };
}

/* Of printable text. */
static unsigned
put_printable(struct canvas *canvas, struct box box, unsigned row,
    unsigned column, enum style style, struct span text)
{
	unsigned begin = column, columns;
	bool isolated = has_right_to_left(text);

	if (row >= box.rows)
		return 0;
	canvas->touched[box.row + row] = true;
	canvas->isolated[box.row + row] |= isolated;
	while (text.len > 0) {
		size_t len = grapheme_next(text, 1, &columns);

		if (columns > 2)
			columns = 2;
		if (column + columns > box.columns)
			break;
		if (columns > 0)
			put_grapheme(canvas, box.row + row, box.column + column,
			    columns, style, span_of(text.data, len), isolated);
		column += columns;
		text = span_of(text.data + len, text.len - len);
	}
	/* What had its right half here has lost the left one. */
	if (column > begin && column < box.columns) {
		struct cell *next =
		    canvas_cell(canvas, box.row + row, box.column + column);

		if (next->columns == 0)
			blank(next, next->style);
	}
	return column - begin;
}

/* So much of a text can be seen at most in a row of so many columns: marks are
 * what takes none. */
static struct span
visible(struct span text, unsigned columns)
{
	return span_of(
	    text.data, utf8_cut(text, ((size_t)columns + 1) * CELL_TEXT_SIZE));
}

static void
print_visible(struct buf *out, struct span text, unsigned columns)
{
	text = visible(text, columns);
	buf_init(out, text.len * ESCAPE_GROWTH + 1);
	text_print(out, text, TEXT_LINE);
}

unsigned
canvas_put(struct canvas *canvas, struct box box, unsigned row, unsigned column,
    enum style style, struct span text)
{
	struct buf printable;
	unsigned taken;

	print_visible(&printable, text, box.columns);
	taken = put_printable(
	    canvas, box, row, column, style, buf_span(&printable));
	buf_finish(&printable);
	return taken;
}

unsigned
canvas_put_cut(struct canvas *canvas, struct box box, unsigned row,
    unsigned column, unsigned columns, enum style style, struct span text)
{
	struct buf printable;
	unsigned taken, limit = at_most(column + columns, box.columns);
	bool cut;

	if (limit <= column)
		return 0;
	print_visible(&printable, text, columns);
	cut = text_width(buf_span(&printable)) > limit - column;
	box.columns = cut ? limit - 1 : limit;
	taken = put_printable(
	    canvas, box, row, column, style, buf_span(&printable));
	buf_finish(&printable);
	if (cut) {
		box.columns = limit;
		taken += put_printable(canvas, box, row, column + taken, style,
		    span_text(ellipsis));
	}
	return taken;
}

void
canvas_mark(
    struct canvas *canvas, struct box box, unsigned row, enum style style)
{
	struct cell *cell = canvas_cell(canvas, box.row + row, box.column);

	canvas->touched[box.row + row] = true;
	for (unsigned i = 0; i < box.columns; i++)
		cell[i].style = (uint8_t)style;
}

void
canvas_link(struct canvas *canvas, struct box box, unsigned row,
    unsigned column, unsigned columns, const char *url)
{
	unsigned number;

	if (canvas->links == NULL || row >= box.rows)
		return;
	number = linkset_number(canvas->links, url);
	for (unsigned i = column; i < column + columns && i < box.columns; i++)
		canvas_cell(canvas, box.row + row, box.column + i)->link =
		    (uint16_t)number;
}

char *
canvas_row_text(const struct canvas *canvas, unsigned row)
{
	size_t end = 0;
	struct buf text;

	buf_init(&text, (size_t)canvas->columns * CELL_TEXT_SIZE + 1);
	for (unsigned column = 0; column < canvas->columns; column++) {
		const struct cell *cell = canvas_cell(canvas, row, column);

		buf_put(&text, cell->text, cell->len);
		if (cell->len > 0 && !(cell->len == 1 && cell->text[0] == ' '))
			end = text.len;
	}
	text.len = end;
	return buf_steal_text(&text);
}
