/* cells.h: pictures drawn in the cells of a terminal: two pixels in each, by
 * half blocks, and only those cells that have changed. */
#ifndef CAM_CELLS_H
#define CAM_CELLS_H

#include "base/buf.h"
#include "picture/i420.h"

enum cells_colours { CELLS_16, CELLS_256, CELLS_TRUE };

/* Pixels may differ by so much (of 255, in each of R, G, B) from the picture:
 * noise of a camera is not sent again and again. */
enum { CELLS_TOLERANCE = 8 };

struct cells;

struct cells *cells_new(enum cells_colours colours, unsigned tolerance);
void cells_free(struct cells *cells);

/* Where it is drawn, in cells from 0; the picture keeps its shape and lies in
 * the middle. CAM_ERR_LIMIT: too large, nothing has changed. */
int cells_place(struct cells *cells, unsigned left, unsigned top,
    unsigned columns, unsigned rows);
/* What the terminal shows is not known any more: the next is drawn whole. */
void cells_forget(struct cells *cells);

/*
 * Appends what turns what was drawn last into this picture, or nothing where
 * all is near enough. The cursor is left anywhere, without colours.
 * CAM_ERR_LIMIT: out is too small; CAM_ERR_FULL: no memory.
 */
int cells_draw(
    struct cells *cells, const struct i420 *picture, struct buf *out);

#endif
