/* ask.h: requests of the screen to camd whose answer is only told. */
#ifndef CAM_TUI_ASK_H
#define CAM_TUI_ASK_H

#include <jansson.h>

#include "cam-tui/session.h"

struct tui;
struct view;

/* Takes params. What is refused is said in the status line. */
void ask_and_tell(struct tui *tui, const char *method, json_t *params);
/*
 * message.send: takes params. What cannot be sent at all comes back into the
 * view's composer, if nothing else is being written there.
 */
void ask_send(
    struct tui *tui, struct view *view, json_t *params, const char *text);

/* A sentence for people of an error; a new string. */
char *ask_error_text(int err, const struct rpc_error *error);
/* The same of a recipient object that failed. */
char *ask_failure_text(const json_t *recipient);

#endif
