/* external.c: programs named cam-VERB that add verbs, and the other programs of
 * cam. */
#include "cam/external.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam/cam.h"
#include "cam/complain.h"

/* In folder when it can be run, else NULL. */
static char *
program_in(const char *folder, const char *program)
{
	char *path = path_join(folder, program);

	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static char *
program_in_path(const char *program)
{
	const char *list = getenv("PATH");
	char *copy =
	    xstrdup(list != NULL ? list : "/usr/local/bin:/usr/bin:/bin");
	char *rest = copy;
	char *folder;
	char *found = NULL;

	while (found == NULL && (folder = strsep(&rest, ":")) != NULL) {
		/* An empty entry would mean the present folder: never looked
		 * into. */
		if (folder[0] == '/')
			found = program_in(folder, program);
	}
	free(copy);
	return found;
}

/* The folder of the running cam, or NULL. */
static char *
own_folder(const struct cam *cam)
{
	char link[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", link, sizeof(link) - 1);
	char *path = NULL;
	char *slash;

	if (len > 0) {
		link[len] = '\0';
		path = xstrdup(link);
	} else if (strchr(cam->program, '/') != NULL) {
		path = realpath(cam->program, NULL);
	} else {
		path = program_in_path(cam->program);
	}
	slash = path != NULL ? strrchr(path, '/') : NULL;
	if (slash == NULL) {
		free(path);
		return NULL;
	}
	*slash = '\0';
	return path;
}

char *
external_find(const struct cam *cam, const char *program, bool libexec)
{
	char *folder = NULL;
	char *path = NULL;

	if (libexec)
		path = program_in(CAM_LIBEXEC, program);
	if (path == NULL && (folder = own_folder(cam)) != NULL)
		path = program_in(folder, program);
	if (path == NULL)
		path = program_in_path(program);
	free(folder);
	return path;
}

static char *
verb_program(const struct cam *cam, const char *verb)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char *program;
	char *path;

	if (verb[0] == '\0' || verb[0] == '-' ||
	    verb[strspn(verb, letters)] != '\0')
		return NULL;
	program = xasprintf("cam-%s", verb);
	path = external_find(cam, program, true);
	free(program);
	return path;
}

bool
external_exists(const struct cam *cam, const char *verb)
{
	char *path = verb_program(cam, verb);

	free(path);
	return path != NULL;
}

/* Where cam itself is, for those that run verbs of it. */
static void
tell_command(const struct cam *cam)
{
	char *folder = own_folder(cam);
	char *path = folder != NULL ? path_join(folder, "cam") : NULL;

	if (path != NULL)
		setenv("CAM_COMMAND", path, 1);
	free(path);
	free(folder);
}

int
external_run(const struct cam *cam, const char *verb, char **argv)
{
	char *path = verb_program(cam, verb);

	if (path == NULL) {
		complain(
		    _("'%s' needs the program cam-%s, which is not installed"),
		    verb, verb);
		return EXIT_FAILED;
	}
	if (cam->home != NULL)
		setenv("CAM_HOME", cam->home, 1);
	tell_command(cam);
	argv[0] = path;
	execv(path, argv);
	complain(_("cannot run '%s': %s"), path, strerror(errno));
	free(path);
	return EXIT_FAILED;
}
