/* complete.c: what the line typed so far asks for, for the shells' completion.
 */
#include <stdbool.h>
#include <string.h>

#include "cam/args.h"
#include "cam/cam.h"
#include "cam/candidates.h"
#include "cam/verb.h"
#include "cam/verbs.h"

/* The option that text ("--type", "-t", "--type=x") names, or NULL. */
static const struct verb_option *
option_named(const struct verb_option *option, const char *text)
{
	for (; option != NULL && option->name != NULL; option++) {
		size_t len = strlen(option->name);

		if (strncmp(text, "--", 2) == 0 &&
		    strncmp(text + 2, option->name, len) == 0 &&
		    (text[len + 2] == '\0' || text[len + 2] == '='))
			return option;
		if (option->letter != 0 && text[0] == '-' &&
		    text[1] == option->letter && text[2] == '\0')
			return option;
	}
	return NULL;
}

static const struct verb_option *
find_option(const struct verb *verb, const char *text)
{
	const struct verb_option *option =
	    option_named(verb_global_options(), text);

	if (option == NULL && verb != NULL)
		option = option_named(verb->options, text);
	return option;
}

static void
complete_value(struct cam *cam, struct candidate_place *word,
    const struct verb_option *option)
{
	if (option->choices != NULL)
		candidates_choices(word, option->choices);
	else
		candidates_word(cam, word, option->word);
}

/* The line as far as it has been typed. */
struct line {
	const struct verb *verb;
	const struct verb_action *action;
	const struct verb_option
	    *open;	 /* the word before is this option and wants a value */
	int words;	 /* arguments behind the verb, or the action */
	bool only_words; /* "--" was there */
};

static void
read_word(struct line *line, struct cam *cam, const char *text)
{
	const struct verb_option *option = NULL;
	size_t count = 0;

	if (line->open != NULL) {
		if (strcmp(line->open->name, "home") == 0)
			cam->home = cam->named_home = text;
		line->open = NULL;
	} else if (strcmp(text, "--") == 0) {
		line->only_words = true;
	} else if (text[0] == '-' && text[1] != '\0' && !line->only_words) {
		option = find_option(line->verb, text);
		if (option != NULL && option->value != NULL &&
		    !verb_value_is_optional(option) &&
		    strchr(text, '=') == NULL)
			line->open = option;
		else if (option != NULL && strncmp(text, "--home=", 7) == 0)
			cam->home = cam->named_home = text + 7;
	} else if (line->verb == NULL) {
		line->verb = verb_find(text, &count);
		line->words = line->verb == NULL ? 1 : 0;
	} else if (line->verb->actions != NULL && line->action == NULL &&
		   line->words == 0) {
		for (line->action = line->verb->actions;
		     line->action->name != NULL; line->action++)
			if (strcmp(line->action->name, text) == 0)
				return;
		line->action = NULL;
		line->words = 1;
	} else {
		line->words++;
	}
}

static void
complete_last(struct cam *cam, struct line *line, const char *text)
{
	struct candidate_place word = { .kept = text, .begin = text };
	const struct verb_option *option;
	const char *equals = strchr(text, '=');

	if (line->open != NULL) {
		complete_value(cam, &word, line->open);
	} else if (text[0] == '-' && !line->only_words && equals != NULL) {
		option = find_option(line->verb, text);
		word.kept_len = (int)(equals + 1 - text);
		word.begin = equals + 1;
		if (option != NULL && option->value != NULL)
			complete_value(cam, &word, option);
	} else if (text[0] == '-' && !line->only_words) {
		candidates_options(
		    &word, line->verb != NULL ? line->verb->options : NULL);
		candidates_options(&word, verb_global_options());
	} else if (line->words > 0) {
		if (line->action != NULL)
			candidates_word(cam, &word, line->action->more);
	} else if (line->verb == NULL) {
		candidates_verbs(&word);
	} else if (line->verb->actions != NULL && line->action == NULL) {
		for (line->action = line->verb->actions;
		     line->action->name != NULL; line->action++)
			candidates_if(
			    &word, line->action->name, line->action->help);
	} else {
		candidates_word(cam, &word,
		    line->action != NULL ? line->action->word
					 : line->verb->word);
	}
}

int
verb_complete(struct cam *cam, struct args *args)
{
	struct line line = { 0 };

	if (args->argc == 0)
		return 0;
	for (int i = 0; i < args->argc - 1; i++)
		read_word(&line, cam, args->argv[i]);
	complete_last(cam, &line, args->argv[args->argc - 1]);
	return 0;
}
