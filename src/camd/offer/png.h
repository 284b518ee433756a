/* png.h: whether a picture of a message is one, before anybody decodes it. */
#ifndef CAM_CAMD_PNG_H
#define CAM_CAMD_PNG_H

#include "base/span.h"

enum {
	PNG_HEAD = 8 + 8 + 8, /* what is looked at, in bytes */
	PNG_SIDE_MAX = 16384  /* pixels */
};
#define PNG_PIXELS_MAX ((uint64_t)64 * 1024 * 1024)

/* The beginning of a PNG of a size that can be shown (PNG, 5.2 and 11.2.2).
 * Pure. CAM_ERR_FORMAT; CAM_ERR_LIMIT: too large. */
int png_check(struct span head);
/* The same of an open file. CAM_ERR_SYSTEM. */
int png_check_file(int fd);

#endif
