/* orientation.c: Exif's note in a JPEG, and pixels turned by it. */
#include "cam-show/orientation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum {
	UPRIGHT = 1,
	LAST = 8,
	TAG = 0x0112,
	TYPE_SHORT = 3,
	ENTRY_SIZE = 12,
	MARKER_APP1 = 0xe1,
	MARKER_SCAN = 0xda,
	PIXEL = 4, /* bytes */
};

/* -- the note ----------------------------------------------------------------
 */

struct tiff {
	struct span bytes;
	bool little; /* endian */
};

/* 0 beyond the end. */
static uint32_t
read_number(const struct tiff *tiff, size_t at, unsigned size)
{
	uint32_t number = 0;

	if (at > tiff->bytes.len || tiff->bytes.len - at < size)
		return 0;
	for (unsigned i = 0; i < size; i++) {
		unsigned place = tiff->little ? size - 1 - i : i;

		number = number << 8 | tiff->bytes.data[at + place];
	}
	return number;
}

/* From the first directory of a TIFF header. */
static unsigned
find_in_tiff(struct span bytes)
{
	struct tiff tiff = { bytes, span_starts(bytes, "II") };
	uint32_t at, count;

	if (!tiff.little && !span_starts(bytes, "MM"))
		return UPRIGHT;
	at = read_number(&tiff, 4, 4);
	count = read_number(&tiff, at, 2);
	for (uint32_t i = 0; i < count; i++) {
		size_t entry = (size_t)at + 2 + (size_t)i * ENTRY_SIZE;
		uint32_t value = read_number(&tiff, entry + 8, 2);

		if (read_number(&tiff, entry, 2) == TAG)
			return read_number(&tiff, entry + 2, 2) == TYPE_SHORT &&
				       value >= UPRIGHT && value <= LAST
				   ? value
				   : UPRIGHT;
	}
	return UPRIGHT;
}

unsigned
orientation_of_jpeg(struct span file)
{
	static const char exif[] = "Exif\0"; /* and the NUL behind it */
	size_t at = 2;

	/* Segments: 0xff, a marker, a length that counts itself. */
	while (file.len >= 4 && at <= file.len - 4 && file.data[at] == 0xff) {
		unsigned marker = file.data[at + 1];
		size_t len = (size_t)file.data[at + 2] << 8 | file.data[at + 3];
		struct span body;

		if (marker == MARKER_SCAN || len < 2 || len > file.len - at - 2)
			break;
		body = span_of(file.data + at + 4, len - 2);
		if (marker == MARKER_APP1 && body.len > sizeof exif &&
		    memcmp(body.data, exif, sizeof exif) == 0)
			return find_in_tiff(span_of(
			    body.data + sizeof exif, body.len - sizeof exif));
		at += 2 + len;
	}
	return UPRIGHT;
}

/* -- turning -----------------------------------------------------------------
 */

int
orientation_apply(unsigned orientation, struct image *image)
{
	bool sideways = orientation >= 5;
	/* Whether columns and rows, as they are stored, go backwards. */
	bool left = orientation == 2 || orientation == 3 || orientation >= 7;
	bool up = orientation == 3 || orientation == 4 || orientation == 6 ||
		  orientation == 7;
	uint32_t width = sideways ? image->height : image->width;
	uint32_t height = sideways ? image->width : image->height;
	uint8_t *pixels, *to;

	if (orientation <= UPRIGHT || orientation > LAST)
		return 0;
	pixels = to = calloc((size_t)width * height, PIXEL);
	if (pixels == NULL)
		return CAM_ERR_FULL;
	for (uint32_t y = 0; y < height; y++) {
		for (uint32_t x = 0; x < width; x++, to += PIXEL) {
			uint32_t column = sideways ? y : x;
			uint32_t row = sideways ? x : y;

			column = left ? image->width - 1 - column : column;
			row = up ? image->height - 1 - row : row;
			memcpy(to,
			    image->pixels +
				((size_t)row * image->width + column) * PIXEL,
			    PIXEL);
		}
	}
	free(image->pixels);
	*image = (struct image){ width, height, pixels };
	return 0;
}
