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
	/*
	 * canvas_scroll() of the box, which is whole rows unless has_sides; the
	 * cursor is then at the beginning of its last row, or moving down, its
	 * first. NULL: it cannot.
	 */
	void (*scroll)(struct buf *out, struct box box, int by, void *arg);
	bool has_sides;
	void *arg;
};

/* Where the terminal's cursor is, as far as is known. */
struct pen {
	bool is_placed;
	unsigned row;
	unsigned column;
};

/*
 * Appends to out. before NULL: nothing is known of the terminal; else the rows
 * that are touched in after are looked at, and what has moved in it is moved on
 * the terminal and in before, or touched. The terminal writes in STYLE_PLAIN,
 * also afterwards.
 *
 * Where terminals disagree on the width of a grapheme the cursor is placed anew
 * behind it, and what it might cover is written again, so nothing is ever
 * shifted; a terminal that does not wrap is taken for granted.
 */
void paint(struct canvas *before, struct canvas *after,
    const struct theme *theme, const struct paint_ops *ops, struct pen *pen,
    struct buf *out);
/* Brings the cursor there. */
void paint_place(const struct paint_ops *ops, struct pen *pen, unsigned row,
    unsigned column, struct buf *out);

#endif
