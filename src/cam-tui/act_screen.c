/* act_screen.c: commands about the screen and its views. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/model.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_help.h"
#include "cam-tui/view_roster.h"
#include "cam-tui/view_server.h"
#include "cam-tui/words.h"

void
act_help(struct tui *tui, const char *argument)
{
	/* A verb's own help is what the command line says. */
	if (argument != NULL && argument[0] != '\0') {
		char *line = xasprintf("help %s", argument);

		tui_run_cam(tui, line);
		free(line);
		return;
	}
	view_help_show(tui);
}

void
act_quit(struct tui *tui, const char *argument)
{
	tui_quit(tui, 0);
}

void
act_redraw(struct tui *tui, const char *argument)
{
	tui_redraw(tui);
}

void
act_suspend(struct tui *tui, const char *argument)
{
	tui_suspend(tui);
}

void
act_users(struct tui *tui, const char *argument)
{
	tui->roster_has_keys = !tui->roster_has_keys;
	tui->roster->changed = true;
}

void
act_hidden(struct tui *tui, const char *argument)
{
	view_roster_toggle_hidden(tui->roster);
}

void
act_next(struct tui *tui, const char *argument)
{
	tui_show(tui, switcher_neighbour(&tui->switcher, true));
}

void
act_previous(struct tui *tui, const char *argument)
{
	tui_show(tui, switcher_neighbour(&tui->switcher, false));
}

/* Talks that were not open since the screen was started have no view yet. */
void
act_active(struct tui *tui, const char *argument)
{
	struct view *view = switcher_active(&tui->switcher);
	struct model_talk *talk = model_talk_first(tui->model), *newest = NULL;

	if (view != NULL) {
		tui_show(tui, view);
		return;
	}
	for (; talk != NULL; talk = model_talk_next(tui->model, talk)) {
		if (talk->unread > 0 &&
		    (newest == NULL || talk->last_ms > newest->last_ms))
			newest = talk;
	}
	if (newest != NULL)
		tui_open_talk(tui, newest);
	else
		tui_say(tui, STYLE_BAR_DIM, "%s", _("nothing new"));
}

void
act_last(struct tui *tui, const char *argument)
{
	if (tui->switcher.previous != NULL)
		tui_show(tui, tui->switcher.previous);
}

/* By key the digit tells. */
void
act_go(struct tui *tui, const char *argument)
{
	uint64_t number = 0;
	struct view *view;

	if (argument == NULL) {
		uint32_t key = tui->last.key;

		number = key == '0' ? 10 : key - '0';
	} else if (number_decimal(span_text(argument), 10000, &number) != 0) {
		number = 0;
	}
	view = switcher_at(&tui->switcher, (size_t)number);
	if (view != NULL)
		tui_show(tui, view);
	else
		tui_say(tui, STYLE_BAR_WARN, _("there is no view %llu"),
		    (unsigned long long)number);
}

void
act_close(struct tui *tui, const char *argument)
{
	struct view *view = tui->switcher.shown;

	if (view == tui->log)
		tui_say(tui, STYLE_BAR_WARN, "%s", _("the log stays open"));
	else
		tui_close(tui, view);
}

static void
act_on_front(struct tui *tui, enum view_act act)
{
	struct view *view = tui_front(tui);

	if (view->type->act != NULL)
		view->type->act(view, act);
}

void
act_page_up(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_PAGE_UP);
}

void
act_page_down(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_PAGE_DOWN);
}

void
act_line_up(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_LINE_UP);
}

void
act_line_down(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_LINE_DOWN);
}

void
act_start(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_START);
}

void
act_end(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_END);
}

void
act_open(struct tui *tui, const char *argument)
{
	act_on_front(tui, ACT_OPEN);
}

/* One step back: the view's own, then the list's keys. */
void
act_cancel(struct tui *tui, const char *argument)
{
	struct view *view = tui_front(tui);

	if (view->type->act != NULL && view->type->act(view, ACT_CANCEL))
		return;
	if (tui->roster_has_keys) {
		tui->roster_has_keys = false;
		tui->roster->changed = true;
	} else if (view->is_list) {
		tui_close(tui, view);
	}
}

/* Between lines a table that changes is not read well: the command says how it
 * is. */
void
act_server(struct tui *tui, const char *argument)
{
	size_t count = 0;
	char **words = words_split(argument != NULL ? argument : "", &count);
	bool has_home = count == 2 && strcmp(words[0], "--home") == 0;
	char *line = xasprintf("server %s%s", argument != NULL ? argument : "",
	    count == 0 || has_home ? " status" : "");

	if (tui->linear == NULL && (count == 0 || has_home))
		view_server_show(tui, has_home ? words[1] : NULL);
	else
		tui_run_cam(tui, line);
	free(line);
	words_free(words);
}
