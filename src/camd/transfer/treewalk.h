/* treewalk.h: what lies in a folder that is being sent, in one fixed order, and
 * nothing that a link leads to (threat model F4). */
#ifndef CAM_TRANSFER_TREEWALK_H
#define CAM_TRANSFER_TREEWALK_H

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
struct treewalk;
/* root stays the caller's. */
int treewalk_new(int root, struct treewalk **walk);
/* CAM_ERR_LIMIT: more than LIMIT_TREE_DEPTH folders deep. */
int treewalk_next(
    struct treewalk *walk, enum walk_event *event, struct walk_entry *entry);
void treewalk_free(struct treewalk *walk);

#endif
