/* act_writing.c: commands that write the text. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/commands.h"
#include "cam-tui/completion.h"
#include "cam-tui/composer.h"
#include "cam-tui/keytable.h"
#include "cam-tui/linear.h"
#include "cam-tui/tui.h"

static struct composer *
composer_of(struct tui *tui)
{
	return tui->switcher.shown->composer;
}

static void
changed(struct tui *tui)
{
	struct view *view = tui->switcher.shown;

	if (view->type->typing != NULL)
		view->type->typing(view);
}

void
command_run(struct tui *tui, const char *line)
{
	size_t len = strcspn(line, " \n\t"), count;
	char *name = xstrndup(line, len);
	const struct command *command = command_find(name, &count);
	const char *rest = line + len;

	while (*rest == ' ' || *rest == '\t')
		rest++;
	/* In full: a beginning may be that of a verb. */
	if (command != NULL && strcmp(command->name, name) == 0)
		command->run(tui, rest);
	else
		tui_run_cam(tui, line);
	free(name);
}

/* "//x" is the text "/x"; a path is one too. */
static bool
is_command(const char *text)
{
	size_t len = strcspn(text, " \n");

	return text[0] == '/' && text[1] != '/' && text[1] != '\0' &&
	       memchr(text + 1, '/', len - 1) == NULL;
}

static bool
is_escaped(const struct view *view, const char *text)
{
	return !view->type->is_list && text[0] == '/' && text[1] == '/';
}

void
act_enter(struct tui *tui, const char *argument)
{
	struct view *view = tui->switcher.shown;
	char *text;

	/* In a list a value is being written, whatever it is. */
	if (composer_is_empty(view->composer) && !view->type->is_list)
		return;
	linear_entered(tui->linear);
	text = composer_take(view->composer);
	if (!view->type->is_list && is_command(text))
		command_run(tui, text + 1);
	else if (view->type->submit != NULL)
		view->type->submit(
		    view, is_escaped(view, text) ? text + 1 : text);
	else
		tui_run_cam(tui, text[0] == '/' ? text + 1 : text);
	free(text);
}

void
act_newline(struct tui *tui, const char *argument)
{
	composer_insert(composer_of(tui), span_text("\n"));
}

void
act_complete(struct tui *tui, const char *argument)
{
	completion_start(tui);
}

void
act_up(struct tui *tui, const char *argument)
{
	if (!composer_move(composer_of(tui), PLACE_LINE_UP))
		composer_older(composer_of(tui));
}

void
act_down(struct tui *tui, const char *argument)
{
	if (!composer_move(composer_of(tui), PLACE_LINE_DOWN))
		composer_newer(composer_of(tui));
}

void
act_older(struct tui *tui, const char *argument)
{
	composer_older(composer_of(tui));
}

void
act_newer(struct tui *tui, const char *argument)
{
	composer_newer(composer_of(tui));
}

void
act_left(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_LEFT);
}

void
act_right(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_RIGHT);
}

void
act_word_left(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_WORD_LEFT);
}

void
act_word_right(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_WORD_RIGHT);
}

void
act_line_start(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_LINE_START);
}

void
act_line_end(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_LINE_END);
}

static void
erase(struct tui *tui, enum composer_place place, bool keep)
{
	composer_delete(composer_of(tui), place, keep);
	changed(tui);
}

void
act_erase(struct tui *tui, const char *argument)
{
	erase(tui, PLACE_LEFT, false);
}

void
act_delete(struct tui *tui, const char *argument)
{
	erase(tui, PLACE_RIGHT, false);
}

void
act_kill_word_left(struct tui *tui, const char *argument)
{
	erase(tui, PLACE_WORD_LEFT, true);
}

void
act_kill_word(struct tui *tui, const char *argument)
{
	erase(tui, PLACE_WORD_RIGHT, true);
}

void
act_kill_line_left(struct tui *tui, const char *argument)
{
	erase(tui, PLACE_LINE_START, true);
}

void
act_kill_line(struct tui *tui, const char *argument)
{
	erase(tui, PLACE_LINE_END, true);
}

void
act_kill_all(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui), PLACE_START);
	erase(tui, PLACE_END, true);
}

void
act_yank(struct tui *tui, const char *argument)
{
	composer_yank(composer_of(tui));
	changed(tui);
}

void
act_transpose(struct tui *tui, const char *argument)
{
	composer_transpose(composer_of(tui));
}

void
act_undo(struct tui *tui, const char *argument)
{
	composer_undo(composer_of(tui));
}

void
act_normal(struct tui *tui, const char *argument)
{
	tui->is_normal = true;
}

void
act_insert(struct tui *tui, const char *argument)
{
	tui->is_normal = false;
}

void
act_append(struct tui *tui, const char *argument)
{
	composer_move(composer_of(tui),
	    tui->last.key == 'A' ? PLACE_LINE_END : PLACE_RIGHT);
	tui->is_normal = false;
}
