/* line.h: JSON as cam-debug writes it. */
#ifndef CAM_DEBUG_LINE_H
#define CAM_DEBUG_LINE_H

#include <jansson.h>

#include "base/span.h"

/* Bytes that should be UTF-8; what is not becomes U+FFFD. */
json_t *line_text(struct span text);

/*
 * Writes the object and a LF to stdout: compact, UTF-8 unescaped, but every
 * character that a terminal would obey or hide as \uXXXX (threat model T2).
 */
void line_write(const json_t *object);

#endif
