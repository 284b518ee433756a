/* input.h: packets from stdin. */
#ifndef CAM_DEBUG_INPUT_H
#define CAM_DEBUG_INPUT_H

#include <stdio.h>

#include "base/buf.h"

/* What a line may have: two digits and a blank a byte, and some more. */
enum { INPUT_LINE_MAX = 4 * 65536 };

/*
 * The next hex line as bytes; blanks between digits do not matter, empty lines
 * are passed over. CAM_ERR_CLOSED: there is none. CAM_ERR_FORMAT: not hex
 * digits, CAM_ERR_LIMIT: too long; the line is passed over and reading can go
 * on. CAM_ERR_SYSTEM: reading failed.
 */
int input_hex(FILE *file, struct buf *packet);
/* All of file; CAM_ERR_LIMIT, CAM_ERR_SYSTEM, CAM_ERR_CLOSED when it is empty.
 */
int input_raw(FILE *file, struct buf *packet);

#endif
