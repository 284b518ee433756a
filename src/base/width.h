/* width.h: the columns one character takes on a terminal. */
#ifndef CAM_WIDTH_H
#define CAM_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * 0, 1 or 2, from the Unicode tables: 0 for combining marks and format
 * characters. ambiguous is what those take that are wide on some East Asian
 * terminals: 1 or 2.
 */
unsigned width_of(uint32_t codepoint, unsigned ambiguous);

/* A pictograph, which ZWJ, a skin tone or a selector makes an emoji sequence
 * of. */
bool width_is_pictograph(uint32_t codepoint);
bool width_is_skin_tone(uint32_t codepoint);
/* A digit, # or *, which begin keycap sequences. */
bool width_is_keycap(uint32_t codepoint);

#endif
