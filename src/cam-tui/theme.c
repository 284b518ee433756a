/* theme.c: how styles look. */
#include "cam-tui/theme.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "base/span.h"

enum { NONE16 = 255, LOOK_BYTES = 64 };

#define LOOK(rgb, ansi, attrs)                                                 \
	{                                                                      \
		.front = (rgb), .front16 = (ansi), .back = COLOUR_DEFAULT,     \
		.back16 = NONE16, .attributes = (attrs)                        \
	}
#define LOOK_ON(rgb, ansi, back_rgb, back_ansi, attrs)                         \
	{                                                                      \
		.front = (rgb), .front16 = (ansi), .back = (back_rgb),         \
		.back16 = (back_ansi), .attributes = (attrs)                   \
	}
#define DEFAULT COLOUR_DEFAULT, NONE16

/* Where there is no colour, what a bar is must be seen all the same: attributes
 * hold then too, and REVERSE only then. */
static const struct look dark[STYLE_COUNT] = {
	[STYLE_PLAIN] = LOOK(COLOUR_DEFAULT, NONE16, 0),
	[STYLE_DIM] = LOOK(0x8a8a8a, 8, LOOK_DIM),
	[STYLE_STRONG] = LOOK(0x87d7ff, 14, LOOK_BOLD),
	[STYLE_OWN] = LOOK(0xafd7af, 10, LOOK_BOLD),
	[STYLE_ACCENT] = LOOK(0x87afff, 12, LOOK_BOLD),
	[STYLE_GOOD] = LOOK(0x87d787, 2, 0),
	[STYLE_WARN] = LOOK(0xffd75f, 3, 0),
	[STYLE_BAD] = LOOK(0xff8787, 9, LOOK_BOLD),
	[STYLE_UNREAD] = LOOK(0xffffff, 15, LOOK_BOLD),
	[STYLE_MENTION] = LOOK(0xffaf5f, 11, LOOK_BOLD | LOOK_UNDERLINE),
	[STYLE_QUOTE] = LOOK(0xa8a8a8, 6, LOOK_DIM),
	[STYLE_MATCH] = LOOK_ON(0x000000, 0, 0xffd75f, 3, LOOK_REVERSE),
	[STYLE_SELECTED] = LOOK_ON(0xffffff, 15, 0x005f87, 4, LOOK_REVERSE),
	[STYLE_BAR] = LOOK_ON(0xd0d0d0, 7, 0x303a4a, 4, LOOK_REVERSE),
	[STYLE_BAR_DIM] = LOOK_ON(0x9a9fa8, 7, 0x303a4a, 4, LOOK_REVERSE),
	[STYLE_BAR_STRONG] =
	    LOOK_ON(0xffffff, 15, 0x303a4a, 4, LOOK_REVERSE | LOOK_BOLD),
	[STYLE_BAR_UNREAD] =
	    LOOK_ON(0xffd787, 11, 0x303a4a, 4, LOOK_REVERSE | LOOK_BOLD),
	[STYLE_BAR_WARN] =
	    LOOK_ON(0xffaf87, 11, 0x303a4a, 4, LOOK_REVERSE | LOOK_BOLD),
	[STYLE_BORDER] = LOOK(0x585858, 8, LOOK_DIM),
};

static const struct look light[STYLE_COUNT] = {
	[STYLE_PLAIN] = LOOK(COLOUR_DEFAULT, NONE16, 0),
	[STYLE_DIM] = LOOK(0x6c6c6c, 8, LOOK_DIM),
	[STYLE_STRONG] = LOOK(0x005f87, 4, LOOK_BOLD),
	[STYLE_OWN] = LOOK(0x005f00, 2, LOOK_BOLD),
	[STYLE_ACCENT] = LOOK(0x0000af, 4, LOOK_BOLD),
	[STYLE_GOOD] = LOOK(0x005f00, 2, 0),
	[STYLE_WARN] = LOOK(0x875f00, 3, 0),
	[STYLE_BAD] = LOOK(0xaf0000, 1, LOOK_BOLD),
	[STYLE_UNREAD] = LOOK(0x000000, 0, LOOK_BOLD),
	[STYLE_MENTION] = LOOK(0xaf5f00, 5, LOOK_BOLD | LOOK_UNDERLINE),
	[STYLE_QUOTE] = LOOK(0x5f5f5f, 6, LOOK_DIM),
	[STYLE_MATCH] = LOOK_ON(0x000000, 0, 0xffd75f, 3, LOOK_REVERSE),
	[STYLE_SELECTED] = LOOK_ON(0x000000, 0, 0xafd7ff, 7, LOOK_REVERSE),
	[STYLE_BAR] = LOOK_ON(0x262626, 0, 0xd7dde6, 7, LOOK_REVERSE),
	[STYLE_BAR_DIM] = LOOK_ON(0x5a5f68, 0, 0xd7dde6, 7, LOOK_REVERSE),
	[STYLE_BAR_STRONG] =
	    LOOK_ON(0x000000, 0, 0xd7dde6, 7, LOOK_REVERSE | LOOK_BOLD),
	[STYLE_BAR_UNREAD] =
	    LOOK_ON(0x872f00, 1, 0xd7dde6, 7, LOOK_REVERSE | LOOK_BOLD),
	[STYLE_BAR_WARN] =
	    LOOK_ON(0xaf0000, 1, 0xd7dde6, 7, LOOK_REVERSE | LOOK_BOLD),
	[STYLE_BORDER] = LOOK(0xb2b2b2, 8, LOOK_DIM),
};

int
theme_find(const char *name, struct theme *theme)
{
	if (strcmp(name, "dark") == 0)
		*theme = (struct theme){ "dark", dark, theme->colours };
	else if (strcmp(name, "light") == 0)
		*theme = (struct theme){ "light", light, theme->colours };
	else
		return CAM_ERR_UNKNOWN;
	return 0;
}

static bool
is_set(const char *value)
{
	return value != NULL && value[0] != '\0';
}

enum theme_colours
theme_colours_of(
    const char *term, const char *colorterm, const char *no_color, int colours)
{
	if (is_set(no_color))
		return COLOURS_NONE;
	if (is_set(colorterm) && (strcmp(colorterm, "truecolor") == 0 ||
				     strcmp(colorterm, "24bit") == 0))
		return COLOURS_TRUE;
	if (is_set(term) && strstr(term, "-direct") != NULL)
		return COLOURS_TRUE;
	if (colours >= 256)
		return COLOURS_256;
	return colours >= 8 ? COLOURS_16 : COLOURS_NONE;
}

/* "15;0", front and back: 7 and 9 to 15 are light ones. */
bool
theme_is_dark(const char *colorfgbg)
{
	const char *back = is_set(colorfgbg) ? strrchr(colorfgbg, ';') : NULL;
	uint64_t number;

	if (back == NULL ||
	    number_decimal(span_text(back + 1), 15, &number) != 0)
		return true;
	return number != 7 && number < 9;
}

/* The nearest of the 6x6x6 cube and the greys of 256 colours. */
static unsigned
nearest_of_256(int32_t rgb)
{
	static const int steps[6] = { 0, 95, 135, 175, 215, 255 };
	unsigned cube = 16, factor = 36;
	int distance = 0, grey_distance = 0, sum = 0, grey, level;

	for (int shift = 16; shift >= 0; shift -= 8) {
		int value = (rgb >> shift) & 0xff, best = 0;

		for (int i = 1; i < 6; i++) {
			if (abs(steps[i] - value) < abs(steps[best] - value))
				best = i;
		}
		cube += factor * (unsigned)best;
		factor /= 6;
		distance += abs(steps[best] - value);
		sum += value;
	}
	grey = (sum / 3 - 3) / 10;
	grey = grey < 0 ? 0 : grey > 23 ? 23 : grey;
	level = 8 + 10 * grey;
	for (int shift = 16; shift >= 0; shift -= 8)
		grey_distance += abs(level - ((rgb >> shift) & 0xff));
	return grey_distance < distance ? 232 + (unsigned)grey : cube;
}

/* ground: 30 for the front, 40 for the back. */
static void
put_colour(struct buf *out, enum theme_colours colours, int32_t rgb,
    uint8_t ansi, unsigned ground)
{
	switch (colours) {
	case COLOURS_NONE:
		return;
	case COLOURS_16:
		if (ansi != NONE16)
			buf_printf(out, ";%u",
			    ansi < 8 ? ground + ansi : ground + 52U + ansi);
		return;
	case COLOURS_256:
		if (rgb != COLOUR_DEFAULT)
			buf_printf(
			    out, ";%u;5;%u", ground + 8, nearest_of_256(rgb));
		return;
	case COLOURS_TRUE:
		if (rgb != COLOUR_DEFAULT)
			buf_printf(out, ";%u;2;%u;%u;%u", ground + 8,
			    (unsigned)(rgb >> 16) & 0xff,
			    (unsigned)(rgb >> 8) & 0xff, (unsigned)rgb & 0xff);
		return;
	}
}

static unsigned
attributes_of(const struct theme *theme, enum style style)
{
	const struct look *look = &theme->looks[style];
	bool has_back = look->back != COLOUR_DEFAULT;

	/* Dim is for those without the grey, reverse without the background. */
	if (theme->colours == COLOURS_NONE)
		return look->attributes;
	return look->attributes &
	       ~(unsigned)(LOOK_DIM | (has_back ? LOOK_REVERSE : 0));
}

static bool
has_colour(enum theme_colours colours, int32_t rgb, uint8_t ansi)
{
	if (colours == COLOURS_NONE)
		return false;
	return colours == COLOURS_16 ? ansi != NONE16 : rgb != COLOUR_DEFAULT;
}

/* Something of the one style would stay in the other. */
static bool
must_reset(const struct theme *theme, enum style from, enum style to)
{
	const struct look *was = &theme->looks[from], *look = &theme->looks[to];
	enum theme_colours colours = theme->colours;

	return (attributes_of(theme, from) & ~attributes_of(theme, to)) != 0 ||
	       (has_colour(colours, was->front, was->front16) &&
		   !has_colour(colours, look->front, look->front16)) ||
	       (has_colour(colours, was->back, was->back16) &&
		   !has_colour(colours, look->back, look->back16));
}

/* Parameters, each with a semicolon before it. */
static void
put_look(const struct theme *theme, enum style style, unsigned attributes,
    struct buf *out)
{
	const struct look *look = &theme->looks[style];

	if (attributes & LOOK_BOLD)
		buf_put_text(out, ";1");
	if (attributes & LOOK_DIM)
		buf_put_text(out, ";2");
	if (attributes & LOOK_UNDERLINE)
		buf_put_text(out, ";4");
	if (attributes & LOOK_REVERSE)
		buf_put_text(out, ";7");
	put_colour(out, theme->colours, look->front, look->front16, 30);
	put_colour(out, theme->colours, look->back, look->back16, 40);
}

/* A parameter that is left out is 0: all that was before ends. */
void
theme_put(const struct theme *theme, enum style style, struct buf *out)
{
	buf_put_text(out, "\x1b[");
	put_look(theme, style, attributes_of(theme, style), out);
	buf_put_byte(out, 'm');
}

void
theme_change(
    const struct theme *theme, enum style from, enum style to, struct buf *out)
{
	unsigned added = attributes_of(theme, to) & ~attributes_of(theme, from);
	struct buf params;

	if (must_reset(theme, from, to)) {
		theme_put(theme, to, out);
		return;
	}
	buf_init(&params, LOOK_BYTES);
	put_look(theme, to, added, &params);
	if (params.len > 0) {
		buf_put_text(out, "\x1b[");
		buf_put(out, params.data + 1, params.len - 1);
		buf_put_byte(out, 'm');
	}
	buf_finish(&params);
}
