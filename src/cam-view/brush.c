/* brush.c: one picture after the other drawn in a box of a terminal. */
#include "cam-view/brush.h"

#include <stdlib.h>

#include "base/mem.h"
#include "picture/cells.h"
#include "picture/kitty.h"
#include "picture/sixel.h"

enum {
	CELL_WIDTH = 8, /* where it is not known */
	CELL_HEIGHT = 16,
	/* More would not look better, and take long to send. */
	PIXELS_WIDTH_MAX = 960,
	PIXELS_HEIGHT_MAX = 540,
	IMAGE_FIRST = 7000, /* kitty's number of the first */
};

struct brush {
	enum brush_kind kind;
	struct cells *cells;
	struct sixel *sixel;
	struct kitty *kitty;
};

struct brush *
brush_new(enum brush_kind kind, unsigned number)
{
	struct brush *brush = xcalloc(1, sizeof *brush);

	brush->kind = kind;
	switch (kind) {
	case BRUSH_CELLS_16:
		brush->cells = cells_new(CELLS_16, CELLS_TOLERANCE);
		break;
	case BRUSH_CELLS_256:
		brush->cells = cells_new(CELLS_256, CELLS_TOLERANCE);
		break;
	case BRUSH_CELLS:
		brush->cells = cells_new(CELLS_TRUE, CELLS_TOLERANCE);
		break;
	case BRUSH_SIXEL:
		brush->sixel = sixel_new();
		break;
	case BRUSH_KITTY:
		brush->kitty = kitty_new(IMAGE_FIRST + number * 2);
		break;
	}
	return brush;
}

void
brush_free(struct brush *brush)
{
	if (brush == NULL)
		return;
	cells_free(brush->cells);
	sixel_free(brush->sixel);
	kitty_free(brush->kitty);
	free(brush);
}

int
brush_place(struct brush *brush, const struct tile *tile, unsigned cell_width,
    unsigned cell_height)
{
	unsigned width =
	    tile->width * (cell_width > 0 ? cell_width : CELL_WIDTH);
	unsigned height =
	    tile->height * (cell_height > 0 ? cell_height : CELL_HEIGHT);

	if (brush->cells != NULL)
		return cells_place(brush->cells, tile->left, tile->top,
		    tile->width, tile->height);
	if (brush->kitty != NULL)
		return kitty_place(brush->kitty, tile->left, tile->top,
		    tile->width, tile->height, PIXELS_WIDTH_MAX,
		    PIXELS_HEIGHT_MAX);
	if (width > PIXELS_WIDTH_MAX)
		width = PIXELS_WIDTH_MAX;
	if (height > PIXELS_HEIGHT_MAX)
		height = PIXELS_HEIGHT_MAX;
	return sixel_place(brush->sixel, tile->left, tile->top, width, height);
}

int
brush_draw(struct brush *brush, const struct i420 *picture, struct buf *out)
{
	if (brush->cells != NULL)
		return cells_draw(brush->cells, picture, out);
	if (brush->kitty != NULL)
		return kitty_draw(brush->kitty, picture, out);
	return sixel_draw(brush->sixel, picture, out);
}

void
brush_remove(struct brush *brush, struct buf *out)
{
	if (brush->kitty != NULL)
		kitty_remove(brush->kitty, out);
}
