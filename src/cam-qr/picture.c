/* picture.c: modules of a QR code as cells of a terminal. */
#include "cam-qr/picture.h"

#include <errno.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* What QR codes write in 11 bits for two of them. */
static const char short_set[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

static bool
is_short(struct span data)
{
	for (size_t i = 0; i < data.len; i++) {
		if (data.data[i] == '\0' ||
		    strchr(short_set, data.data[i]) == NULL)
			return false;
	}
	return true;
}

static QRcode *
encode(struct span data)
{
	QRinput *input = QRinput_new2(0, QR_ECLEVEL_M);
	QRcode *code = NULL;

	if (input == NULL)
		return NULL;
	if (QRinput_append(input, is_short(data) ? QR_MODE_AN : QR_MODE_8,
		(int)data.len, data.data) == 0)
		code = QRcode_encodeInput(input);
	QRinput_free(input);
	return code;
}

static bool
is_dark(const QRcode *code, int x, int y)
{
	return x >= 0 && y >= 0 && x < code->width && y < code->width &&
	       (code->data[y * code->width + x] & 1) != 0;
}

/* Two modules, one above the other, the light ones drawn. */
static const char *
cell(bool upper_dark, bool lower_dark)
{
	if (upper_dark)
		return lower_dark ? " " : "\u2584";
	return lower_dark ? "\u2580" : "\u2588";
}

static void
draw(const QRcode *code, bool colour, struct buf *out)
{
	const int end = code->width + PICTURE_MARGIN;

	for (int y = -PICTURE_MARGIN; y < end; y += 2) {
		/* Bright white on black. */
		if (colour)
			buf_put_text(out, "\033[38;5;231;48;5;16m");
		for (int x = -PICTURE_MARGIN; x < end; x++)
			buf_put_text(out,
			    cell(is_dark(code, x, y),
				y + 1 < end ? is_dark(code, x, y + 1) : true));
		if (colour)
			buf_put_text(out, "\033[0m");
		buf_put_text(out, "\n");
	}
}

int
picture_draw(struct span data, bool colour, struct buf *out)
{
	QRcode *code = NULL;

	if (data.len == 0 || data.len > PICTURE_DATA_MAX)
		return CAM_ERR_LIMIT;
	code = encode(data);
	if (code == NULL)
		return errno == ERANGE ? CAM_ERR_LIMIT : CAM_ERR_SYSTEM;
	draw(code, colour, out);
	QRcode_free(code);
	return buf_failed(out) ? CAM_ERR_LIMIT : 0;
}
