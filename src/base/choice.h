/* choice.h: a question's choices: its last lines, numbered "1) yes", "2) no".
 */
#ifndef CAM_CHOICE_H
#define CAM_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum {
	CHOICES_MAX = 50,
	CHOICE_MAX = 200, /* bytes of one */
};

struct choices {
	struct span list[CHOICES_MAX];
	size_t count;
};

/* Those a text ends with, borrowed from it; none where its last lines do not
 * count up from 1. */
void choices_read(struct span text, struct choices *choices);
/* Appends each as a line of its own behind what buf holds. */
void choices_write(const struct choices *choices, struct buf *buf);

/* One line of UTF-8 that reads the same when it comes back: 1 .. CHOICE_MAX
 * bytes, no controls, no blank at either end. */
bool choice_is_valid(struct span choice);
/*
 * Which of the choices an answer means, from 0, or -1: the text of one, or its
 * number, or both ("2", "2)", "2) no"). Case, width (full-width digits of an
 * input method) and blanks around it are no matter, nor are quoted lines
 * ("> Deploy?") beside the answer. A text counts before a number.
 */
int choices_match(const struct choices *choices, struct span answer);

#endif
