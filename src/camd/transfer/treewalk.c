/* treewalk.c: a stack of listings, each beneath the one before. */
#include "camd/transfer/treewalk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"

struct level {
	int fd;
	struct beneath_list *list;
	struct stat st;
};

struct treewalk {
	struct level levels[LIMIT_TREE_DEPTH];
	unsigned depth;
	int root;
	int file; /* open, or -1 */
	bool begun;
	char name[BENEATH_NAME_SIZE];
};

int
treewalk_new(int root, struct treewalk **walk)
{
	struct stat st;

	if (fstat(root, &st) != 0)
		return CAM_ERR_SYSTEM;
	if (!S_ISDIR(st.st_mode))
		return CAM_ERR_REFUSED;
	*walk = xcalloc(1, sizeof(**walk));
	(*walk)->root = root;
	(*walk)->file = -1;
	return 0;
}

/* Takes fd. */
static int
enter(struct treewalk *walk, int fd)
{
	struct level *level = &walk->levels[walk->depth];
	int rc = 0;

	level->fd = fd;
	if (fstat(fd, &level->st) != 0)
		rc = CAM_ERR_SYSTEM;
	if (rc == 0)
		rc = beneath_list_new(fd, &level->list);
	if (rc < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return rc;
	}
	walk->depth++;
	return 0;
}

static void
leave(struct treewalk *walk)
{
	struct level *level = &walk->levels[--walk->depth];

	beneath_list_free(level->list);
	close(level->fd);
}

static void
close_file(struct treewalk *walk)
{
	if (walk->file >= 0)
		close(walk->file);
	walk->file = -1;
}

static int
begin(struct treewalk *walk, enum walk_event *event, struct walk_entry *entry)
{
	int fd = openat(walk->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? CAM_ERR_SYSTEM : enter(walk, fd);

	if (rc < 0)
		return rc;
	walk->begun = true;
	*event = WALK_FOLDER;
	entry->name = "";
	entry->st = walk->levels[0].st;
	return 0;
}

/* Whether something should have been read here. What has gone, and what has
 * become a link, is as if it had never been. */
static bool
is_missed(int rc)
{
	return rc == CAM_ERR_SYSTEM && errno != ENOENT && errno != ENXIO &&
	       errno != ENOTDIR;
}

static bool
is_exhausted(int rc)
{
	return rc == CAM_ERR_SYSTEM &&
	       (errno == EMFILE || errno == ENFILE || errno == ENOMEM);
}

/*
 * Opens name and says what became of it: 1 an event, 0 nothing to tell, or an
 * error. The listing may be wrong about what it is; the open file is not.
 */
static int
look(struct treewalk *walk, const char *name, enum walk_event *event,
    struct walk_entry *entry)
{
	struct level *level = &walk->levels[walk->depth - 1];
	int fd = -1;
	/* A FIFO or a device that took the name's place must not stop us. */
	int rc = beneath_open(
	    level->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, &fd);

	if (rc < 0) {
		if (is_exhausted(rc))
			return rc;
		*event = WALK_UNREADABLE;
		entry->st = (struct stat){ .st_mode = 0 };
		return is_missed(rc);
	}
	if (fstat(fd, &entry->st) == 0 && S_ISREG(entry->st.st_mode)) {
		*event = WALK_FILE;
		walk->file = entry->fd = fd;
		return 1;
	}
	if (!S_ISDIR(entry->st.st_mode)) {
		close(fd);
		return 0;
	}
	if (walk->depth == LIMIT_TREE_DEPTH) {
		close(fd);
		return CAM_ERR_LIMIT;
	}
	*event = WALK_FOLDER;
	rc = enter(walk, fd);
	return rc < 0 ? rc : 1;
}

int
treewalk_next(
    struct treewalk *walk, enum walk_event *event, struct walk_entry *entry)
{
	enum beneath_kind kind;
	const char *name;
	int rc = 0;

	close_file(walk);
	entry->name = walk->name;
	entry->fd = -1;
	if (!walk->begun)
		return begin(walk, event, entry);
	if (walk->depth == 0) {
		*event = WALK_END;
		return 0;
	}
	while (rc == 0) {
		if (!beneath_list_next(
			walk->levels[walk->depth - 1].list, &name, &kind)) {
			*event = WALK_UP;
			entry->name = "";
			entry->st = walk->levels[walk->depth - 1].st;
			leave(walk);
			return 0;
		}
		if (kind == BENEATH_SYMLINK || kind == BENEATH_SPECIAL)
			continue;
		memcpy(walk->name, name, strlen(name) + 1);
		rc = look(walk, walk->name, event, entry);
	}
	return rc < 0 ? rc : 0;
}

void
treewalk_free(struct treewalk *walk)
{
	if (!walk)
		return;
	close_file(walk);
	while (walk->depth > 0)
		leave(walk);
	free(walk);
}
