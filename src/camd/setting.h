/* setting.h: what each setting of cam.ini is called and may be; the same table
 * makes cam.ini(5) true. */
#ifndef CAM_CAMD_SETTING_H
#define CAM_CAMD_SETTING_H

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
	const char *fallback; /* the default as text; NULL: none, or found out
				 by settings.c */
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

/* The i-th in the order of cam.ini(5), or NULL. */
const struct setting *setting_at(size_t i);
size_t setting_count(void);
/* NULL: there is none of that name. */
const struct setting *setting_find(const char *key);
size_t setting_index(const struct setting *setting);
/* The key most like the given one, or NULL. */
const char *setting_nearest(const char *key);

/* NULL when the value will do; else a sentence that names key, value and what
 * is allowed (release with free()). */
char *setting_problem(const struct setting *setting, const char *value);
/* Of a value that was checked. */
bool setting_is_on(const char *value);

#endif
