/* canvas.h: pixels as this terminal can show them: kitty's, sixels or cells. */
#ifndef CAM_CANVAS_H
#define CAM_CANVAS_H

#include "base/buf.h"
#include "cam-show/image.h"

/* The terminal: cells, and the pixels of each (0: not known). */
struct canvas_size {
	unsigned columns, rows;
	unsigned cell_width, cell_height;
};

/* What the terminal is envp tells (TERM and others). CAM_ERR_LIMIT: out is too
 * small. */
int canvas_draw(const struct image *image, const struct canvas_size *size,
    char **envp, struct buf *out);

#endif
