/* beneath.c: beneath a folder's descriptor, by openat2() where there is one. */
#include "base/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

enum {
	RACES_MAX = 16, /* openat2() gives up when something is renamed */
	EXTENSION_MAX = 16
};

static int
error_now(void)
{
	switch (errno) {
	case ELOOP:
	case EXDEV:
	case EMLINK: /* O_NOFOLLOW of FreeBSD */
		return CAM_ERR_UNSAFE;
	case EEXIST:
		return CAM_ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return CAM_ERR_FULL;
	}
	return CAM_ERR_SYSTEM;
}

/* -- names ------------------------------------------------------------------
 */

static bool
is_component(const char *name, size_t len)
{
	return len > 0 && len < BENEATH_NAME_SIZE &&
	       !(len == 1 && name[0] == '.') &&
	       !(len == 2 && name[0] == '.' && name[1] == '.');
}

bool
beneath_is_name(const char *name)
{
	return is_component(name, strlen(name)) && strchr(name, '/') == NULL;
}

static bool
is_path(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (!is_component(path, len))
			return false;
		if (path[len] == '\0')
			return true;
		path += len + 1;
	}
}

/* Where the extension begins, or the end: not that of ".profile". */
static size_t
stem_length(const char *name)
{
	size_t len = strlen(name);
	const char *dot = strrchr(name, '.');

	if (dot == NULL || dot == name ||
	    len - (size_t)(dot - name) > EXTENSION_MAX)
		return len;
	return (size_t)(dot - name);
}

void
beneath_other_name(
    const char *name, bool folder, unsigned n, char other[BENEATH_NAME_SIZE])
{
	size_t stem = folder ? strlen(name) : stem_length(name);
	char number[16];
	size_t len, room;

	len = (size_t)snprintf(number, sizeof(number), " (%u)", n);
	room = BENEATH_NAME_SIZE - 1 - len - strlen(name + stem);
	snprintf(other, BENEATH_NAME_SIZE, "%.*s%s%s",
	    (int)utf8_cut(span_of(name, stem), room), name, number,
	    name + stem);
}

/* -- opening ----------------------------------------------------------------
 */

/* One component. What Linux says of a symlink where a folder is asked for is
 * that it is none. */
static int
open_component(int folder, const char *name, int flags)
{
	struct stat st;
	int fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && errno == ENOTDIR) {
		if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(st.st_mode))
			errno = ELOOP;
		else
			errno = ENOTDIR;
	}
	return fd;
}

int
beneath_open_stepwise(int folder, const char *path, int flags, int *fd)
{
	char component[BENEATH_NAME_SIZE];
	int at = folder, next = -1, rc = 0;
	bool last = false;

	if (!is_path(path))
		return CAM_ERR_FORMAT;
	while (rc == 0 && !last) {
		size_t len = strcspn(path, "/");

		last = path[len] == '\0';
		memcpy(component, path, len);
		component[len] = '\0';
		next = open_component(
		    at, component, last ? flags : O_RDONLY | O_DIRECTORY);
		rc = next < 0 ? error_now() : 0;
		if (at != folder) {
			int error = errno;

			close(at);
			errno = error;
		}
		at = next;
		path += len + 1;
	}
	if (rc == 0)
		*fd = next;
	return rc;
}

#if defined(__linux__) && defined(SYS_openat2)
/* CAM_ERR_UNSUPPORTED: an old kernel, or a sandbox of an old kind. */
static int
open_beneath(int folder, const char *path, int flags, int *fd)
{
	struct open_how how = {
		/* With O_NOFOLLOW a symlink that should be a folder would be
		 * ENOTDIR; it is refused without. */
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) != 0 ? 0600 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	long opened = -1;

	for (unsigned i = 0; i < RACES_MAX; i++) {
		opened = syscall(SYS_openat2, folder, path, &how, sizeof(how));
		if (opened >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	if (opened < 0)
		return errno == ENOSYS || errno == EPERM || errno == EINVAL
			   ? CAM_ERR_UNSUPPORTED
			   : error_now();
	*fd = (int)opened;
	return 0;
}
#else
static int
open_beneath(int folder, const char *path, int flags, int *fd)
{
	return CAM_ERR_UNSUPPORTED;
}
#endif

static int
open_any(int folder, const char *path, int flags, int *fd)
{
	int rc = open_beneath(folder, path, flags, fd);

	return rc == CAM_ERR_UNSUPPORTED
		   ? beneath_open_stepwise(folder, path, flags, fd)
		   : rc;
}

int
beneath_open(int folder, const char *path, int flags, int *fd)
{
	return is_path(path) ? open_any(folder, path, flags & ~O_CREAT, fd)
			     : CAM_ERR_FORMAT;
}

int
beneath_open_folder(int folder, const char *path, int *fd)
{
	return beneath_open(folder, path, O_RDONLY | O_DIRECTORY, fd);
}

/* -- making -----------------------------------------------------------------
 */

static int
make_one(int folder, const char *name, bool is_folder, int *fd)
{
	if (!is_folder)
		return open_any(folder, name, O_RDWR | O_CREAT | O_EXCL, fd);
	if (mkdirat(folder, name, 0700) != 0)
		return error_now();
	return beneath_open_folder(folder, name, fd);
}

static int
make(int folder, const char *name, bool is_folder, char *made, int *fd)
{
	char other[BENEATH_NAME_SIZE];
	const char *tried = name;
	int rc;

	if (!beneath_is_name(name))
		return CAM_ERR_FORMAT;
	rc = make_one(folder, tried, is_folder, fd);
	for (unsigned n = 2;
	     rc == CAM_ERR_EXISTS && made != NULL && n <= BENEATH_OTHER_NAMES;
	     n++) {
		beneath_other_name(name, is_folder, n, other);
		tried = other;
		rc = make_one(folder, tried, is_folder, fd);
	}
	if (rc == 0 && made != NULL)
		memmove(made, tried, strlen(tried) + 1);
	return rc;
}

int
beneath_make_file(
    int folder, const char *name, char made[BENEATH_NAME_SIZE], int *fd)
{
	return make(folder, name, false, made, fd);
}

int
beneath_make_folder(
    int folder, const char *name, char made[BENEATH_NAME_SIZE], int *fd)
{
	return make(folder, name, true, made, fd);
}

/* -- renaming ---------------------------------------------------------------
 */

/*
 * Where no call refuses a taken name: a file gets the new one as a second link,
 * which does; a folder takes the place of an empty one just made, which does.
 */
static int
rename_in_steps(int folder, const char *name, const char *new_name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return error_now();
	if (!S_ISDIR(st.st_mode)) {
		if (linkat(folder, name, folder, new_name, 0) != 0)
			return error_now();
		return unlinkat(folder, name, 0) == 0 ? 0 : error_now();
	}
	if (mkdirat(folder, new_name, 0700) != 0)
		return error_now();
	if (renameat(folder, name, folder, new_name) != 0) {
		int rc = error_now(), error = errno;

		unlinkat(folder, new_name, AT_REMOVEDIR);
		errno = error;
		return rc;
	}
	return 0;
}

int
beneath_rename(int folder, const char *name, const char *new_name)
{
	if (!beneath_is_name(name) || !beneath_is_name(new_name))
		return CAM_ERR_FORMAT;
#if defined(__linux__) && defined(RENAME_NOREPLACE)
	if (renameat2(folder, name, folder, new_name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL && errno != EPERM)
		return error_now();
#endif
	return rename_in_steps(folder, name, new_name);
}

int
beneath_settle(int folder, const char *temporary, bool is_folder,
    const char *name, char made[BENEATH_NAME_SIZE])
{
	char tried[BENEATH_NAME_SIZE];
	int rc;

	if (!beneath_is_name(name))
		return CAM_ERR_FORMAT;
	memcpy(tried, name, strlen(name) + 1);
	rc = beneath_rename(folder, temporary, tried);
	for (unsigned n = 2; rc == CAM_ERR_EXISTS && n <= BENEATH_OTHER_NAMES;
	     n++) {
		beneath_other_name(name, is_folder, n, tried);
		rc = beneath_rename(folder, temporary, tried);
	}
	if (rc < 0)
		return rc;
	if (fsync(folder) != 0)
		return error_now();
	memcpy(made, tried, strlen(tried) + 1);
	return 0;
}

/* -- listing and removing ---------------------------------------------------
 */

struct beneath_list {
	DIR *stream;
};

int
beneath_list_new(int folder, struct beneath_list **list)
{
	/* A descriptor with a place of its own, which dup() would not give. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = NULL;

	if (fd < 0)
		return error_now();
	stream = fdopendir(fd);
	if (stream == NULL) {
		int rc = error_now();

		close(fd);
		return rc;
	}
	*list = xmalloc(sizeof(**list));
	(*list)->stream = stream;
	return 0;
}

static enum beneath_kind
kind_of(unsigned char type)
{
	switch (type) {
	case DT_REG:
		return BENEATH_FILE;
	case DT_DIR:
		return BENEATH_FOLDER;
	case DT_LNK:
		return BENEATH_SYMLINK;
	case DT_UNKNOWN:
		return BENEATH_OTHER;
	}
	return BENEATH_SPECIAL;
}

bool
beneath_list_next(
    struct beneath_list *list, const char **name, enum beneath_kind *kind)
{
	const struct dirent *entry = readdir(list->stream);

	while (entry != NULL && !beneath_is_name(entry->d_name))
		entry = readdir(list->stream);
	if (entry == NULL)
		return false;
	*name = entry->d_name;
	*kind = kind_of(entry->d_type);
	return true;
}

void
beneath_list_free(struct beneath_list *list)
{
	if (list == NULL)
		return;
	closedir(list->stream);
	free(list);
}

int
beneath_remove(int folder, const char *name)
{
	if (!beneath_is_name(name))
		return CAM_ERR_FORMAT;
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* EPERM is what POSIX says of a folder, EISDIR what Linux does. */
	if ((errno == EISDIR || errno == EPERM) &&
	    (unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT))
		return 0;
	return error_now();
}

static int
remove_tree(int folder, const char *name, unsigned depth)
{
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *entry;
	int fd = -1, rc;

	rc = beneath_remove(folder, name);
	if (rc == 0 || (errno != ENOTEMPTY && errno != EEXIST))
		return rc;
	if (depth == LIMIT_TREE_DEPTH)
		return CAM_ERR_LIMIT;
	rc = beneath_open_folder(folder, name, &fd);
	if (rc == 0)
		rc = beneath_list_new(fd, &list);
	while (rc == 0 && beneath_list_next(list, &entry, &kind))
		rc = remove_tree(fd, entry, depth + 1);
	beneath_list_free(list);
	if (fd >= 0)
		close(fd);
	return rc < 0 ? rc : beneath_remove(folder, name);
}

int
beneath_remove_tree(int folder, const char *name)
{
	return remove_tree(folder, name, 0);
}
