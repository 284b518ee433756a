/* brush.h: one picture after the other drawn in a box of a terminal, in one of
 * the ways there are. */
#ifndef CAM_VIEW_BRUSH_H
#define CAM_VIEW_BRUSH_H

#include "base/buf.h"
#include "cam-view/tiles.h"
#include "picture/i420.h"

enum brush_kind {
	BRUSH_CELLS_16,
	BRUSH_CELLS_256,
	BRUSH_CELLS,
	BRUSH_SIXEL,
	BRUSH_KITTY,
};

struct brush;

/* number: of the brush, each another. */
struct brush *brush_new(enum brush_kind kind, unsigned number);
void brush_free(struct brush *brush);
/* In cells of so many pixels (0: not known). CAM_ERR_LIMIT. */
int brush_place(struct brush *brush, const struct tile *tile,
    unsigned cell_width, unsigned cell_height);
/* Errors of cells_draw(). */
int brush_draw(
    struct brush *brush, const struct i420 *picture, struct buf *out);
/* What must be said before it ends. */
void brush_remove(struct brush *brush, struct buf *out);

#endif
