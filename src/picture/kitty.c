/* kitty.c: pictures drawn by kitty's graphics protocol, the bytes of it sent
 * directly. */
#include "picture/kitty.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "picture/convert.h"

/* They make the 4096 of base64 that a chunk may have. */
enum { CHUNK_BYTES = 3072 };

struct kitty {
	unsigned image;
	bool second;  /* the one to be sent next */
	bool is_seen; /* the other of the two */
	unsigned left, top, columns, rows, width, height;
	struct i420 scaled;
	uint8_t *rgb;
	size_t rgb_size;
};

struct kitty *
kitty_new(unsigned image)
{
	struct kitty *kitty = xcalloc(1, sizeof *kitty);

	kitty->image = image;
	return kitty;
}

void
kitty_free(struct kitty *kitty)
{
	if (kitty == NULL)
		return;
	i420_finish(&kitty->scaled);
	free(kitty->rgb);
	free(kitty);
}

int
kitty_place(struct kitty *kitty, unsigned left, unsigned top, unsigned columns,
    unsigned rows, unsigned width, unsigned height)
{
	if (columns == 0 || rows == 0 || columns > LIMIT_PICTURE_COLUMNS ||
	    rows > LIMIT_PICTURE_ROWS || left > LIMIT_PICTURE_COLUMNS ||
	    top > LIMIT_PICTURE_ROWS || !i420_is_valid_size(width, height))
		return CAM_ERR_LIMIT;
	kitty->left = left;
	kitty->top = top;
	kitty->columns = columns;
	kitty->rows = rows;
	kitty->width = width;
	kitty->height = height;
	return 0;
}

/* -- pictures ----------------------------------------------------------------
 */

/* Never more pixels than the picture has: the terminal scales. */
static int
scale(struct kitty *kitty, const struct i420 *picture)
{
	unsigned width = picture->width, height = picture->height;
	size_t size;
	int err;

	if (width > kitty->width || height > kitty->height)
		i420_fit(picture, kitty->width, kitty->height, &width, &height);
	err = i420_resize(&kitty->scaled, width, height);
	if (err < 0)
		return err;
	size = (size_t)width * height * 3;
	if (size != kitty->rgb_size) {
		kitty->rgb = xreallocarray(kitty->rgb, size, 1);
		kitty->rgb_size = size;
	}
	convert_scale(picture, &kitty->scaled);
	convert_to_rgb(&kitty->scaled, kitty->rgb);
	return 0;
}

/* Quiet (q=2), the cursor where it is (C=1). The cells have the picture's
 * shape where a cell is twice as high as wide. */
static void
put_control(
    const struct kitty *kitty, const struct i420 *picture, struct buf *out)
{
	unsigned columns, rows;

	i420_fit(picture, kitty->columns, kitty->rows * 2, &columns, &rows);
	buf_printf(out, "\033[%u;%uH", kitty->top + 1, kitty->left + 1);
	buf_printf(out, "\033_Ga=T,q=2,C=1,f=24,i=%u,s=%u,v=%u,c=%u,r=%u,m=%d;",
	    kitty->image + kitty->second, kitty->scaled.width,
	    kitty->scaled.height, columns, (rows + 1) / 2,
	    kitty->rgb_size > CHUNK_BYTES);
}

static void
put_pixels(const struct kitty *kitty, struct buf *out)
{
	size_t left = kitty->rgb_size;
	const uint8_t *rgb = kitty->rgb;

	while (left > CHUNK_BYTES) {
		base64_encode(span_of(rgb, CHUNK_BYTES), out);
		rgb += CHUNK_BYTES;
		left -= CHUNK_BYTES;
		buf_printf(out, "\033\\\033_Gm=%d;", left > CHUNK_BYTES);
	}
	base64_encode(span_of(rgb, left), out);
	buf_put_text(out, "\033\\");
}

static void
put_removal(unsigned image, struct buf *out)
{
	buf_printf(out, "\033_Ga=d,d=I,q=2,i=%u\033\\", image);
}

int
kitty_draw(struct kitty *kitty, const struct i420 *picture, struct buf *out)
{
	int err;

	if (kitty->columns == 0)
		return 0;
	err = scale(kitty, picture);
	if (err < 0)
		return err;
	put_control(kitty, picture, out);
	put_pixels(kitty, out);
	/* The old one goes when the new one lies over it: no flicker. */
	if (kitty->is_seen)
		put_removal(kitty->image + !kitty->second, out);
	if (buf_failed(out))
		return CAM_ERR_LIMIT;
	kitty->is_seen = true;
	kitty->second = !kitty->second;
	return 0;
}

void
kitty_remove(struct kitty *kitty, struct buf *out)
{
	if (kitty->is_seen)
		put_removal(kitty->image + !kitty->second, out);
	kitty->is_seen = false;
}
