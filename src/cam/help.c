/* help.c: how cam is used, from the table of verbs. */
#include "cam/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "cam/verb.h"
#include "cam/verbs.h"

enum { HELP_COLUMN = 26 };

/* gettext("") is the catalogue's header. */
static const char *
translated(const char *text)
{
	return text == NULL || text[0] == '\0' ? "" : gettext(text);
}

/* "  left      right": the right one on a line of its own when left is long. */
static void
print_pair(struct cam *cam, const char *left, const char *right)
{
	size_t width = text_width(span_text(left)) + 2;

	printf("  ");
	output_text(cam, STYLE_BOLD, left, TEXT_LINE);
	if (width + 2 > HELP_COLUMN) {
		putchar('\n');
		width = 0;
	}
	printf("%*s%s\n", HELP_COLUMN - (int)width, "", right);
}

static void
print_options(struct cam *cam, const struct verb_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		char letter[8] = "    ";
		char *left;

		if (option->letter != 0)
			snprintf(
			    letter, sizeof(letter), "-%c, ", option->letter);
		left = xasprintf("%s--%s%s%s", letter, option->name,
		    option->value == NULL || verb_value_is_optional(option)
			? ""
			: " ",
		    translated(option->value));
		print_pair(cam, left, translated(option->help));
		free(left);
	}
}

int
help_overview(struct cam *cam)
{
	cam_words(cam);
	printf(_("usage: %s\n"), "cam [OPTIONS] VERB ...");
	printf("\n%s\n", _("Verbs:"));
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		char *left;

		if ((verb->flags & (VERB_LATER | VERB_HIDDEN)) != 0)
			continue;
		left = xasprintf("%s %s", verb->name, translated(verb->args));
		print_pair(cam, left, translated(verb->help));
		free(left);
	}
	printf("\n%s\n", _("Options, before or after the verb:"));
	print_options(cam, verb_global_options());
	printf("\n%s\n", _("WHO is logon@host, a nickname, @group, @all, or a "
			   "beginning of one."));
	printf("%s\n",
	    _("'cam help VERB' tells more, the manual cam(1) everything."));
	return 0;
}

int
help_verb(struct cam *cam, const struct verb *verb)
{
	const struct verb_action *action = verb->actions;

	cam_words(cam);
	if ((verb->flags & VERB_LATER) != 0) {
		complain(_("'%s' is not there yet"), verb->name);
		return EXIT_USAGE;
	}
	printf(_("usage: cam %s%s %s\n"), verb->name,
	    verb->options != NULL ? " [OPTIONS]" : "", translated(verb->args));
	printf("\n%s\n", translated(verb->help));
	if (action != NULL)
		putchar('\n');
	for (; action != NULL && action->name != NULL; action++) {
		char *left =
		    xasprintf("%s %s", action->name, translated(action->args));

		print_pair(cam, left, translated(action->help));
		free(left);
	}
	if (verb->options != NULL) {
		printf("\n%s\n", _("Options:"));
		print_options(cam, verb->options);
	}
	return 0;
}

void
help_beginnings(const char *name)
{
	struct buf list;
	char *text;

	buf_init(&list, 4096);
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		if (strncmp(verb->name, name, strlen(name)) == 0)
			buf_printf(&list, "%s%s", list.len > 0 ? ", " : "",
			    verb->name);
	}
	text = buf_steal_text(&list);
	complain(_("several verbs begin with '%s': %s"), name, text);
	free(text);
}

int
verb_help(struct cam *cam, struct args *args)
{
	const struct verb *verb;
	size_t count = 0;

	if (args->argc == 0)
		return help_overview(cam);
	verb = verb_find(args->argv[0], &count);
	if (verb != NULL)
		return help_verb(cam, verb);
	if (count > 1)
		help_beginnings(args->argv[0]);
	else
		complain(
		    _("no verb '%s': 'cam help' lists them"), args->argv[0]);
	return EXIT_USAGE;
}
