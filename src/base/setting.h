/* setting.h: what each setting of a program is called and may be. */
#ifndef CAM_SETTING_H
#define CAM_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_kind {
	SETTING_TEXT,
	SETTING_NUMBER,
	SETTING_SWITCH, /* on, off, yes, no */
	SETTING_WORD,	/* one of words */
};

/* Constant; one row of the table. */
struct setting {
	const char *key;
	enum setting_kind kind;
	const char *fallback; /* the default as text; NULL: none, or the
				 program finds it out (settings_default()) */
	const char *like;     /* the setting whose value is the default */
	const char *words;    /* of SETTING_WORD, by blanks */
	int64_t min, max;     /* of SETTING_NUMBER */
	/* Says what is needed (release with free()) when the value will not do,
	 * else NULL. May be NULL. */
	char *(*check)(const char *value);
	bool needed; /* an empty value will not do */
	bool secret; /* never on a command line, nor in a file that others can
			read */
	const char *help;
};

/* Constant, in the order of the manual page. */
struct setting_table {
	const struct setting *list;
	size_t count;
};

/* NULL: there is none of that name. */
const struct setting *setting_find(
    const struct setting_table *table, const char *key);
/* The key most like the given one, or NULL. */
const char *setting_nearest(const struct setting_table *table, const char *key);

/* NULL when the value will do; else a sentence that names key, value and what
 * is allowed (release with free()). */
char *setting_problem(const struct setting *setting, const char *value);
/* Of a value that was checked. */
bool setting_is_on(const char *value);

/* For setting.check: an absolute path, or nothing. */
char *setting_check_path(const char *value);

#endif
