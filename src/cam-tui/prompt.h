/* prompt.h: a question of the screen in the status line, answered by one key.
 */
#ifndef CAM_TUI_PROMPT_H
#define CAM_TUI_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "cam-tui/stroke.h"

struct tui;

struct prompt_ops {
	/* False: that key is no answer, the question stays. */
	bool (*on_key)(struct tui *tui, uint32_t key, void *arg);
	/* It was answered, left by Escape, or another one asked. */
	void (*free)(void *arg);
};

struct prompt {
	char *text; /* NULL: nothing is asked */
	const struct prompt_ops *ops;
	void *arg;
};

/* Takes text, and arg, which ops->free() gets once. */
void prompt_ask(
    struct tui *tui, char *text, const struct prompt_ops *ops, void *arg);
bool prompt_is_on(const struct tui *tui);
/* A key while something is asked: no other part gets it. */
void prompt_stroke(struct tui *tui, struct stroke stroke);
void prompt_leave(struct tui *tui);

#endif
