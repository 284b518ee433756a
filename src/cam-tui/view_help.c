/* view_help.c: help, made from the key table. */
#include "cam-tui/view_help.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/keytable.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_text.h"

enum { KEYS_TEXT_MAX = 1024, KEYS_COLUMNS = 20 };

static const char *const beginning[] = {
	N_("Type a text and press Enter: it is sent to whom the title names. "
	   "F2 goes to the users: type a part of a name, Enter opens the talk. "
	   "Alt with a digit goes to the view of that number in the line "
	   "above the text, Alt-A to the next with something new."),
	N_("\"C-x\" is Ctrl with X, \"M-x\" Alt with X (or Esc, then X). A "
	   "text that begins with a slash is a command: one of those below, or "
	   "any verb of cam, such as \"/send bob hello\", \"/ls\", \"/away "
	   "lunch\"; \"/help VERB\" explains it. Two slashes send one."),
	N_("Keys are changed by the setting tui.bind, vi's keys are chosen by "
	   "tui.keys: see cam.ini(5), or press F4."),
};

static void
add_command(
    struct view *view, const struct tui *tui, const struct command *command)
{
	struct buf keys, text;
	char *left, *right;

	buf_init(&keys, KEYS_TEXT_MAX);
	buf_init(&text, KEYS_TEXT_MAX);
	keytable_put_keys(tui->keytable, command, &keys);
	buf_put_text(&keys, "  "); /* where they fill their column */
	buf_printf(&text, "%s  /%s%s%s", _(command->help), command->name,
	    command->args != NULL ? " " : "",
	    command->args != NULL ? command->args : "");
	left = buf_steal_text(&keys);
	right = buf_steal_text(&text);
	if (left != NULL && right != NULL)
		view_text_add_pair(
		    view, STYLE_STRONG, left, KEYS_COLUMNS, right);
	free(left);
	free(right);
}

static void
fill(struct view *view, const struct tui *tui)
{
	for (size_t i = 0; i < sizeof beginning / sizeof beginning[0]; i++) {
		view_text_add(view, STYLE_PLAIN, _(beginning[i]));
		view_text_add(view, STYLE_PLAIN, "");
	}
	for (int group = 0; group < GROUP_COUNT; group++) {
		view_text_add(view, STYLE_ACCENT,
		    command_group_name((enum command_group)group));
		for (const struct command *command = command_table();
		     command->name != NULL; command++) {
			if ((int)command->group == group)
				add_command(view, tui, command);
		}
		view_text_add(view, STYLE_PLAIN, "");
	}
}

void
view_help_show(struct tui *tui)
{
	if (tui->help == NULL) {
		tui->help = view_text_new(tui, _("help"), false);
		tui_add(tui, tui->help);
	} else {
		view_text_clear(tui->help);
		tui_show(tui, tui->help);
	}
	fill(tui->help, tui);
}
