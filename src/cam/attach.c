/* attach.c: what a message offers, put into the request to send it. */
#include "cam/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/spool.h"

/* Takes path. */
static void
add(json_t *request, char *path, const char *name, bool spool, bool image)
{
	json_t *files = json_object_get(request, "files");
	json_t *file = json_pack(
	    "{s:s,s:b,s:b}", "path", path, "spool", spool, "image", image);

	if (name != NULL)
		json_object_set_new(file, "name", json_string(name));
	if (files == NULL) {
		files = json_array();
		json_object_set_new(request, "files", files);
	}
	json_array_append_new(files, file);
	free(path);
}

/* A path that means nothing by itself, such as "..". */
static bool
is_nameless(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash != NULL ? slash + 1 : path;

	return last[0] == '\0' || strcmp(last, ".") == 0 ||
	       strcmp(last, "..") == 0;
}

/* As it was named, but absolute and with a name at its end. NULL with errno. */
static char *
absolute(const char *path)
{
	char here[PATH_MAX];
	char *whole = NULL;
	size_t len = 0;

	if (path[0] == '/')
		whole = xstrdup(path);
	else if (getcwd(here, sizeof here) != NULL)
		whole = path_join(here, path);
	else
		return NULL;
	for (len = strlen(whole); len > 1 && whole[len - 1] == '/'; len--)
		whole[len - 1] = '\0';
	if (is_nameless(whole)) {
		char *real = realpath(whole, NULL);

		free(whole);
		whole = real;
	}
	return whole;
}

static bool
is_png(int fd)
{
	static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n',
		0x1a, '\n' };
	uint8_t bytes[sizeof signature];

	return pread(fd, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes &&
	       memcmp(bytes, signature, sizeof bytes) == 0;
}

/* camd looks again; but what is wrong is better said at once, and by us. */
static int
check(const char *path, const char *shown, bool image)
{
	/* O_NONBLOCK: a pipe must not keep us. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int code = EXIT_FAILED;

	if (fd < 0 || fstat(fd, &st) < 0)
		complain(_("cannot offer '%s': %s"), shown, strerror(errno));
	else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		complain(
		    _("cannot offer '%s': neither a file nor a folder"), shown);
	else if (image && !is_png(fd))
		complain(
		    _("'%s' is no PNG image: --file offers any file"), shown);
	else
		code = 0;
	if (fd >= 0)
		close(fd);
	return code;
}

static int
add_path(json_t *request, const char *path, const char *name, bool image)
{
	char *whole = absolute(path);
	int code;

	if (whole == NULL) {
		complain(_("cannot offer '%s': %s"), path, strerror(errno));
		return EXIT_FAILED;
	}
	code = check(whole, path, image);
	if (code == 0)
		add(request, whole, name, false, image);
	else
		free(whole);
	return code;
}

int
attach_path(
    struct cam *cam, json_t *request, const char *path, const char *name)
{
	cam_words(cam);
	return add_path(request, path, name, false);
}

static int
add_stdin(struct cam *cam, json_t *request, const char *name, bool image)
{
	char *path = NULL;
	int code = spool_stdin(cam, name, &path);

	if (code != 0)
		return code;
	code = check(path, _("stdin"), image);
	if (code == 0) {
		add(request, path, name, true, image);
	} else {
		spool_remove(cam, path);
		free(path);
	}
	return code;
}

int
attach_stdin(struct cam *cam, json_t *request, const char *name)
{
	cam_words(cam);
	return add_stdin(cam, request, name, false);
}

int
attach_image(struct cam *cam, json_t *request, const char *path)
{
	cam_words(cam);
	if (strcmp(path, "-") == 0)
		return add_stdin(cam, request, "image.png", true);
	return add_path(request, path, NULL, true);
}

void
attach_discard(struct cam *cam, const json_t *request)
{
	const json_t *file;
	size_t i;

	json_array_foreach(json_object_get(request, "files"), i, file)
	{
		if (json_is_true(json_object_get(file, "spool")))
			spool_remove(cam,
			    json_string_value(json_object_get(file, "path")));
	}
}
