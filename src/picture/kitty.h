/* kitty.h: pictures drawn by kitty's graphics protocol, the bytes of it sent
 * directly. */
#ifndef CAM_KITTY_H
#define CAM_KITTY_H

#include "base/buf.h"
#include "picture/i420.h"

struct kitty;

/* image: the number the terminal knows it by; the next one is used too. */
struct kitty *kitty_new(unsigned image);
void kitty_free(struct kitty *kitty);

/*
 * Its place and size in cells from 0, and the pixels sent at most: the terminal
 * scales them to the cells. CAM_ERR_LIMIT: too large, nothing has changed.
 */
int kitty_place(struct kitty *kitty, unsigned left, unsigned top,
    unsigned columns, unsigned rows, unsigned width, unsigned height);

/* Appends the picture, which takes the place of the last. CAM_ERR_LIMIT: out is
 * too small; CAM_ERR_FULL: no memory. */
int kitty_draw(
    struct kitty *kitty, const struct i420 *picture, struct buf *out);
/* Appends what takes it away. */
void kitty_remove(struct kitty *kitty, struct buf *out);

#endif
