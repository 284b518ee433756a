/* logfile.c: what camserver says of itself, kept in logs/ as well. */
#include "camserver/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "camserver/home.h"
#include "loop/timer.h"

enum { LOOK_MS = 10 * 60 * 1000 };

struct logfile {
	char *path;
	char *aside;
	int fd;
	struct timer timer;
};

static void
keep(struct logfile *logfile, int fd)
{
	(void)log_keep(fd);
	if (logfile->fd >= 0)
		close(logfile->fd);
	logfile->fd = fd;
}

static int
open_file(const struct logfile *logfile)
{
	int fd = open(logfile->path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		log_warn(
		    "no log is kept: %s: %s", logfile->path, strerror(errno));
	return fd;
}

/* What others still write to the old one is in it: only the name moves. */
static void
on_look(void *arg)
{
	struct logfile *logfile = arg;
	struct stat file;

	if (fstat(logfile->fd, &file) < 0 || file.st_size < LOGFILE_SIZE_MAX)
		return;
	if (rename(logfile->path, logfile->aside) < 0)
		log_warn("%s: %s", logfile->aside, strerror(errno));
	else
		keep(logfile, open_file(logfile));
}

struct logfile *
logfile_new(struct loop *loop, const struct home *home)
{
	struct logfile *logfile = xcalloc(1, sizeof *logfile);

	logfile->path = path_join(home->logs, "camserver.log");
	logfile->aside = path_join(home->logs, "camserver.log.1");
	logfile->fd = -1;
	timer_init(&logfile->timer, loop, on_look, logfile);
	return logfile;
}

void
logfile_free(struct logfile *logfile)
{
	if (logfile == NULL)
		return;
	keep(logfile, -1);
	timer_finish(&logfile->timer);
	free(logfile->path);
	free(logfile->aside);
	free(logfile);
}

void
logfile_set(struct logfile *logfile, bool on)
{
	keep(logfile, on ? open_file(logfile) : -1);
	if (logfile->fd < 0) {
		timer_stop(&logfile->timer);
		return;
	}
	on_look(logfile);
	timer_repeat(&logfile->timer, LOOK_MS);
}

int
logfile_tail(const struct logfile *logfile, struct buf *lines)
{
	int fd = open(logfile->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
	off_t from = size > LOGFILE_TAIL_MAX ? size - LOGFILE_TAIL_MAX : 0;
	uint8_t *place = NULL, *first = NULL;
	ssize_t got = -1;

	if (size >= 0 && (place = buf_reserve(lines, LOGFILE_TAIL_MAX)) != NULL)
		got = pread(fd, place, LOGFILE_TAIL_MAX, from);
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return CAM_ERR_SYSTEM;
	lines->len += (size_t)got;
	/* The line it began in is not whole. */
	if (from > 0 && (first = memchr(place, '\n', (size_t)got)) != NULL)
		buf_drop(lines, (size_t)(first + 1 - lines->data));
	return 0;
}
