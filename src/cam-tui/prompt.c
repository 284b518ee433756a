/* prompt.c: a question of the screen, answered by one key. */
#include "cam-tui/prompt.h"

#include <stdlib.h>

#include "cam-tui/linear.h"
#include "cam-tui/tui.h"

void
prompt_leave(struct tui *tui)
{
	struct prompt *prompt = &tui->prompt;

	if (prompt->text == NULL)
		return;
	prompt->ops->free(prompt->arg);
	free(prompt->text);
	*prompt = (struct prompt){ 0 };
}

void
prompt_ask(struct tui *tui, char *text, const struct prompt_ops *ops, void *arg)
{
	prompt_leave(tui);
	tui->prompt = (struct prompt){ text, ops, arg };
	linear_say(tui->linear, text);
	tui_changed(tui);
}

bool
prompt_is_on(const struct tui *tui)
{
	return tui->prompt.text != NULL;
}

static bool
is_escape(struct stroke stroke)
{
	return (stroke.key == KEY_ESCAPE && stroke.mods == 0) ||
	       ((stroke.key == 'g' || stroke.key == 'c') &&
		   stroke.mods == STROKE_CONTROL);
}

void
prompt_stroke(struct tui *tui, struct stroke stroke)
{
	const struct prompt prompt = tui->prompt;

	if (is_escape(stroke)) {
		prompt_leave(tui);
	} else if (stroke.mods == 0) {
		/* The answer may ask the next question. */
		tui->prompt = (struct prompt){ 0 };
		if (!prompt.ops->on_key(tui, stroke.key, prompt.arg)) {
			tui->prompt = prompt;
			return;
		}
		prompt.ops->free(prompt.arg);
		free(prompt.text);
	}
	tui_changed(tui);
}
