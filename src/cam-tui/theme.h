/* theme.h: how styles look on a terminal with so many colours. */
#ifndef CAM_TUI_THEME_H
#define CAM_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cam-tui/style.h"

enum theme_colours { COLOURS_NONE, COLOURS_16, COLOURS_256, COLOURS_TRUE };

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };

/* COLOUR_DEFAULT is the terminal's own. */
enum { COLOUR_DEFAULT = -1 };
struct look {
	int32_t front; /* 0xRRGGBB, or COLOUR_DEFAULT */
	int32_t back;
	uint8_t front16; /* the same of 16: 0 to 15, 255: the terminal's own */
	uint8_t back16;
	uint8_t attributes;
};

struct theme {
	const char *name;
	const struct look *looks; /* of each style */
	enum theme_colours colours;
};

/* Of dark and light. CAM_ERR_UNKNOWN. */
int theme_find(const char *name, struct theme *theme);
/* From COLORTERM, TERM, what terminfo says, and NO_COLOR. */
enum theme_colours theme_colours_of(
    const char *term, const char *colorterm, const char *no_color, int colours);
/* COLORFGBG's idea of the background: true dark; also where it has none. */
bool theme_is_dark(const char *colorfgbg);

/* Appends the sequence (SGR) that makes a terminal that writes in one style
 * write in the other. */
void theme_change(
    const struct theme *theme, enum style from, enum style to, struct buf *out);
/* The same from whatever it was before. */
void theme_put(const struct theme *theme, enum style style, struct buf *out);

#endif
