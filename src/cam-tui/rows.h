/* rows.h: the lines that stand in the rows of a box: what is there already is
 * left alone, what has moved is moved, and only the rest is drawn. */
#ifndef CAM_TUI_ROWS_H
#define CAM_TUI_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "cam-tui/canvas.h"

/* What a row shows. Rows of the same key look the same. */
struct row_key {
	uint64_t line; /* 0: blank */
	uint64_t look;
};

struct row {
	struct row_key shown;
	struct row_key wanted;
	bool is_missing;
};

struct rows {
	struct box box; /* without rows: nothing is known of what it shows */
	struct row *list;
};

void rows_finish(struct rows *rows);
/* Something else has been drawn there. */
void rows_forget(struct rows *rows);
bool rows_are_known(const struct rows *rows);

/*
 * To draw a box, blank where nothing is known of it: rows_begin(), then
 * list[].wanted of its rows is set, which are to be blank else; rows_move(),
 * and what is_missing then has been blanked and is to be drawn.
 */
void rows_begin(struct rows *rows, struct canvas *canvas, struct box box);
void rows_move(struct rows *rows, struct canvas *canvas);

#endif
