/* offline.c: settings while no camd runs: cam.ini, with what camd itself makes
 * of it. */
#include "cam/offline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/start.h"

enum { OFFLINE_SETTINGS_MAX = 1024 * 1024 };

static int
complain_of_file(const struct cam *cam, int err, size_t line)
{
	if (err == CAM_ERR_UNSAFE)
		complain(_("'%s' can be changed by others: 'chmod go-w' it"),
		    cam->paths.settings);
	else if (line > 0)
		complain(_("'%s', line %zu: %s"), cam->paths.settings, line,
		    cam_strerror(err));
	else
		complain(_("'%s': %s"), cam->paths.settings, cam_strerror(err));
	return EXIT_FAILED;
}

static int
read_file(struct cam *cam, struct ini **ini)
{
	size_t line = 0;
	int err = ini_read(cam->paths.settings, ini, &line);

	return err == 0 ? 0 : complain_of_file(cam, err, line);
}

static int
write_file(struct cam *cam, const struct ini *ini)
{
	const char *path = cam->paths.settings;
	char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int err = path_make_private(folder);

	if (err == 0)
		err = ini_write(ini, path);
	free(folder);
	return err == 0 ? 0 : complain_of_file(cam, err, 0);
}

/* What "camd -T" prints has the form of cam.ini. */
static int
parse_settings(FILE *out, struct ini **ini)
{
	struct buf text;
	size_t line = 0;
	int err;

	buf_init(&text, OFFLINE_SETTINGS_MAX);
	rewind(out);
	for (;;) {
		uint8_t chunk[4096];
		size_t len = fread(chunk, 1, sizeof(chunk), out);

		if (len == 0)
			break;
		buf_put(&text, chunk, len);
	}
	err = buf_failed(&text) ? CAM_ERR_LIMIT
				: ini_parse(buf_span(&text), ini, &line);
	buf_finish(&text);
	return err;
}

/* Only camd knows its settings, their defaults and what they may be.
 * EXIT_USAGE: it refuses the file. */
static int
ask_camd(struct cam *cam, struct ini **ini)
{
	FILE *out = tmpfile();
	FILE *errors = tmpfile();
	int status = 0;
	int code = EXIT_FAILED;

	if (out == NULL || errors == NULL)
		complain(
		    _("cannot make a temporary file: %s"), strerror(errno));
	else
		code = start_run(cam, "--print-settings", out, errors, &status);
	if (code == 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
		char *reason = start_reason(cam, errors, status);

		complain("%s", reason);
		free(reason);
		code = EXIT_USAGE;
	}
	if (code == 0 && parse_settings(out, ini) != 0) {
		complain(_("camd is of another version than cam"));
		code = EXIT_FAILED;
	}
	if (out != NULL)
		fclose(out);
	if (errors != NULL)
		fclose(errors);
	return code;
}

struct listing {
	const struct ini *file;
	json_t *settings;
};

static int
add_setting(const char *key, const char *value, size_t line, void *arg)
{
	struct listing *listing = arg;
	bool in_file = ini_get(listing->file, key) != NULL;

	(void)line;
	return json_array_append_new(listing->settings,
	    json_pack("{s:s,s:s,s:s}", "key", key, "value", value, "source",
		in_file ? "file" : "default"));
}

int
offline_list(struct cam *cam, json_t **settings)
{
	struct ini *file = NULL;
	struct ini *effective = NULL;
	struct listing listing;
	int code = read_file(cam, &file);

	if (code == 0)
		code = ask_camd(cam, &effective) == 0 ? 0 : EXIT_FAILED;
	if (code == 0) {
		listing = (struct listing){ file, json_array() };
		ini_each(effective, add_setting, &listing);
		*settings = listing.settings;
	}
	ini_free(effective);
	ini_free(file);
	return code;
}

static int
complain_unknown(const char *key)
{
	complain(_("no setting '%s': 'cam config ls' lists them"), key);
	return EXIT_UNKNOWN;
}

int
offline_find(const json_t *settings, const char *key, json_t **setting)
{
	json_t *entry;
	size_t i;

	json_array_foreach(settings, i, entry)
	{
		const char *name =
		    json_string_value(json_object_get(entry, "key"));

		if (name != NULL && strcmp(name, key) == 0) {
			*setting = entry;
			return 0;
		}
	}
	return complain_unknown(key);
}

/* Whether camd takes the file as it is now, and knows the key. */
static int
check(struct cam *cam, const char *key)
{
	struct ini *effective = NULL;
	int code = ask_camd(cam, &effective);

	if (code == 0 && ini_get(effective, key) == NULL)
		code = complain_unknown(key);
	ini_free(effective);
	return code;
}

int
offline_set(struct cam *cam, const char *key, const char *value)
{
	struct ini *ini = NULL;
	char *before = NULL;
	int code = read_file(cam, &ini);

	if (code != 0)
		return code;
	if (ini_get(ini, key) != NULL)
		before = xstrdup(ini_get(ini, key));
	if (ini_set(ini, key, value) != 0)
		code = complain_usage("config",
		    _("'%s = %s' cannot stand in cam.ini"), key,
		    value != NULL ? value : "");
	else
		code = write_file(cam, ini);
	if (code == 0) {
		code = check(cam, key);
		/* Nobody reads the file meanwhile: no camd runs. */
		if (code != 0 && ini_set(ini, key, before) == 0)
			write_file(cam, ini);
	}
	free(before);
	ini_free(ini);
	return code;
}
