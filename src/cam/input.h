/* input.h: what people hand to cam beside its arguments: text on stdin, a
 * yes. */
#ifndef CAM_INPUT_H
#define CAM_INPUT_H

#include <stdbool.h>

#include "base/buf.h"

struct cam;

/*
 * The text of a message: the words joined by blanks, or what stdin holds less
 * its last newline when the only word is "-" or there are none. It is
 * UTF-8 without a NUL and not empty. 0, or EXIT_USAGE or EXIT_FAILED after
 * saying what is wrong with it.
 */
int input_text(struct cam *cam, int count, char **words, struct buf *text);
/* All of stdin, at most max bytes. The same codes. */
int input_stdin(struct cam *cam, size_t max, struct buf *bytes);
/* All of a file; "-" is stdin. */
int input_file(
    struct cam *cam, const char *path, size_t max, struct buf *bytes);

/* stdin and stderr are a terminal, so somebody can be asked. */
bool input_can_ask(void);
/* Prints the question on stderr and reads a line: true for yes. */
bool input_ask(const char *question);

#endif
