/* mention.h: whether a text names somebody. Pure. */
#ifndef CAM_TUI_MENTION_H
#define CAM_TUI_MENTION_H

#include <stdbool.h>
#include <stddef.h>

/* Names are looked for in so many bytes of a text. */
enum { MENTION_TEXT_MAX = 64 * 1024 };

/*
 * Whether one of these names stands in the text as a word, or "@all" does. Case
 * and width are no matter. Beside letters that are written without blanks, as
 * in East Asia, a word begins and ends anywhere; but a name of one such letter
 * needs an "@" before it.
 */
bool mention_find(const char *text, const char *const *names, size_t count);

#endif
