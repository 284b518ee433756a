/* path.c: where a user's things lie, and folders that only their owner can use.
 */
#include "base/path.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"

char *
path_join(const char *folder, const char *name)
{
	size_t len = strlen(folder);

	while (len > 0 && folder[len - 1] == '/')
		len--;
	while (name[0] == '/')
		name++;
	return xasprintf("%.*s/%s", (int)len, folder, name);
}

/* An environment variable that names a folder; what is not absolute is to be
 * ignored (XDG base directories). */
static const char *
folder_from_env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] == '/' ? value : NULL;
}

static char *
xdg_folder(const char *name, const char *home, const char *otherwise)
{
	const char *folder = folder_from_env(name);

	return folder != NULL ? xstrdup(folder) : path_join(home, otherwise);
}

/* The value of a line XDG_DOWNLOAD_DIR="$HOME/Downloads", or NULL when line is
 * another. */
static char *
download_value(const char *line, const char *home)
{
	static const char key[] = "XDG_DOWNLOAD_DIR=\"";
	struct buf value;

	line += strspn(line, " \t");
	if (strncmp(line, key, sizeof key - 1) != 0)
		return NULL;
	line += sizeof key - 1;
	buf_init(&value, LIMIT_PATH);
	if (strncmp(line, "$HOME/", 6) == 0) {
		buf_put_text(&value, home);
		line += 5;
	} else if (line[0] != '/') {
		return NULL;
	}
	for (; *line != '"' && *line != '\n' && *line != '\0'; line++) {
		if (*line == '\\' && line[1] != '\0')
			line++;
		buf_put_byte(&value, (uint8_t)*line);
	}
	return buf_steal_text(&value);
}

/* user-dirs.dirs is what the desktop writes; the last line counts, as in the
 * shell that reads it. */
static char *
download_from_file(const char *home)
{
	char *config = xdg_folder("XDG_CONFIG_HOME", home, ".config");
	char *path = path_join(config, "user-dirs.dirs");
	FILE *file = fopen(path, "re");
	char *found = NULL;
	char line[LIMIT_PATH];

	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		char *value = download_value(line, home);

		if (value != NULL) {
			free(found);
			found = value;
		}
	}
	if (file != NULL)
		fclose(file);
	free(path);
	free(config);
	return found;
}

static char *
find_downloads(const char *home)
{
	const char *folder = folder_from_env("XDG_DOWNLOAD_DIR");
	char *found =
	    folder != NULL ? xstrdup(folder) : download_from_file(home);

	return found != NULL ? found : path_join(home, "Downloads");
}

/* cron and su leave XDG_RUNTIME_DIR unset even where the folder is there. */
static char *
find_run(const char *data)
{
	const char *folder = folder_from_env("XDG_RUNTIME_DIR");
	char system[64];
	struct stat st;

	if (folder != NULL)
		return path_join(folder, "cam");
	snprintf(
	    system, sizeof system, "/run/user/%lu", (unsigned long)geteuid());
	if (lstat(system, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid())
		return path_join(system, "cam");
	return path_join(data, "run");
}

static int
find_xdg(struct paths *paths)
{
	const char *home = folder_from_env("HOME");
	char *config = NULL, *data = NULL;

	if (home == NULL)
		return CAM_ERR_UNKNOWN;
	config = xdg_folder("XDG_CONFIG_HOME", home, ".config");
	data = xdg_folder("XDG_DATA_HOME", home, ".local/share");
	paths->settings = path_join(config, "cam/cam.ini");
	paths->data = path_join(data, "cam");
	paths->files = find_downloads(home);
	paths->run = find_run(paths->data);
	free(config);
	free(data);
	return 0;
}

static int
find_home(const char *home, struct paths *paths)
{
	char *absolute = NULL, *here = NULL;

	if (home[0] == '/') {
		absolute = xstrdup(home);
	} else {
		here = getcwd(NULL, 0);
		if (here == NULL)
			return CAM_ERR_SYSTEM;
		absolute = path_join(here, home);
	}
	paths->settings = path_join(absolute, "cam.ini");
	paths->data = path_join(absolute, "data");
	paths->files = path_join(absolute, "files");
	paths->run = path_join(absolute, "run");
	paths->log = path_join(absolute, "log/camd.log");
	free(absolute);
	free(here);
	return 0;
}

int
paths_find(const char *home, struct paths *paths)
{
	const size_t socket_max = sizeof((struct sockaddr_un *)0)->sun_path;
	struct paths found = { 0 };
	int err = home != NULL && home[0] != '\0' ? find_home(home, &found)
						  : find_xdg(&found);

	if (err != 0)
		return err;
	found.socket = path_join(found.run, "camd.sock");
	if (strlen(found.socket) >= socket_max) {
		paths_finish(&found);
		return CAM_ERR_LIMIT;
	}
	*paths = found;
	return 0;
}

void
paths_finish(struct paths *paths)
{
	free(paths->settings);
	free(paths->data);
	free(paths->files);
	free(paths->run);
	free(paths->socket);
	free(paths->log);
	*paths = (struct paths){ 0 };
}
