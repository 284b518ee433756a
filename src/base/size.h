/* size.h: sizes as people read them. */
#ifndef CAM_SIZE_H
#define CAM_SIZE_H

#include <stdint.h>

enum { SIZE_TEXT = 12 };

/* "512 B", "1.5 KiB", "23 MiB": two or three digits of what it is, in powers of
 * 1024 (IEC 80000-13). */
void size_format(uint64_t bytes, char text[SIZE_TEXT]);

#endif
