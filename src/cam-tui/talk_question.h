/* talk_question.h: questions of scripts in a talk: which one waits for a
 * choice, and what it was answered. Pure. */
#ifndef CAM_TUI_TALK_QUESTION_H
#define CAM_TUI_TALK_QUESTION_H

#include <stddef.h>

#include "cam-tui/keytable.h"
#include "cam-tui/model.h"

/* The i-th from 0; borrowed. */
const char *talk_question_choice(const struct model_message *message, size_t i);
/* Our answer to it, as far as the talk is there: a reply to it, else what was
 * said next. NULL: none yet. */
const struct model_message *talk_question_answer(
    const struct model_talk *talk, const struct model_message *message);
/* The oldest of the talk that has choices and no answer; NULL: none. That one a
 * plain text answers too. */
const struct model_message *talk_question_open(const struct model_talk *talk);
/* "C-x 1 yes  C-x 2 no": that one's choices and their keys; a new string, NULL:
 * nothing is asked. */
char *talk_question_hint(
    const struct keytable *keytable, const struct model_talk *talk);

#endif
