/* walk.h: what lies in a folder that is being sent, in one fixed order, and
 * nothing that a link leads to (threat model F4). */
#ifndef CAM_TRANSFER_WALK_H
#define CAM_TRANSFER_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

enum walk_event {
	WALK_FOLDER,	 /* enters entry->name; the first one is the root */
	WALK_FILE,	 /* entry->fd is open for reading */
	WALK_UNREADABLE, /* a file or folder that cannot be opened */
	WALK_UP,	 /* leaves the folder that st describes */
	WALK_END,
};

struct walk_entry {
	const char *name; /* raw, as the disk has it; good until the next */
	int fd;		  /* of a file; stays the walk's */
	struct stat st;
};

/*
 * The order is that of the folders themselves, which stays the same as long as
 * nothing is made or removed in them. Symlinks and special files are left out,
 * and what vanishes on the way.
 */
struct walk;
/* root stays the caller's. */
int walk_new(int root, struct walk **walk);
/* CAM_ERR_LIMIT: more than LIMIT_TREE_DEPTH folders deep. */
int walk_next(
    struct walk *walk, enum walk_event *event, struct walk_entry *entry);
void walk_free(struct walk *walk);

#endif
