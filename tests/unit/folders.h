/* folders.h: folders on disk that a test makes and removes. */
#ifndef CAM_TEST_FOLDERS_H
#define CAM_TEST_FOLDERS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "test.h"

struct folders {
	char path[64];
	int fd; /* of path */
};

static inline int
folders_make_in(struct folders *folders, const char *where)
{
	snprintf(
	    folders->path, sizeof(folders->path), "%s/cam-test-XXXXXX", where);
	if (mkdtemp(folders->path) == NULL)
		return -1;
	folders->fd = open(folders->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folders->fd < 0 ? -1 : 0;
}

/* A test's temporary folder: TMPDIR, or in memory where there is such a
 * place. */
static inline int
folders_make(struct folders *folders)
{
	const char *where = getenv("TMPDIR");

	if (where == NULL)
		where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	return folders_make_in(folders, where);
}

static inline void
folders_remove(struct folders *folders)
{
	const char *name = strrchr(folders->path, '/') + 1;
	int above;

	close(folders->fd);
	folders->path[name - folders->path - 1] = '\0';
	above = open(folders->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	beneath_remove_tree(above, name);
	close(above);
}

/* name, open for listing; made when it is not there. */
static inline int
folder_in(int folder, const char *name)
{
	int fd;

	mkdirat(folder, name, 0755);
	fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static inline void
file_write(int folder, const char *name, const void *bytes, size_t len)
{
	int fd = openat(
	    folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static inline void
file_write_text(int folder, const char *name, const char *text)
{
	file_write(folder, name, text, strlen(text));
}

/* Whether the file is there, with that text. */
static inline int
file_is_text(int folder, const char *name, const char *text)
{
	char bytes[256];
	ssize_t len;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	len = read(fd, bytes, sizeof(bytes));
	close(fd);
	return len == (ssize_t)strlen(text) &&
	       memcmp(bytes, text, strlen(text)) == 0;
}

/* How many entries a folder has. */
static inline unsigned
folder_count(int folder)
{
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;
	unsigned count = 0;

	assert_int_equal(beneath_list_new(folder, &list), 0);
	while (beneath_list_next(list, &name, &kind))
		count++;
	beneath_list_free(list);
	return count;
}

#endif
