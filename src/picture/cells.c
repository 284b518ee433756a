/* cells.c: pictures drawn in the cells of a terminal: two pixels in each, by
 * half blocks, and only those cells that have changed. */
#include "picture/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "picture/convert.h"
#include "picture/escape.h"
#include "picture/palette.h"

/* The most bytes of a cell: moving there, both colours, the block. */
enum { CELL_BYTES = 64 };
/* A colour as shown: R, G, B or, with a palette, its number; never 0. */
#define COLOUR_KNOWN 0xff000000u

struct cells {
	enum cells_colours colours;
	unsigned tolerance;
	unsigned left, top, columns, rows;
	struct palette palette;
	struct i420 scaled; /* columns x 2 rows of it that fit */
	uint8_t *rgba;
	uint32_t *shown; /* of each pixel of scaled; 0: not known */
	bool cleared;
	unsigned from_width, from_height;
};

/* What the terminal draws with now. */
struct pen {
	uint32_t front, back; /* 0: neither set */
	unsigned column;      /* where the cursor is, of the present row */
	bool placed;
	uint8_t *at;
};

struct cells *
cells_new(enum cells_colours colours, unsigned tolerance)
{
	struct cells *cells = xcalloc(1, sizeof *cells);

	cells->colours = colours;
	cells->tolerance = tolerance < 255 ? tolerance : 255;
	if (colours != CELLS_TRUE)
		palette_init(&cells->palette,
		    colours == CELLS_16 ? PALETTE_16 : PALETTE_256);
	return cells;
}

static void
drop_pixels(struct cells *cells)
{
	i420_finish(&cells->scaled);
	free(cells->rgba);
	free(cells->shown);
	cells->rgba = NULL;
	cells->shown = NULL;
	cells->cleared = false;
}

void
cells_free(struct cells *cells)
{
	if (cells == NULL)
		return;
	drop_pixels(cells);
	free(cells);
}

int
cells_place(struct cells *cells, unsigned left, unsigned top, unsigned columns,
    unsigned rows)
{
	if (columns == 0 || rows == 0 || columns > LIMIT_PICTURE_COLUMNS ||
	    rows > LIMIT_PICTURE_ROWS || left > LIMIT_PICTURE_COLUMNS ||
	    top > LIMIT_PICTURE_ROWS)
		return CAM_ERR_LIMIT;
	drop_pixels(cells);
	cells->left = left;
	cells->top = top;
	cells->columns = columns;
	cells->rows = rows;
	return 0;
}

void
cells_forget(struct cells *cells)
{
	drop_pixels(cells);
}

/* -- colours -----------------------------------------------------------------
 */

static uint32_t
true_colour(const uint8_t *rgb)
{
	return COLOUR_KNOWN | (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 |
	       rgb[2];
}

static void
colour_to_rgb(const struct cells *cells, uint32_t colour, uint8_t rgb[3])
{
	if (cells->colours != CELLS_TRUE) {
		memcpy(rgb, cells->palette.rgb[colour & 0xff], 3);
		return;
	}
	rgb[0] = (uint8_t)(colour >> 16);
	rgb[1] = (uint8_t)(colour >> 8);
	rgb[2] = (uint8_t)colour;
}

static uint32_t
best_colour(const struct cells *cells, const uint8_t *rgb)
{
	return cells->colours == CELLS_TRUE
		   ? true_colour(rgb)
		   : COLOUR_KNOWN | palette_nearest(&cells->palette, rgb);
}

/* Whether what is shown of a pixel may stay: with a palette where the best of
 * it would hardly be nearer. */
static bool
is_good(const struct cells *cells, const uint8_t *rgb, uint32_t shown)
{
	unsigned allowed = cells->tolerance;
	uint8_t now[3];

	if (shown == 0)
		return false;
	if (cells->colours != CELLS_TRUE)
		allowed += colour_distance(rgb,
		    cells->palette.rgb[palette_nearest(&cells->palette, rgb)]);
	colour_to_rgb(cells, shown, now);
	return colour_distance(rgb, now) <= allowed;
}

/* Whether the pen's colour does for the wanted one. Half of the tolerance: what
 * uses it up at once is soon drawn again. */
static bool
is_near(const struct cells *cells, uint32_t pen, uint32_t wanted)
{
	uint8_t a[3], b[3];

	if (pen == wanted)
		return true;
	if (pen == 0 || cells->colours != CELLS_TRUE)
		return false;
	colour_to_rgb(cells, pen, a);
	colour_to_rgb(cells, wanted, b);
	return colour_distance(a, b) <= cells->tolerance / 2;
}

/* -- bytes -------------------------------------------------------------------
 */

/* The parameters that choose a colour; base: 30 for the front, 40 for the back.
 */
static uint8_t *
put_colour(
    const struct cells *cells, uint8_t *at, unsigned base, uint32_t colour)
{
	unsigned number = colour & 0xff;

	switch (cells->colours) {
	case CELLS_16:
		return escape_number(
		    at, number < 8 ? base + number : base + 52 + number);
	case CELLS_256:
		at = escape_number(at, base + 8);
		at = escape_text(at, ";5;");
		return escape_number(at, number);
	case CELLS_TRUE:
		break;
	}
	at = escape_number(at, base + 8);
	at = escape_text(at, ";2;");
	at = escape_number(at, colour >> 16 & 0xff);
	*at++ = ';';
	at = escape_number(at, colour >> 8 & 0xff);
	*at++ = ';';
	return escape_number(at, colour & 0xff);
}

/* Sets those of the two colours that are not near enough; 0: no matter. */
static void
set_pen(
    const struct cells *cells, struct pen *pen, uint32_t front, uint32_t back)
{
	bool sets_front = front != 0 && !is_near(cells, pen->front, front);
	bool sets_back = back != 0 && !is_near(cells, pen->back, back);

	if (!sets_front && !sets_back)
		return;
	pen->at = escape_text(pen->at, "\033[");
	if (sets_front) {
		pen->at = put_colour(cells, pen->at, 30, front);
		pen->front = front;
	}
	if (sets_front && sets_back)
		*pen->at++ = ';';
	if (sets_back) {
		pen->at = put_colour(cells, pen->at, 40, back);
		pen->back = back;
	}
	*pen->at++ = 'm';
}

static void
move_pen(struct pen *pen, unsigned row, unsigned column)
{
	if (pen->placed && pen->column == column)
		return;
	if (pen->placed && pen->column < column) {
		pen->at = escape_text(pen->at, "\033[");
		if (column - pen->column > 1)
			pen->at = escape_number(pen->at, column - pen->column);
		*pen->at++ = 'C';
	} else {
		pen->at = escape_move(pen->at, row, column);
	}
	pen->placed = true;
	pen->column = column;
}

/* Draws a cell with as few bytes as do; what is seen then goes to top and
 * bottom. */
static void
put_cell(
    const struct cells *cells, struct pen *pen, uint32_t *top, uint32_t *bottom)
{
	bool is_plain = is_near(cells, *top, *bottom);
	int upper, lower;

	if (is_plain && is_near(cells, pen->front, *top) &&
	    !is_near(cells, pen->back, *top)) {
		pen->at = escape_text(pen->at, "\xe2\x96\x88"); /* full block */
		*top = *bottom = pen->front;
	} else if (is_plain) {
		set_pen(cells, pen, 0, *top);
		*pen->at++ = ' ';
		*top = *bottom = pen->back;
	} else {
		upper = is_near(cells, pen->front, *top) +
			is_near(cells, pen->back, *bottom);
		lower = is_near(cells, pen->front, *bottom) +
			is_near(cells, pen->back, *top);
		if (upper >= lower) {
			set_pen(cells, pen, *top, *bottom);
			pen->at = escape_text(pen->at, "\xe2\x96\x80");
			*top = pen->front;
			*bottom = pen->back;
		} else {
			set_pen(cells, pen, *bottom, *top);
			pen->at = escape_text(pen->at, "\xe2\x96\x84");
			*top = pen->back;
			*bottom = pen->front;
		}
	}
	pen->column++;
}

/* -- pictures ----------------------------------------------------------------
 */

/* A pixel of half a cell is about as wide as high. */
static int
make_room(struct cells *cells, const struct i420 *picture)
{
	unsigned width, height;
	int err;

	if (cells->shown != NULL && cells->from_width == picture->width &&
	    cells->from_height == picture->height)
		return 0;
	drop_pixels(cells);
	i420_fit(picture, cells->columns, cells->rows * 2, &width, &height);
	if (height % 2 != 0)
		height += height < cells->rows * 2 ? 1 : -1;
	err = i420_init(&cells->scaled, width, height);
	if (err < 0)
		return err;
	cells->rgba = xcalloc((size_t)width * height, 4);
	cells->shown = xcalloc((size_t)width * height, sizeof(uint32_t));
	cells->from_width = picture->width;
	cells->from_height = picture->height;
	return 0;
}

/* Nothing of before stays beside the picture. */
static int
clear_box(struct cells *cells, struct buf *out)
{
	uint8_t *at = buf_reserve(out, (size_t)cells->rows * CELL_BYTES);
	uint8_t *begin = at;

	if (at == NULL)
		return CAM_ERR_LIMIT;
	at = escape_text(at, "\033[m");
	for (unsigned row = 0; row < cells->rows; row++) {
		at = escape_move(at, cells->top + row, cells->left);
		at = escape_text(at, "\033[");
		at = escape_number(at, cells->columns);
		*at++ = 'X';
	}
	out->len += (size_t)(at - begin);
	cells->cleared = true;
	return 0;
}

static void
draw_row(struct cells *cells, struct pen *pen, unsigned row)
{
	unsigned width = cells->scaled.width;
	unsigned margin_left = (cells->columns - width) / 2;
	unsigned margin_top = (cells->rows - cells->scaled.height / 2) / 2;
	size_t first = (size_t)row * 2 * width;
	uint32_t *above = cells->shown + first, *below = above + width;
	const uint8_t *upper = cells->rgba + first * 4;
	const uint8_t *lower = upper + (size_t)width * 4;

	pen->placed = false;
	for (unsigned i = 0; i < width; i++, upper += 4, lower += 4) {
		if (is_good(cells, upper, above[i]) &&
		    is_good(cells, lower, below[i]))
			continue;
		above[i] = best_colour(cells, upper);
		below[i] = best_colour(cells, lower);
		move_pen(pen, cells->top + margin_top + row,
		    cells->left + margin_left + i);
		put_cell(cells, pen, &above[i], &below[i]);
	}
}

static int
draw_rows(struct cells *cells, struct buf *out)
{
	struct pen pen = { 0 };

	for (unsigned row = 0; row < cells->scaled.height / 2; row++) {
		uint8_t *begin =
		    buf_reserve(out, (size_t)cells->scaled.width * CELL_BYTES);

		if (begin == NULL) {
			cells_forget(cells);
			return CAM_ERR_LIMIT;
		}
		pen.at = begin;
		draw_row(cells, &pen, row);
		out->len += (size_t)(pen.at - begin);
	}
	if (pen.front != 0 || pen.back != 0)
		buf_put_text(out, "\033[m");
	return buf_failed(out) ? CAM_ERR_LIMIT : 0;
}

int
cells_draw(struct cells *cells, const struct i420 *picture, struct buf *out)
{
	int err;

	if (cells->columns == 0)
		return 0;
	err = make_room(cells, picture);
	if (err == 0 && !cells->cleared)
		err = clear_box(cells, out);
	if (err < 0)
		return err;
	convert_scale(picture, &cells->scaled);
	convert_to_rgba(&cells->scaled, cells->rgba);
	return draw_rows(cells, out);
}
