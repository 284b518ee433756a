/* screen.h: the parts of the screen and what is drawn where: title, roster
 * beside the view, status line, composer. */
#ifndef CAM_TUI_SCREEN_H
#define CAM_TUI_SCREEN_H

#include <stdbool.h>

#include "cam-tui/canvas.h"

struct tui;

/* Narrower and lower than that the screen says so and nothing else. */
enum { SCREEN_COLUMNS_MIN = 20, SCREEN_ROWS_MIN = 6 };
/* From here on the roster has a place beside the view. */
enum { SCREEN_SPLIT_COLUMNS = 64 };

/* Boxes without rows or columns are not shown. */
struct screen_parts {
	struct box title;
	struct box roster;
	struct box border;
	struct box view;
	struct box calls; /* above the status line */
	struct box status;
	struct box composer;
};

/* composer_rows as wanted; call_rows of calls; roster_columns 0: none. */
void screen_divide(unsigned rows, unsigned columns, unsigned roster_columns,
    unsigned composer_rows, unsigned call_rows, struct screen_parts *parts);

/* Draws all that is to be seen of the tui. */
void screen_draw(struct tui *tui, struct canvas *canvas);
/* What is being written, where nothing else moves for it: false, and nothing is
 * drawn. */
bool screen_draw_writing(struct tui *tui, struct canvas *canvas);
/* The parts as drawn last, for clicks. */
void screen_parts(const struct tui *tui, const struct canvas *canvas,
    struct screen_parts *parts);

#endif
