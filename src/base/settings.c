/* settings.c: the value of every setting and where it comes from. */
#include "base/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"
#include "base/setting.h"
#include "base/text.h"

struct settings {
	const struct setting_table *table;
	const struct setting **by_key; /* they are asked for all the time */
	char *path;
	/* By the place in the table; NULL: not said there. */
	char **found; /* as defaults, by the program */
	char **file;
	char **before; /* the same before the last reload, or NULL */
	char **option;
	size_t broken_line; /* of the file as last read */
};

static char **
values_new(const struct setting_table *table)
{
	return xcalloc(table->count, sizeof(char *));
}

static void
values_free(const struct setting_table *table, char **values)
{
	for (size_t i = 0; values != NULL && i < table->count; i++)
		wipe_free(values[i], values[i] != NULL ? strlen(values[i]) : 0);
	free(values);
}

static size_t
place_of(const struct setting_table *table, const struct setting *setting)
{
	return (size_t)(setting - table->list);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp((*(const struct setting *const *)a)->key,
	    (*(const struct setting *const *)b)->key);
}

static const struct setting **
sort_by_key(const struct setting_table *table)
{
	const struct setting **sorted = xcalloc(table->count, sizeof *sorted);

	for (size_t i = 0; i < table->count; i++)
		sorted[i] = &table->list[i];
	qsort(sorted, table->count, sizeof *sorted, compare_keys);
	return sorted;
}

/* NULL: there is none of that name. */
static const struct setting *
find(const struct settings *settings, const char *key)
{
	const struct setting wanted = { .key = key }, *place = &wanted;
	const struct setting **found = bsearch(&place, settings->by_key,
	    settings->table->count, sizeof *settings->by_key, compare_keys);

	return found != NULL ? *found : NULL;
}

static const struct setting *must_find(
    const struct settings *settings, const char *key);
static const char *value_of(
    const struct settings *settings, const struct setting *setting);

static const char *
default_of(const struct settings *settings, const struct setting *setting)
{
	const char *found = settings->found[place_of(settings->table, setting)];

	if (found != NULL)
		return found;
	if (setting->like != NULL)
		return value_of(settings, find(settings, setting->like));
	return setting->fallback;
}

static const char *
value_of(const struct settings *settings, const struct setting *setting)
{
	size_t i = place_of(settings->table, setting);

	if (settings->option[i] != NULL)
		return settings->option[i];
	if (settings->file[i] != NULL)
		return settings->file[i];
	return default_of(settings, setting);
}

/* -- the file ----------------------------------------------------------- */

struct loading {
	const struct setting_table *table;
	const char *path;
	char **values;
	char *problem;
	size_t line; /* of the problem */
};

static char *
unknown_problem(const struct setting_table *table, const char *key)
{
	const char *nearest = setting_nearest(table, key);
	char *shown = text_printable(key, TEXT_LINE), *problem = NULL;

	if (nearest != NULL)
		problem =
		    xasprintf(_("there is no setting '%s': did you mean '%s'?"),
			shown, nearest);
	else
		problem = xasprintf(_("there is no setting '%s'"), shown);
	free(shown);
	return problem;
}

/* A key that a newer version may know is kept, but told of. */
static void
warn_unknown(const struct loading *loading, const char *key, size_t line)
{
	char *problem = unknown_problem(loading->table, key);

	log_warn("%s:%zu: %s", loading->path, line, problem);
	free(problem);
}

static int
load_line(const char *key, const char *value, size_t line, void *arg)
{
	struct loading *loading = arg;
	const struct setting *setting = setting_find(loading->table, key);
	char *fault = NULL, **place = NULL;

	if (setting == NULL) {
		warn_unknown(loading, key, line);
		return 0;
	}
	fault = setting_problem(setting, value);
	if (fault != NULL) {
		loading->line = line;
		loading->problem =
		    xasprintf("%s:%zu: %s", loading->path, line, fault);
		free(fault);
		return CAM_ERR_REQUEST;
	}
	place = &loading->values[place_of(loading->table, setting)];
	wipe_free(*place, *place != NULL ? strlen(*place) : 0);
	*place = xstrdup(value);
	return 0;
}

/* A password is nobody else's to read (threat model U2). */
static int
check_secrets(const struct loading *loading)
{
	struct stat st;

	if (stat(loading->path, &st) < 0)
		st.st_mode = 0600; /* it will be made so */
	for (size_t i = 0; i < loading->table->count; i++) {
		if (loading->table->list[i].secret &&
		    loading->values[i] != NULL &&
		    loading->values[i][0] != '\0' && (st.st_mode & 044) != 0)
			return CAM_ERR_UNSAFE;
	}
	return 0;
}

static int
load_values(struct settings *settings, const struct ini *ini, char ***values,
    char **problem)
{
	struct loading loading = { .table = settings->table,
		.path = settings->path,
		.values = values_new(settings->table) };
	int err = ini_each(ini, load_line, &loading);

	if (err == 0) {
		err = check_secrets(&loading);
		if (err != 0)
			loading.problem =
			    xasprintf(_("%s holds a password and others can "
					"read it: chmod 600 %s"),
				loading.path, loading.path);
	}
	if (err != 0) {
		values_free(settings->table, loading.values);
		settings->broken_line = loading.line;
		*problem = loading.problem;
		return err;
	}
	*values = loading.values;
	return 0;
}

static char *
read_problem(const char *path, int err, size_t line)
{
	if (err == CAM_ERR_UNSAFE)
		return xasprintf(_("%s is not ours or others can change it: "
				   "chown and chmod go-w %s"),
		    path, path);
	if (line == 0)
		return xasprintf("%s: %s", path, cam_strerror(err));
	if (err == CAM_ERR_FORMAT)
		return xasprintf(
		    _("%s:%zu: this line is not 'key = value'"), path, line);
	return xasprintf("%s:%zu: %s", path, line, cam_strerror(err));
}

static int
read_ini(struct settings *settings, struct ini **ini, char **problem)
{
	size_t line = 0;
	int err = ini_read(settings->path, ini, &line);

	settings->broken_line = line;
	if (err != 0)
		*problem = read_problem(settings->path, err, line);
	return err;
}

int
settings_reload(struct settings *settings, char **problem)
{
	struct ini *ini = NULL;
	char **values = NULL;
	int err = read_ini(settings, &ini, problem);

	if (err != 0)
		return err;
	err = load_values(settings, ini, &values, problem);
	ini_free(ini);
	if (err != 0)
		return err;
	values_free(settings->table, settings->before);
	settings->before = settings->file;
	settings->file = values;
	return 0;
}

void
settings_restore(struct settings *settings)
{
	if (settings->before == NULL)
		return;
	values_free(settings->table, settings->file);
	settings->file = settings->before;
	settings->before = NULL;
}

int
settings_open(const struct setting_table *table, const char *path,
    struct settings **settings, char **problem)
{
	struct settings *made = xcalloc(1, sizeof *made);
	int err;

	made->table = table;
	made->by_key = sort_by_key(table);
	made->path = xstrdup(path);
	made->found = values_new(table);
	made->file = values_new(table);
	made->option = values_new(table);
	err = settings_reload(made, problem);
	if (err != 0) {
		settings_free(made);
		return err;
	}
	*settings = made;
	return 0;
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	values_free(settings->table, settings->file);
	values_free(settings->table, settings->before);
	values_free(settings->table, settings->option);
	values_free(settings->table, settings->found);
	free(settings->by_key);
	free(settings->path);
	free(settings);
}

void
settings_default(struct settings *settings, const char *key, char *value)
{
	char **place =
	    &settings
		 ->found[place_of(settings->table, must_find(settings, key))];

	free(*place);
	*place = value;
}

/* -- changing ----------------------------------------------------------- */

static struct span
trimmed(struct span text)
{
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && (text.data[text.len - 1] == ' ' ||
				   text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

static int
find_setting(const struct settings *settings, const char *key,
    const struct setting **setting, char **problem)
{
	*setting = find(settings, key);
	if (*setting != NULL)
		return 0;
	*problem = unknown_problem(settings->table, key);
	return CAM_ERR_UNKNOWN;
}

static int
check_option(const struct settings *settings, const struct setting *setting,
    const char *value, char **problem)
{
	if (setting->secret) {
		*problem = xasprintf(_("%s: other users can read a command "
				       "line; set it in %s"),
		    setting->key, settings->path);
		return CAM_ERR_REQUEST;
	}
	*problem = setting_problem(setting, value);
	return *problem != NULL ? CAM_ERR_REQUEST : 0;
}

int
settings_option(
    struct settings *settings, const char *assignment, char **problem)
{
	struct span rest = span_text(assignment), head;
	const struct setting *setting = NULL;
	char *key = NULL, *value = NULL;
	int err;

	if (!span_cut(&rest, '=', &head)) {
		*problem = xasprintf(_("'%s' is not key=value"), assignment);
		return CAM_ERR_REQUEST;
	}
	key = span_dup(trimmed(head));
	value = span_dup(trimmed(rest));
	err = find_setting(settings, key, &setting, problem);
	if (err == 0)
		err = check_option(settings, setting, value, problem);
	if (err == 0) {
		free(settings->option[place_of(settings->table, setting)]);
		settings->option[place_of(settings->table, setting)] = value;
		value = NULL;
	}
	free(key);
	free(value);
	return err;
}

/* A first setting may need the folder; one that is there stays as it is. */
static int
make_folder(const char *path)
{
	char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int err = access(folder, F_OK) == 0 ? 0 : path_make_private(folder);

	free(folder);
	return err;
}

static int
write_ini(
    const struct settings *settings, const struct ini *ini, char **problem)
{
	int err = make_folder(settings->path);

	if (err == 0)
		err = ini_write(ini, settings->path);
	if (err != 0)
		*problem = xasprintf(_("cannot write %s: %s"), settings->path,
		    cam_strerror(err));
	return err;
}

/*
 * The file is read again first: what was edited by hand meanwhile is kept and
 * taken up, and one that is broken may be mended this way.
 */
static int
change_file(struct settings *settings, const char *key, const char *value,
    char **problem)
{
	struct ini *ini = NULL;
	char **values = NULL;
	int err = read_ini(settings, &ini, problem);

	if (err != 0)
		return err;
	err = ini_set(ini, key, value);
	if (err != 0)
		*problem = xasprintf("%s: %s", key, cam_strerror(err));
	if (err == 0)
		err = load_values(settings, ini, &values, problem);
	if (err == 0)
		err = write_ini(settings, ini, problem);
	ini_free(ini);
	if (err != 0) {
		values_free(settings->table, values);
		return err;
	}
	values_free(settings->table, settings->file);
	settings->file = values;
	return 0;
}

int
settings_set(struct settings *settings, const char *key, const char *value,
    char **problem)
{
	const struct setting *setting = NULL;
	char *clean = NULL;
	int err = find_setting(settings, key, &setting, problem);

	if (err != 0)
		return err;
	if (value != NULL) {
		clean = span_dup(trimmed(span_text(value)));
		*problem = setting_problem(setting, clean);
		err = *problem != NULL ? CAM_ERR_REQUEST : 0;
	}
	if (err == 0)
		err = change_file(settings, key, clean, problem);
	wipe_free(clean, clean != NULL ? strlen(clean) : 0);
	return err;
}

/* -- asking ------------------------------------------------------------- */

static const struct setting *
must_find(const struct settings *settings, const char *key)
{
	const struct setting *setting = find(settings, key);

	if (setting == NULL) {
		log_error("there is no setting '%s'", key);
		abort();
	}
	return setting;
}

const char *
settings_text(const struct settings *settings, const char *key)
{
	return value_of(settings, must_find(settings, key));
}

bool
settings_on(const struct settings *settings, const char *key)
{
	return setting_is_on(settings_text(settings, key));
}

int64_t
settings_number(const struct settings *settings, const char *key)
{
	const char *value = settings_text(settings, key);
	uint64_t number = 0;

	if (number_decimal(span_text(value), INT64_MAX, &number) != 0)
		abort();
	return (int64_t)number;
}

const char *
settings_hook(const struct settings *settings, const char *event)
{
	char key[LIMIT_INI_KEY + 1];
	const struct setting *setting = NULL;
	const char *path = NULL;

	snprintf(key, sizeof key, "hook.%s", event);
	setting = find(settings, key);
	path = setting != NULL ? value_of(settings, setting) : NULL;
	return path != NULL && path[0] != '\0' ? path : NULL;
}

size_t
settings_broken_line(const struct settings *settings)
{
	return settings->broken_line;
}

const char *
settings_nearest(const struct settings *settings, const char *key)
{
	return setting_nearest(settings->table, key);
}

const char *
settings_in_file(const struct settings *settings, const char *key)
{
	return settings
	    ->file[place_of(settings->table, must_find(settings, key))];
}

static void
fill_view(const struct settings *settings, const struct setting *setting,
    struct setting_view *view)
{
	size_t i = place_of(settings->table, setting);

	view->key = setting->key;
	view->value = value_of(settings, setting);
	if (setting->secret && view->value[0] != '\0')
		view->value = "(set)";
	view->default_value = default_of(settings, setting);
	view->source = settings->option[i] != NULL ? SETTING_OPTION
		       : settings->file[i] != NULL ? SETTING_FILE
						   : SETTING_DEFAULT;
	view->setting = setting;
}

int
settings_get(
    const struct settings *settings, const char *key, struct setting_view *view)
{
	const struct setting *setting = find(settings, key);

	if (setting == NULL)
		return CAM_ERR_UNKNOWN;
	fill_view(settings, setting, view);
	return 0;
}

bool
settings_at(
    const struct settings *settings, size_t i, struct setting_view *view)
{
	if (i >= settings->table->count)
		return false;
	fill_view(settings, &settings->table->list[i], view);
	return true;
}
