/* canvas.h: the screen as cells, before any terminal: one grapheme and one
 * style in each. */
#ifndef CAM_TUI_CANVAS_H
#define CAM_TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "cam-tui/style.h"

/* A family of four with skin tones has 41 bytes; what is longer loses its last
 * marks. */
enum { CELL_TEXT_SIZE = 42 };
/* A terminal that says it is larger is taken to be so large. */
enum { CANVAS_COLUMNS_MAX = 1000, CANVAS_ROWS_MAX = 1000 };

struct linkset;

struct cell {
	char text[CELL_TEXT_SIZE]; /* UTF-8, no NUL at the end when full */
	uint8_t len;	 /* of text; 0: the right half of a wide one */
	uint8_t columns; /* 1 or 2; 0 with len 0 */
	uint8_t style;
	bool isolated; /* of a text with right-to-left letters: painted with its
			  whole row */
	uint16_t link; /* of the canvas's links, 0: none */
};
/* What is not used of text is 0: cells that look alike are the same bytes. */

/* A place on it, in cells; always inside. */
struct box {
	unsigned row;
	unsigned column;
	unsigned rows;
	unsigned columns;
};

bool box_is(struct box a, struct box b);

struct canvas {
	unsigned rows;
	unsigned columns;
	struct cell *cells; /* row by row */
	struct linkset
	    *links; /* borrowed; NULL: the terminal is told of none */
	/* Rows that may have changed since canvas_settle(), but for what has
	 * moved: those alone are looked at when it is painted. */
	bool *touched;
	/* Rows that may hold isolated text; the others do not. */
	bool *isolated;
	/* The part whose rows move up or down as a whole now and then. */
	struct box scrolled;
	/* What of it has moved up since canvas_settle(), by how many rows
	 * (negative: down). */
	struct box moved;
	int moved_by;
	/* Where text goes: the terminal's cursor, which input methods follow.
	 */
	unsigned cursor_row;
	unsigned cursor_column;
	bool cursor_shown;
};

/* Blank, in STYLE_PLAIN. */
void canvas_init(struct canvas *canvas, unsigned rows, unsigned columns);
void canvas_finish(struct canvas *canvas);
/* Makes one like another: where they have the same size only the rows that are
 * touched in that are copied. */
void canvas_copy(struct canvas *to, const struct canvas *from);
/* No row is touched, nothing has moved. */
void canvas_settle(struct canvas *canvas);
/* Moves what the box shows up by so many rows (negative: down), as terminals
 * do; blank ones follow it. Of the scrolled part that is all that is told to
 * who paints. */
void canvas_scroll(struct canvas *canvas, struct box box, int by);
/* The same, told to nobody. */
void canvas_move(struct canvas *canvas, struct box box, int by);
/* Something in these rows may have changed. */
void canvas_touch(struct canvas *canvas, struct box box);
/* A terminal that shows before may move the box: after's moved part, or with
 * what stands beside that; then if it changes fewer cells than writing what
 * differs. */
bool canvas_may_move(const struct canvas *before, const struct canvas *after,
    struct box box, int by);

static inline struct cell *
canvas_cell(const struct canvas *canvas, unsigned row, unsigned column)
{
	return &canvas->cells[(size_t)row * canvas->columns + column];
}

struct box canvas_box(const struct canvas *canvas);

/* Blanks in that style. */
void canvas_fill(struct canvas *canvas, struct box box, enum style style);
/*
 * Puts graphemes from column on into a row of the box (both counted from its
 * corner), as many as fit whole, and returns the columns they took. Text is
 * made harmless here, whatever it holds (text_print()), a LF or TAB too.
 */
unsigned canvas_put(struct canvas *canvas, struct box box, unsigned row,
    unsigned column, enum style style, struct span text);
/* The same with "..." for what does not fit into columns. */
unsigned canvas_put_cut(struct canvas *canvas, struct box box, unsigned row,
    unsigned column, unsigned columns, enum style style, struct span text);
/* The style of a whole row of the box, its text as it is. */
void canvas_mark(
    struct canvas *canvas, struct box box, unsigned row, enum style style);

/* These cells of a row of the box, as just put, are part of a link. */
void canvas_link(struct canvas *canvas, struct box box, unsigned row,
    unsigned column, unsigned columns, const char *url);

/* The text of a row, without the blanks at its end; release with free(). */
char *canvas_row_text(const struct canvas *canvas, unsigned row);

#endif
