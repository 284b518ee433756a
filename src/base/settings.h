/* settings.h: every setting there is, its value and where that comes from. */
#ifndef CAM_SETTINGS_H
#define CAM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct setting_table;
struct settings;

enum setting_source { SETTING_DEFAULT, SETTING_FILE, SETTING_OPTION };

/* Reads the file; on an error *problem names the file, the line and the way out
 * (free it). The table outlives the settings. */
int settings_open(const struct setting_table *table, const char *path,
    struct settings **settings, char **problem);
/* What the program has found out as the default; takes value. */
void settings_default(struct settings *settings, const char *key, char *value);
void settings_free(struct settings *settings);

/* From -o key=value. CAM_ERR_UNKNOWN, CAM_ERR_REQUEST. */
int settings_option(
    struct settings *settings, const char *assignment, char **problem);
/* Reads the file again; on an error nothing has changed. */
int settings_reload(struct settings *settings, char **problem);
/* What the file said before the last reload holds again: it could not be
 * applied. */
void settings_restore(struct settings *settings);
/* Which line of the file was wrong when it was last read; 0: none, or no line.
 */
size_t settings_broken_line(const struct settings *settings);
/* Checks, writes the file, then changes; NULL removes. */
int settings_set(struct settings *settings, const char *key, const char *value,
    char **problem);

/* Never NULL for settings with a default; keys not in the table end the
 * program: a bug of ours. */
const char *settings_text(const struct settings *settings, const char *key);
bool settings_on(const struct settings *settings, const char *key);
int64_t settings_number(const struct settings *settings, const char *key);
/* "hook.<event>": a program's path or NULL. */
const char *settings_hook(const struct settings *settings, const char *event);

/* What the file says, NULL: nothing. For going back to it. */
const char *settings_in_file(const struct settings *settings, const char *key);

/* The key most like the one given, or NULL. */
const char *settings_nearest(const struct settings *settings, const char *key);

struct setting_view {
	const char *key;
	const char *value;	   /* NULL: none; of a password only "(set)" */
	const char *default_value; /* NULL: none */
	enum setting_source source;
	const struct setting *setting;
};
/* CAM_ERR_UNKNOWN. */
int settings_get(const struct settings *settings, const char *key,
    struct setting_view *view);
/* The i-th in the order of the table; false past the end. */
bool settings_at(
    const struct settings *settings, size_t i, struct setting_view *view);

#endif
