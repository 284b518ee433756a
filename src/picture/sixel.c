/* sixel.c: pictures drawn as sixels: only the pixels that have changed. */
#include "picture/sixel.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "picture/convert.h"
#include "picture/escape.h"
#include "picture/palette.h"

enum {
	BAND = 6,      /* rows of one line of sixels */
	COLOURS = 256, /* of the palette, of which 16 are left out */
	TOLERANCE = 6, /* in each of R, G, B, before a pixel is drawn again */
	/* The most bytes of one colour in one band beside its columns. */
	COLOUR_BYTES = 40,
	HEADER_BYTES = 64,
};
/* Numbers below 16 are never used: the mark of what is not known. */
enum { UNKNOWN = 0 };

/* Spreads what falls between two colours over the pixels around (Bayer). */
static const int8_t dither[4][4] = { { -15, 1, -11, 5 }, { 9, -7, 13, -3 },
	{ -9, 7, -13, 3 }, { 15, -1, 11, -5 } };

struct sixel {
	unsigned left, top, width, height; /* the room */
	struct palette palette;
	struct i420 scaled;
	uint8_t *rgba;
	uint8_t *shown; /* the number of each pixel's colour */
	uint8_t *bits;	/* COLOURS rows of a band's sixels */
	unsigned from_width, from_height;
	bool defined[COLOURS]; /* in the image being written */
};

/* The columns of one band in which a colour is seen. */
struct extent {
	unsigned first, end; /* end 0: none */
};

struct sixel *
sixel_new(void)
{
	struct sixel *sixel = xcalloc(1, sizeof *sixel);

	palette_init(&sixel->palette, PALETTE_256);
	return sixel;
}

void
sixel_forget(struct sixel *sixel)
{
	i420_finish(&sixel->scaled);
	free(sixel->rgba);
	free(sixel->shown);
	free(sixel->bits);
	sixel->rgba = sixel->shown = sixel->bits = NULL;
}

void
sixel_free(struct sixel *sixel)
{
	if (sixel == NULL)
		return;
	sixel_forget(sixel);
	free(sixel);
}

int
sixel_place(struct sixel *sixel, unsigned left, unsigned top, unsigned width,
    unsigned height)
{
	if (!i420_is_valid_size(width, height) ||
	    left > LIMIT_PICTURE_COLUMNS || top > LIMIT_PICTURE_ROWS)
		return CAM_ERR_LIMIT;
	sixel_forget(sixel);
	sixel->left = left;
	sixel->top = top;
	sixel->width = width;
	sixel->height = height;
	return 0;
}

static int
make_room(struct sixel *sixel, const struct i420 *picture)
{
	unsigned width, height;
	int err;

	if (sixel->shown != NULL && sixel->from_width == picture->width &&
	    sixel->from_height == picture->height)
		return 0;
	sixel_forget(sixel);
	i420_fit(picture, sixel->width, sixel->height, &width, &height);
	err = i420_init(&sixel->scaled, width, height);
	if (err < 0)
		return err;
	sixel->rgba = xcalloc((size_t)width * height, 4);
	sixel->shown = xcalloc(width, height);
	sixel->bits = xcalloc(COLOURS, width);
	sixel->from_width = picture->width;
	sixel->from_height = picture->height;
	return 0;
}

static uint8_t
clamp(int value)
{
	return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

/* The colour to draw a pixel with; what is shown, where it may stay. */
static uint8_t
choose(const struct sixel *sixel, const uint8_t *rgba, unsigned x, unsigned y,
    uint8_t shown)
{
	const struct palette *palette = &sixel->palette;
	int spread = dither[y % 4][x % 4];
	const uint8_t wanted[3] = { clamp(rgba[0] + spread),
		clamp(rgba[1] + spread), clamp(rgba[2] + spread) };
	uint8_t best = palette_nearest(palette, wanted);

	if (shown == UNKNOWN || shown == best)
		return best;
	return colour_distance(wanted, palette->rgb[shown]) <=
		       colour_distance(wanted, palette->rgb[best]) + TOLERANCE
		   ? shown
		   : best;
}

/* Notes which pixels of a band must be drawn, by colour; whether any. */
static bool
collect(struct sixel *sixel, unsigned band, struct extent extents[COLOURS])
{
	unsigned width = sixel->scaled.width;
	bool any = false;

	for (unsigned row = 0;
	     row < BAND && band * BAND + row < sixel->scaled.height; row++) {
		unsigned y = band * BAND + row;
		uint8_t *shown = sixel->shown + (size_t)y * width;
		const uint8_t *rgba = sixel->rgba + (size_t)y * width * 4;

		for (unsigned x = 0; x < width; x++) {
			uint8_t colour =
			    choose(sixel, rgba + x * 4ul, x, y, shown[x]);
			struct extent *extent = &extents[colour];

			if (colour == shown[x])
				continue;
			any = true;
			shown[x] = colour;
			sixel->bits[(size_t)colour * width + x] |=
			    (uint8_t)(1 << row);
			if (extent->end == 0 || x < extent->first)
				extent->first = x;
			if (x >= extent->end)
				extent->end = x + 1;
		}
	}
	return any;
}

static uint8_t *
put_run(uint8_t *at, uint8_t bits, unsigned count)
{
	uint8_t character = (uint8_t)('?' + bits);

	if (count > 3) {
		*at++ = '!';
		at = escape_number(at, count);
		*at++ = character;
		return at;
	}
	while (count-- > 0)
		*at++ = character;
	return at;
}

/* The colour's number, with what it is where the image has not said yet. */
static uint8_t *
put_colour(struct sixel *sixel, uint8_t *at, unsigned colour)
{
	const uint8_t *rgb = sixel->palette.rgb[colour];

	*at++ = '#';
	at = escape_number(at, colour);
	if (sixel->defined[colour])
		return at;
	sixel->defined[colour] = true;
	at = escape_text(at, ";2");
	for (int i = 0; i < 3; i++) {
		*at++ = ';';
		at = escape_number(at, (rgb[i] * 100u + 127) / 255);
	}
	return at;
}

/* One colour's pixels of a band; its bits are none again. */
static uint8_t *
put_sixels(struct sixel *sixel, uint8_t *at, unsigned colour,
    const struct extent *extent)
{
	uint8_t *bits = sixel->bits + (size_t)colour * sixel->scaled.width;
	unsigned begin = extent->first;

	at = put_colour(sixel, at, colour);
	at = put_run(at, 0, extent->first);
	while (begin < extent->end) {
		unsigned end = begin + 1;

		while (end < extent->end && bits[end] == bits[begin])
			end++;
		at = put_run(at, bits[begin], end - begin);
		begin = end;
	}
	memset(bits + extent->first, 0, extent->end - extent->first);
	*at++ = '$';
	return at;
}

static int
put_band(struct sixel *sixel, unsigned band, struct buf *out)
{
	struct extent extents[COLOURS] = { 0 };

	if (!collect(sixel, band, extents))
		return 0;
	for (unsigned i = 0; i < COLOURS; i++) {
		uint8_t *at;

		if (extents[i].end == 0)
			continue;
		at = buf_reserve(out, extents[i].end + COLOUR_BYTES);
		if (at == NULL)
			return CAM_ERR_LIMIT;
		out->len +=
		    (size_t)(put_sixels(sixel, at, i, &extents[i]) - at);
	}
	return 0;
}

/* Pixels that are not set stay as they are (second parameter 1). */
static void
put_header(const struct sixel *sixel, struct buf *out)
{
	uint8_t header[HEADER_BYTES];
	uint8_t *at = escape_move(header, sixel->top, sixel->left);

	at = escape_text(at, "\033P0;1;0q\"1;1;");
	at = escape_number(at, sixel->scaled.width);
	*at++ = ';';
	at = escape_number(at, sixel->scaled.height);
	buf_put(out, header, (size_t)(at - header));
}

int
sixel_draw(struct sixel *sixel, const struct i420 *picture, struct buf *out)
{
	size_t begin = out->len, empty;
	unsigned bands;
	int err;

	if (sixel->width == 0)
		return 0;
	err = make_room(sixel, picture);
	if (err < 0)
		return err;
	convert_scale(picture, &sixel->scaled);
	convert_to_rgba(&sixel->scaled, sixel->rgba);
	memset(sixel->defined, 0, sizeof sixel->defined);
	put_header(sixel, out);
	bands = (sixel->scaled.height + BAND - 1) / BAND;
	empty = out->len + bands;
	for (unsigned band = 0; band < bands && err == 0; band++) {
		err = put_band(sixel, band, out);
		buf_put_byte(out, '-');
	}
	if (out->len == empty)
		out->len = begin;
	else
		buf_put_text(out, "\033\\");
	if (err == 0 && !buf_failed(out))
		return 0;
	sixel_forget(sixel);
	return CAM_ERR_LIMIT;
}
