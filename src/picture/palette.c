/* palette.c: the colours of terminals that have but 16 or 256 of them. */
#include "picture/palette.h"

#include <string.h>

enum { CUBE = 16, GREYS = 232, GREY_COUNT = 24 };

static const uint8_t first[16][3] = { { 0, 0, 0 }, { 205, 0, 0 }, { 0, 205, 0 },
	{ 205, 205, 0 }, { 0, 0, 238 }, { 205, 0, 205 }, { 0, 205, 205 },
	{ 229, 229, 229 }, { 127, 127, 127 }, { 255, 0, 0 }, { 0, 255, 0 },
	{ 255, 255, 0 }, { 92, 92, 255 }, { 255, 0, 255 }, { 0, 255, 255 },
	{ 255, 255, 255 } };
static const uint8_t levels[6] = { 0, 95, 135, 175, 215, 255 };

static unsigned
squared_distance(const uint8_t a[3], const uint8_t b[3])
{
	unsigned sum = 0;

	for (int i = 0; i < 3; i++)
		sum += (unsigned)((a[i] - b[i]) * (a[i] - b[i]));
	return sum;
}

static uint8_t
nearest_of_16(const uint8_t rgb[3])
{
	unsigned best = 0;

	for (unsigned i = 1; i < 16; i++)
		if (squared_distance(rgb, first[i]) <
		    squared_distance(rgb, first[best]))
			best = i;
	return (uint8_t)best;
}

static unsigned
nearest_level(uint8_t value)
{
	return value < 48 ? 0 : value < 115 ? 1 : (value - 35u) / 40;
}

/* The cube's colour, or a grey where that is nearer. */
static uint8_t
nearest_of_256(const struct palette *palette, const uint8_t rgb[3])
{
	unsigned cube = CUBE + 36 * nearest_level(rgb[0]) +
			6 * nearest_level(rgb[1]) + nearest_level(rgb[2]);
	unsigned mean = (rgb[0] + rgb[1] + rgb[2]) / 3u;
	unsigned grey = mean < 4 ? 0 : (mean - 3) / 10;

	if (grey >= GREY_COUNT)
		grey = GREY_COUNT - 1;
	grey += GREYS;
	return (uint8_t)(squared_distance(rgb, palette->rgb[grey]) <
				 squared_distance(rgb, palette->rgb[cube])
			     ? grey
			     : cube);
}

static void
fill_colours(struct palette *palette)
{
	memcpy(palette->rgb, first, sizeof first);
	for (unsigned i = 0; i < 216; i++) {
		palette->rgb[CUBE + i][0] = levels[i / 36];
		palette->rgb[CUBE + i][1] = levels[i / 6 % 6];
		palette->rgb[CUBE + i][2] = levels[i % 6];
	}
	for (unsigned i = 0; i < GREY_COUNT; i++)
		memset(palette->rgb[GREYS + i], (int)(8 + 10 * i), 3);
}

void
palette_init(struct palette *palette, enum palette_kind kind)
{
	fill_colours(palette);
	for (unsigned i = 0; i < sizeof palette->nearest; i++) {
		/* The middle of what these bits may stand for. */
		const uint8_t rgb[3] = { (uint8_t)((i >> 10) << 3 | 4),
			(uint8_t)((i >> 5 & 31) << 3 | 4),
			(uint8_t)((i & 31) << 3 | 4) };

		palette->nearest[i] = kind == PALETTE_16
					  ? nearest_of_16(rgb)
					  : nearest_of_256(palette, rgb);
	}
}
