/* server_rows.h: what administrators see of camserver, as rows of a box. */
#ifndef CAM_TUI_SERVER_ROWS_H
#define CAM_TUI_SERVER_ROWS_H

#include <jansson.h>

#include "cam-tui/canvas.h"
#include "cam-tui/serverlink.h"

/* How many are members, wait, are invited; NULL: not known yet. */
void server_rows_put_status(
    const json_t *status, struct canvas *canvas, struct box box, unsigned row);
/* An object of that part; NULL: the heading of its columns. */
void server_rows_put(const json_t *object, enum serverlink_part part,
    struct canvas *canvas, struct box box, unsigned row);

#endif
