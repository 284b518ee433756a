/* picture.h: a QR code drawn with half blocks, two rows to a line. */
#ifndef CAM_QR_PICTURE_H
#define CAM_QR_PICTURE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

enum {
	PICTURE_DATA_MAX = 1024, /* bytes in the code */
	PICTURE_MARGIN = 4,	 /* modules around it (ISO/IEC 18004, 9.1) */
	PICTURE_MAX = 256 * 1024
};

/*
 * Appends the code of data: error correction level M; text of digits, capitals
 * and ":" takes less room than bytes. colour: black on white whatever the
 * terminal has; else light modules are drawn, for light on dark.
 * CAM_ERR_LIMIT: nothing, or too much for a code; CAM_ERR_SYSTEM.
 */
int picture_draw(struct span data, bool colour, struct buf *out);

#endif
