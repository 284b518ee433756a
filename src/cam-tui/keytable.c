/* keytable.c: which command a key means. */
#include "cam-tui/keytable.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/span.h"
#include "base/text.h"

/* Strokes that mean a command, where its keys are heard. */
struct binding {
	struct stroke strokes[KEYTABLE_STROKES];
	size_t count;
	unsigned where;
	const struct command *command;
};

enum { FIRSTS = 256 };

struct keytable {
	struct binding *bindings; /* of two that fit the later one counts */
	size_t count;
	/* Where first strokes are heard, by what is left of them: most that is
	 * typed is text and begins nothing. */
	unsigned firsts[FIRSTS];
};

static unsigned
first_of(struct stroke stroke)
{
	return (stroke.key ^ stroke.mods << 5) % FIRSTS;
}

const struct command *
command_find(const char *name, size_t *count)
{
	const struct command *found = NULL;

	*count = 0;
	for (const struct command *command = command_table();
	     command->name != NULL; command++) {
		if (strcmp(command->name, name) == 0) {
			*count = 1;
			return command;
		}
		if (text_starts_same(command->name, name)) {
			found = command;
			(*count)++;
		}
	}
	return *count == 1 ? found : NULL;
}

const char *
command_group_name(enum command_group group)
{
	switch (group) {
	case GROUP_SCREEN:
		return _("The screen");
	case GROUP_TALKS:
		return _("Talks");
	case GROUP_MESSAGES:
		return _("Messages");
	case GROUP_CALLS:
		return _("Calls");
	case GROUP_WRITING:
		return _("Writing");
	case GROUP_LISTS:
		return _("Lists");
	case GROUP_COUNT:
		break;
	}
	return "";
}

/* -- made ----------------------------------------------------------------- */

static struct span
trimmed(struct span text)
{
	while (text.len > 0 && text.data[0] == ' ')
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && text.data[text.len - 1] == ' ')
		text.len--;
	return text;
}

/* "C-x C-c" */
static bool
parse_strokes(struct span text, struct binding *binding)
{
	bool more = true;

	text = trimmed(text);
	for (binding->count = 0; more; binding->count++) {
		struct span name = text;

		more = span_cut(&text, ' ', &name);
		if (binding->count == KEYTABLE_STROKES ||
		    stroke_parse(name, &binding->strokes[binding->count]) != 0)
			return false;
		text = trimmed(text);
	}
	return binding->count > 0;
}

static void
add(struct keytable *keytable, const struct binding *binding)
{
	keytable->bindings = xreallocarray(keytable->bindings,
	    keytable->count + 1, sizeof *keytable->bindings);
	keytable->bindings[keytable->count++] = *binding;
	keytable->firsts[first_of(binding->strokes[0])] |= binding->where;
}

/* "M-a | C-x n"; the first that is wrong ends it. */
static bool
add_keys(struct keytable *keytable, const struct command *command,
    unsigned where, struct span keys)
{
	bool more = true;

	while (more) {
		struct binding binding = { .where = where, .command = command };
		struct span one = keys;

		more = span_cut(&keys, '|', &one);
		if (!parse_strokes(one, &binding))
			return false;
		add(keytable, &binding);
	}
	return true;
}

static void
drop_keys(struct keytable *keytable, const struct command *command)
{
	size_t kept = 0;

	for (size_t i = 0; i < keytable->count; i++) {
		if (keytable->bindings[i].command != command)
			keytable->bindings[kept++] = keytable->bindings[i];
	}
	keytable->count = kept;
}

static void
complain(char **problem, struct span item)
{
	char *text = span_dup(item);

	if (*problem == NULL)
		*problem = xasprintf(
		    _("tui.bind: '%s' is no command with keys"), text);
	free(text);
}

/* "next=M-n | C-x n" */
static void
add_own(struct keytable *keytable, struct span item, char **problem)
{
	struct span keys = item, name;
	const struct command *command = NULL;
	char *text;
	size_t count;

	if (trimmed(item).len == 0)
		return;
	if (!span_cut(&keys, '=', &name)) {
		complain(problem, item);
		return;
	}
	text = span_dup(trimmed(name));
	command = command_find(text, &count);
	free(text);
	if (command == NULL) {
		complain(problem, item);
		return;
	}
	drop_keys(keytable, command);
	if (trimmed(keys).len > 0 &&
	    !add_keys(keytable, command, command->where | WHERE_VI, keys))
		complain(problem, item);
}

static void
add_of_set(
    struct keytable *keytable, const struct command *command, enum key_set set)
{
	const char *keys = set == KEYS_VI && command->vi != NULL
			       ? command->vi
			       : command->emacs;

	if (keys != NULL)
		add_keys(keytable, command, command->where, span_text(keys));
	if (set == KEYS_VI && command->normal != NULL)
		add_keys(
		    keytable, command, WHERE_VI, span_text(command->normal));
}

struct keytable *
keytable_new(enum key_set set, const char *bindings, char **problem)
{
	struct keytable *keytable = xcalloc(1, sizeof *keytable);
	struct span rest = span_text(bindings != NULL ? bindings : "");
	bool more = true;

	*problem = NULL;
	for (const struct command *command = command_table();
	     command->name != NULL; command++)
		add_of_set(keytable, command, set);
	while (more) {
		struct span item = rest;

		more = span_cut(&rest, ',', &item);
		add_own(keytable, item, problem);
	}
	return keytable;
}

void
keytable_free(struct keytable *keytable)
{
	if (keytable == NULL)
		return;
	free(keytable->bindings);
	free(keytable);
}

/* -- asked ---------------------------------------------------------------- */

static bool
begins(
    const struct binding *binding, const struct stroke *strokes, size_t count)
{
	if (binding->count < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!stroke_is(binding->strokes[i], strokes[i]))
			return false;
	}
	return true;
}

enum key_match
keytable_match(const struct keytable *keytable, enum command_where where,
    const struct stroke *strokes, size_t count, const struct command **command)
{
	enum key_match match = KEY_NONE;

	if ((keytable->firsts[first_of(strokes[0])] & (unsigned)where) == 0)
		return KEY_NONE;
	for (size_t i = 0; i < keytable->count; i++) {
		const struct binding *binding = &keytable->bindings[i];

		if ((binding->where & (unsigned)where) == 0 ||
		    !begins(binding, strokes, count))
			continue;
		if (binding->count == count) {
			*command = binding->command;
			match = KEY_FOUND;
		} else if (match == KEY_NONE) {
			match = KEY_BEGINS;
		}
	}
	return match;
}

static void
put_strokes(const struct binding *binding, struct buf *out)
{
	char name[STROKE_NAME_SIZE];

	for (size_t i = 0; i < binding->count; i++) {
		stroke_print(binding->strokes[i], name);
		if (i > 0)
			buf_put_byte(out, ' ');
		buf_put_text(out, name);
	}
}

void
keytable_put_keys(const struct keytable *keytable,
    const struct command *command, struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < keytable->count; i++) {
		if (keytable->bindings[i].command != command)
			continue;
		if (!first)
			buf_put_text(out, ", ");
		put_strokes(&keytable->bindings[i], out);
		first = false;
	}
}

bool
keytable_put_digit(const struct keytable *keytable,
    const struct command *command, unsigned digit, struct buf *out)
{
	for (size_t i = 0; i < keytable->count; i++) {
		const struct binding *binding = &keytable->bindings[i];

		if (binding->command != command ||
		    binding->strokes[binding->count - 1].key != '0' + digit)
			continue;
		put_strokes(binding, out);
		return true;
	}
	return false;
}
