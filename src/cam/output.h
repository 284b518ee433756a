/* output.h: what people and programs read on stdout. */
#ifndef CAM_OUTPUT_H
#define CAM_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct cam;

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_ACCENT
};

/* stdout is a terminal; colours may be used on it (NO_COLOR, CLICOLOR_FORCE,
 * TERM). */
bool output_is_terminal(struct cam *cam);
bool output_has_colour(struct cam *cam);
/* The same for any other place. */
bool output_allows_colour(bool terminal);
/* Columns of the terminal, 80 when it does not say. */
size_t output_width(void);

/* One JSON object and a line feed, at once. */
void output_json(const json_t *object);
/* Text from elsewhere made printable (base/text.h), in a style. */
void output_text(
    struct cam *cam, enum style style, const char *text, enum text_kind kind);
/* A text of our own; its %s arguments are made printable, as one line. */
void output_line(struct cam *cam, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything printed is out: 0, or EXIT_FAILED after saying that it could not
 * be written. */
int output_finish(void);

#endif
