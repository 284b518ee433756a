/* sixel.h: pictures drawn as sixels: only the pixels that have changed. */
#ifndef CAM_SIXEL_H
#define CAM_SIXEL_H

#include "base/buf.h"
#include "picture/i420.h"

struct sixel;

struct sixel *sixel_new(void);
void sixel_free(struct sixel *sixel);

/* The place of its upper left corner in cells from 0, and the pixels there are;
 * the picture keeps its shape. CAM_ERR_LIMIT: too large, nothing has changed.
 */
int sixel_place(struct sixel *sixel, unsigned left, unsigned top,
    unsigned width, unsigned height);
/* What the terminal shows is not known any more: the next is drawn whole. */
void sixel_forget(struct sixel *sixel);

/*
 * Appends what turns what was drawn last into this picture, or nothing where
 * nothing is to be seen of the difference. CAM_ERR_LIMIT: out is too small;
 * CAM_ERR_FULL: no memory.
 */
int sixel_draw(
    struct sixel *sixel, const struct i420 *picture, struct buf *out);

#endif
