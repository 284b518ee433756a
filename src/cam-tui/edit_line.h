/* edit_line.h: the line that is being typed, on a terminal that can do no more
 * than step back: only what has changed is written. Pure. */
#ifndef CAM_TUI_EDIT_LINE_H
#define CAM_TUI_EDIT_LINE_H

#include <stddef.h>

#include "base/buf.h"

struct edit_line {
	char *text;    /* shown now, printable; NULL: none */
	size_t cursor; /* bytes of it before the cursor */
};

void edit_line_init(struct edit_line *line);
void edit_line_finish(struct edit_line *line);

/*
 * Appends what makes the terminal show text, which is printable, with the
 * cursor behind so many bytes of it. Of what is wider than columns only the
 * part around the cursor is shown.
 */
void edit_line_show(struct edit_line *line, const char *text, size_t cursor,
    unsigned columns, struct buf *out);
/* It makes room for other lines; the next edit_line_show() writes all of it. */
void edit_line_hide(struct edit_line *line, struct buf *out);
/* It stays as it is, and others follow. */
void edit_line_leave(struct edit_line *line, struct buf *out);

#endif
