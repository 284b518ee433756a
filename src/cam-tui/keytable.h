/* keytable.h: every command of the screen, its keys and what it does: the one
 * table that keys, "/commands", completion and help are made from. */
#ifndef CAM_TUI_KEYTABLE_H
#define CAM_TUI_KEYTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cam-tui/stroke.h"

struct tui;

enum command_group {
	GROUP_SCREEN,
	GROUP_TALKS,
	GROUP_MESSAGES,
	GROUP_CALLS,
	GROUP_WRITING,
	GROUP_LISTS,
	GROUP_COUNT
};

/* Where the keys of a command are heard. */
enum command_where {
	WHERE_INPUT = 1, /* text is being written */
	WHERE_LIST = 2,	 /* a list has the keys */
	WHERE_VI = 4,	 /* vi's normal mode */
	WHERE_ANY = 7
};

struct command {
	const char *name; /* NULL ends the table */
	const char *args; /* of "/name ARGS", NULL: takes none */
	const char *help; /* one line */
	enum command_group group;
	unsigned where;
	/* Alternatives by " | ", each one or more strokes by blanks; NULL: no
	 * key. vi holds instead of emacs in vi's insert mode; normal what is
	 * heard in vi's normal mode, beside what WHERE_VI has of vi. */
	const char *emacs;
	const char *vi;
	const char *normal;
	/* argument is what follows "/name", NULL when a key was pressed. */
	void (*run)(struct tui *tui, const char *argument);
};

const struct command *command_table(void);
/* By its whole name, or an unambiguous beginning: count tells how many fit. */
const struct command *command_find(const char *name, size_t *count);
const char *command_group_name(enum command_group group);

enum key_set { KEYS_EMACS, KEYS_VI };
enum { KEYTABLE_STROKES = 3 };

struct keytable;

/*
 * The keys of a set. bindings are the user's own ("next=M-n, help=F1 | C-x h"),
 * which take the place of those in the table, "name=" takes them all away;
 * NULL: none. What is wrong in it is left out and told in *problem (a new
 * string, else NULL).
 */
struct keytable *keytable_new(
    enum key_set set, const char *bindings, char **problem);
void keytable_free(struct keytable *keytable);

enum key_match { KEY_NONE, KEY_BEGINS, KEY_FOUND };

/* What the strokes mean there. KEY_BEGINS: a longer sequence begins so. */
enum key_match keytable_match(const struct keytable *keytable,
    enum command_where where, const struct stroke *strokes, size_t count,
    const struct command **command);

/* Appends the keys of a command as people read them, "M-a, C-x n". */
void keytable_put_keys(const struct keytable *keytable,
    const struct command *command, struct buf *out);
/* The same of the one that ends with this digit; false: there is none. */
bool keytable_put_digit(const struct keytable *keytable,
    const struct command *command, unsigned digit, struct buf *out);

#endif
