/* paint.h: what must be written so that a terminal which shows one canvas shows
 * another. Pure. */
#ifndef CAM_TUI_PAINT_H
#define CAM_TUI_PAINT_H

#include "base/buf.h"
#include "cam-tui/canvas.h"
#include "cam-tui/theme.h"

/* How this terminal is told; each appends. */
struct paint_ops {
	void (*move)(struct buf *out, unsigned row, unsigned column, void *arg);
	void (*clear)(struct buf *out, void *arg);
	void (*clear_to_end)(struct buf *out, void *arg); /* of the line */
	void *arg;
};

/*
 * Appends to out. before NULL: nothing is known of the terminal; else the rows
 * that are touched in after are looked at. After a
 * grapheme whose width terminals disagree on the cursor is placed anew, so
 * nothing is ever shifted.
 */
void paint(const struct canvas *before, const struct canvas *after,
    const struct theme *theme, const struct paint_ops *ops, struct buf *out);

#endif
