/* layout.h: styled text broken into the lines of a width, grapheme by grapheme.
 */
#ifndef CAM_TUI_LAYOUT_H
#define CAM_TUI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "cam-tui/canvas.h"
#include "cam-tui/style.h"

/* Text of one style within one line. */
struct piece {
	uint32_t line;
	uint32_t offset; /* in the layout's text */
	uint32_t len;
	uint16_t column;
	uint8_t style;
	uint16_t link; /* of the layout's, from 1; 0: none */
};

/* Text beyond that is left out, and a line says so. */
enum {
	LAYOUT_LINES_MAX = 10000,
	LAYOUT_LINKS_MAX = 1000,
	LAYOUT_TEXT_MAX = 4 * 1024 * 1024
};

struct layout {
	unsigned columns;     /* to be filled, at least 1 */
	unsigned indent;      /* of lines that a width began, not a LF */
	unsigned margin;      /* of every line but the first, also after a LF */
	bool breaks_anywhere; /* between graphemes, not words */
	bool finds_links;     /* in what is put */
	struct buf text;      /* printable */
	size_t begin;	      /* of it, what is being put */
	struct piece *pieces;
	size_t count;
	size_t size;
	char **links; /* URLs */
	size_t link_count;
	struct span next_link; /* in what is being put; without data: none */
	size_t lines;	       /* 0: nothing was put */
	unsigned column;       /* where the next text goes */
	bool is_apart;	       /* the next text is no more of the last piece */
};

void layout_init(struct layout *layout, unsigned columns);
void layout_finish(struct layout *layout);

/*
 * Adds text, made harmless as for canvas_put(). A LF begins a line; else lines
 * end at blanks or, where none is near, anywhere between graphemes; on either
 * side of an East Asian character too, but for marks that may not begin one.
 */
void layout_put(struct layout *layout, enum style style, struct span text);
void layout_text(struct layout *layout, enum style style, const char *text);
void layout_printf(struct layout *layout, enum style style, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* The next text begins a line. */
void layout_break(struct layout *layout);
/* The next text is one of its own: right-to-left letters in it move nothing of
 * what stands before it, in whatever style. */
void layout_part(struct layout *layout);

/* Lines from..from+count of it into the box, from row on. */
void layout_draw(const struct layout *layout, struct canvas *canvas,
    struct box box, unsigned row, size_t from, size_t count);

#endif
