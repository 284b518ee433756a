/* width.h: the columns one character takes on a terminal. */
#ifndef CAM_WIDTH_H
#define CAM_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

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

/*
 * The bytes of the first grapheme of a printable text, what a reader takes for
 * one character, and the columns it takes; 0 where the text is empty. A byte
 * that is no UTF-8 counts as U+FFFD.
 */
size_t grapheme_next(struct span text, unsigned ambiguous, unsigned *columns);

#endif
