/* spool.c: files that lie in the data folder only as long as they are needed.
 */
#include "cam/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/progress.h"

enum { SPOOL_CHUNK = 256 * 1024, SPOOL_SHOWN_MS = 200 };

/* The folder, made where it is not there. NULL after saying why not. */
static char *
folder_path(struct cam *cam)
{
	const struct paths *paths = cam_paths(cam);
	char *path = paths != NULL ? path_join(paths->data, "spool") : NULL;
	int err = path != NULL ? path_make_private(path) : 0;

	if (err == 0)
		return path;
	complain(_("cannot use '%s': %s"), path,
	    err == CAM_ERR_SYSTEM ? strerror(errno) : cam_strerror(err));
	free(path);
	return NULL;
}

/*
 * A file that has its name only when it is whole, so that whatever ends us
 * leaves none behind. Where the system has no such files one that has it from
 * the start.
 */
static int
open_nameless(const char *folder, const char *path, bool *nameless)
{
	int fd = -1;

	*nameless = false;
#ifdef O_TMPFILE
	fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	*nameless = fd >= 0;
#endif
	if (fd < 0)
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd;
}

static int
give_name(int fd, const char *path)
{
	char link[64];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static int
write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

/* How far it is; no end is known. */
struct meter {
	struct progress progress;
	struct progress_view view;
	uint64_t begin_ms, shown_ms;
};

static void
count(struct meter *meter, size_t len)
{
	uint64_t now_ms = clock_now_ms();

	meter->view.done += len;
	if (now_ms < meter->shown_ms + SPOOL_SHOWN_MS)
		return;
	meter->shown_ms = now_ms;
	meter->view.rate = (uint64_t)((double)meter->view.done * 1000 /
				      (double)(now_ms - meter->begin_ms + 1));
	progress_show(&meter->progress, &meter->view);
}

/* 0, or the exit code. */
static int
copy(int from, int to, struct meter *meter, const char *source,
    const char *target)
{
	uint8_t *chunk = xmalloc(SPOOL_CHUNK);
	int code = EXIT_FAILED;

	for (;;) {
		ssize_t got = read(from, chunk, SPOOL_CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			complain(
			    _("cannot read %s: %s"), source, strerror(errno));
		else if (got > 0 && write_all(to, chunk, (size_t)got) < 0)
			complain(_("cannot write to %s: %s"), target,
			    strerror(errno));
		else if (got == 0)
			code = 0;
		else {
			if (meter != NULL)
				count(meter, (size_t)got);
			continue;
		}
		break;
	}
	free(chunk);
	return code;
}

static int
fill(struct cam *cam, const char *folder, const char *path, const char *name)
{
	struct meter meter = { .view = { .name = name,
				   .size = PROGRESS_UNKNOWN },
		.begin_ms = clock_now_ms() };
	bool nameless = false;
	int fd = open_nameless(folder, path, &nameless);
	int code;

	if (fd < 0) {
		complain(_("cannot use '%s': %s"), folder, strerror(errno));
		return EXIT_FAILED;
	}
	progress_init(&meter.progress, cam);
	signal(SIGXFSZ, SIG_IGN); /* an error like any other */
	code = copy(STDIN_FILENO, fd, &meter, _("stdin"), folder);
	progress_clear(&meter.progress);
	if (code == 0 && nameless && give_name(fd, path) < 0) {
		complain(_("cannot use '%s': %s"), path, strerror(errno));
		code = EXIT_FAILED;
	}
	close(fd);
	if (code != 0 && !nameless)
		unlink(path);
	return code;
}

static char *
random_path(const char *folder)
{
	char id[ID_SIZE];

	random_id(id);
	return path_join(folder, id);
}

int
spool_stdin(struct cam *cam, const char *name, char **path)
{
	char *folder = folder_path(cam);
	char *made = NULL;
	int code = EXIT_FAILED;

	if (folder != NULL) {
		made = random_path(folder);
		code = fill(cam, folder, made, name);
	}
	free(folder);
	if (code == 0)
		*path = made;
	else
		free(made);
	return code;
}

int
spool_folder(struct cam *cam, char **path)
{
	char *folder = folder_path(cam);
	char *made = NULL;

	if (folder == NULL)
		return EXIT_FAILED;
	made = random_path(folder);
	free(folder);
	if (path_make_private(made) == 0) {
		*path = made;
		return 0;
	}
	complain(_("cannot use '%s': %s"), made, strerror(errno));
	free(made);
	return EXIT_FAILED;
}

bool
spool_holds(struct cam *cam, const char *path)
{
	const struct paths *paths = cam_paths(cam);
	char *folder = paths != NULL ? path_join(paths->data, "spool/") : NULL;
	bool holds =
	    folder != NULL && strncmp(path, folder, strlen(folder)) == 0;

	free(folder);
	return holds;
}

void
spool_remove(struct cam *cam, const char *path)
{
	char *copy = NULL, *slash = NULL;

	if (!spool_holds(cam, path))
		return;
	unlink(path);
	copy = xstrdup(path);
	slash = strrchr(copy, '/');
	*slash = '\0';
	/* Not the spool itself. */
	if (spool_holds(cam, copy))
		rmdir(copy);
	free(copy);
}

int
spool_to_stdout(struct cam *cam, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int code;

	if (fd < 0) {
		complain(_("cannot open '%s': %s"), path, strerror(errno));
		return EXIT_FAILED;
	}
	fflush(stdout);
	code = copy(fd, STDOUT_FILENO, NULL, path, _("stdout"));
	close(fd);
	return code;
}
