/* once.c: how something named by a key has failed last: a small file for each
 * key in the folder of data. */
#include "cam/once.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"
#include "cam/cam.h"
#include "cam/complain.h"

enum { NAME_MAX_BYTES = 255, STATUS_MAX = 255 };

/* What may stand in a key and not in the name of a file is written as %2f. */
static char *
file_name(const char *key)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	struct buf name;

	buf_init(&name, NAME_MAX_BYTES);
	for (const char *c = key; *c != '\0'; c++) {
		if (strchr(plain, *c) != NULL)
			buf_put_byte(&name, (uint8_t)*c);
		else
			buf_printf(&name, "%%%02x", (unsigned char)*c);
	}
	return buf_steal_text(&name);
}

/* NULL after saying what is wrong. */
static char *
file_of(struct cam *cam, const char *key)
{
	const struct paths *paths = cam_paths(cam);
	char *name = paths != NULL ? file_name(key) : NULL, *folder, *path;
	int err;

	if (name == NULL) {
		if (paths != NULL)
			complain(_("the key '%s' is too long"), key);
		return NULL;
	}
	folder = path_join(paths->data, "once");
	path = path_join(folder, name);
	err = path_make_private(folder);
	if (err != 0) {
		complain(_("cannot use the folder '%s': %s"), folder,
		    cam_strerror(err));
		free(path);
		path = NULL;
	}
	free(folder);
	free(name);
	return path;
}

int
once_status(struct cam *cam, const char *key)
{
	char *path = file_of(cam, key), text[8] = "";
	uint64_t status = 0;
	ssize_t len;
	int fd = -1;

	if (path != NULL)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	free(path);
	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof text);
	close(fd);
	if (len < 2 || text[len - 1] != '\n' ||
	    number_decimal(
		span_of(text, (size_t)len - 1), STATUS_MAX, &status) != 0)
		return 0;
	return (int)status;
}

/* Beside it, then in its place: it is never half of one. */
static int
write_file(const char *path, const char *text)
{
	char *temporary = xasprintf("%s.%ld", path, (long)getpid());
	size_t len = strlen(text);
	int fd = open(temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_written =
	    fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	int err;

	if (fd >= 0)
		close(fd);
	err = is_written && rename(temporary, path) == 0 ? 0 : CAM_ERR_SYSTEM;
	if (err != 0) {
		int saved = errno;

		unlink(temporary);
		errno = saved;
	}
	free(temporary);
	return err;
}

void
once_set(struct cam *cam, const char *key, int status)
{
	char *path = file_of(cam, key), text[16];
	int err = 0;

	if (path == NULL)
		return;
	snprintf(text, sizeof text, "%d\n", status);
	if (status != 0)
		err = write_file(path, text);
	else if (unlink(path) != 0 && errno != ENOENT)
		err = CAM_ERR_SYSTEM;
	if (err != 0)
		complain(_("cannot keep '%s': %s"), path, strerror(errno));
	free(path);
}
