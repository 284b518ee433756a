/* words.h: a line of the composer as the words of a command. Pure. */
#ifndef CAM_TUI_WORDS_H
#define CAM_TUI_WORDS_H

#include <stddef.h>

/*
 * Words are apart by blanks; double quotes keep blanks in one that begins and
 * ends with them; all other signs are text. An array that ends with NULL:
 * release with words_free().
 */
char **words_split(const char *line, size_t *count);
void words_free(char **words);

#endif
