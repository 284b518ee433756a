/* folder.c: makes folders that only their owner can use, checking every step of
 * the way to them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"

enum { LINKS_MAX = 32 };

/* Opens a folder that may be passed through but not listed, such as a /home of
 * mode 0711. */
#ifdef O_PATH
#define OPEN_FOLDER (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#else
#define OPEN_FOLDER (O_SEARCH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#endif

/* The way from the root down: what has been opened, and what is still to go. */
struct walk {
	int fd;
	char *rest;
	unsigned links;
	uid_t root; /* who owns "/": in a user namespace that need not look like
		       0 */
};

static bool
is_trusted(const struct walk *walk, uid_t uid)
{
	return uid == geteuid() || uid == 0 || uid == walk->root;
}

/* Nobody else may rename what lies in the folder; where everybody may write,
 * the sticky bit sees to that. */
static int
check_above(const struct walk *walk)
{
	struct stat st;

	if (fstat(walk->fd, &st) < 0)
		return CAM_ERR_SYSTEM;
	if (!is_trusted(walk, st.st_uid))
		return CAM_ERR_UNSAFE;
	return (st.st_mode & 022) != 0 && (st.st_mode & S_ISVTX) == 0
		   ? CAM_ERR_UNSAFE
		   : 0;
}

static int
check_last(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return CAM_ERR_SYSTEM;
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return CAM_ERR_UNSAFE;
	return (st.st_mode & 0777) != 0700 && fchmod(fd, 0700) < 0
		   ? CAM_ERR_SYSTEM
		   : 0;
}

/* Takes the first name off rest; false when there is none. */
static bool
take_name(struct walk *walk, char name[NAME_MAX + 1], int *err)
{
	char *start = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(start, "/");

	*err = len > NAME_MAX ? CAM_ERR_LIMIT : 0;
	if (len == 0 || *err != 0)
		return false;
	memcpy(name, start, len);
	name[len] = '\0';
	memmove(walk->rest, start + len, strlen(start + len) + 1);
	return true;
}

static bool
is_last(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}

static int
go_to_root(struct walk *walk)
{
	struct stat st;
	int fd = open("/", OPEN_FOLDER);

	if (fd < 0)
		return CAM_ERR_SYSTEM;
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	if (fstat(fd, &st) < 0)
		return CAM_ERR_SYSTEM;
	walk->root = st.st_uid;
	return 0;
}

/* A link above is followed when one we trust made it, and what it names is
 * walked and checked like the rest. */
static int
follow_link(struct walk *walk, const char *name, const struct stat *st)
{
	char target[LIMIT_PATH];
	ssize_t len;
	char *rest = NULL;

	if (!is_trusted(walk, st->st_uid) || is_last(walk))
		return CAM_ERR_UNSAFE;
	if (++walk->links > LINKS_MAX)
		return CAM_ERR_LIMIT;
	len = readlinkat(walk->fd, name, target, sizeof target);
	if (len < 0)
		return CAM_ERR_SYSTEM;
	if ((size_t)len >= sizeof target)
		return CAM_ERR_LIMIT;
	rest = xasprintf("%.*s/%s", (int)len, target, walk->rest);
	free(walk->rest);
	walk->rest = rest;
	return target[0] == '/' ? go_to_root(walk) : 0;
}

static int
step(struct walk *walk, const char *name)
{
	struct stat st;
	int fd;

	if (mkdirat(walk->fd, name, 0700) < 0 && errno != EEXIST &&
	    errno != EROFS && errno != EACCES && errno != EPERM)
		return CAM_ERR_SYSTEM;
	if (fstatat(walk->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return CAM_ERR_SYSTEM;
	if (S_ISLNK(st.st_mode))
		return follow_link(walk, name, &st);
	fd = openat(
	    walk->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return CAM_ERR_SYSTEM;
	close(walk->fd);
	walk->fd = fd;
	return 0;
}

static int
walk_down(struct walk *walk)
{
	char name[NAME_MAX + 1];
	int err = go_to_root(walk);

	while (err == 0 && take_name(walk, name, &err)) {
		err = check_above(walk);
		if (err == 0)
			err = step(walk, name);
	}
	return err != 0 ? err : check_last(walk->fd);
}

int
path_make_private(const char *path)
{
	struct walk walk = { .fd = -1 };
	int err, saved;

	if (path[0] != '/')
		return CAM_ERR_FORMAT;
	if (strlen(path) >= LIMIT_PATH)
		return CAM_ERR_LIMIT;
	walk.rest = xstrdup(path);
	err = walk_down(&walk);
	saved = errno;
	if (walk.fd >= 0)
		close(walk.fd);
	free(walk.rest);
	errno = saved;
	return err;
}
