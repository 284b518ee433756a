/* beneath.h: opening, making and naming what lies beneath a folder's
 * descriptor, and nothing outside of it (threat model F1, F4, F6). */
#ifndef CAM_BENEATH_H
#define CAM_BENEATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Every descriptor is close-on-exec and the caller's to close. No symlink is
 * followed at any place, the last one included, and no mount of /proc is
 * walked through. Errors of all calls:
 *   CAM_ERR_FORMAT   a name that is none: empty, ".", "..", over 255 bytes, or
 *                    with a '/' where one component is asked for
 *   CAM_ERR_UNSAFE   a symlink, or a way out of the folder
 *   CAM_ERR_EXISTS   a name that is taken
 *   CAM_ERR_FULL     no room, quota or file size limit (errno tells which)
 *   CAM_ERR_SYSTEM   anything else: errno tells
 */

enum {
	BENEATH_NAME_SIZE = 256, /* with its NUL */
	BENEATH_OTHER_NAMES = 99 /* "name (2)" ... are tried up to this one */
};

/* One component that is safe to hand to the system. */
bool beneath_is_name(const char *name);
/* "a.txt", 2: "a (2).txt"; of a folder "a.txt (2)". Cut, not mid-character, to
 * fit. name is one component. */
void beneath_other_name(
    const char *name, bool folder, unsigned n, char other[BENEATH_NAME_SIZE]);

/*
 * Opens what is there. path is relative, components apart by single slashes;
 * flags are open()'s without O_CREAT. With O_NONBLOCK a FIFO does not block.
 */
int beneath_open(int folder, const char *path, int flags, int *fd);
/* The same, component by component, as systems do it that have no openat2(). */
int beneath_open_stepwise(int folder, const char *path, int flags, int *fd);
/* Opens a folder for listing and for making things in it. */
int beneath_open_folder(int folder, const char *path, int *fd);

/*
 * Makes a new file, 0600, for reading and writing, or a new folder, 0700. Where
 * made is not NULL a taken name is not an error: another one is tried, and made
 * tells the one that it became.
 */
int beneath_make_file(
    int folder, const char *name, char made[BENEATH_NAME_SIZE], int *fd);
int beneath_make_folder(
    int folder, const char *name, char made[BENEATH_NAME_SIZE], int *fd);

/* Gives another name in the same folder, never one that is taken. */
int beneath_rename(int folder, const char *name, const char *new_name);
/*
 * The end of a temporary name: renames to name or, where that is taken, to the
 * first other name that is not, which made tells, and brings the change to the
 * disk. What it names must be there already (fsync).
 */
int beneath_settle(int folder, const char *temporary, bool is_folder,
    const char *name, char made[BENEATH_NAME_SIZE]);

/* A file, symlink or empty folder; no error when there is none. */
int beneath_remove(int folder, const char *name);
/* With all that is in it, to LIMIT_TREE_DEPTH folders deep; symlinks are
 * removed, not followed. */
int beneath_remove_tree(int folder, const char *name);

/* What a listing tells of an entry; OTHER when the system does not say: open it
 * and see. */
enum beneath_kind {
	BENEATH_FILE,
	BENEATH_FOLDER,
	BENEATH_SYMLINK,
	BENEATH_SPECIAL,
	BENEATH_OTHER,
};
/* Takes 32 KiB and a descriptor. */
struct beneath_list;
/* folder stays the caller's, and where it stands in it. */
int beneath_list_new(int folder, struct beneath_list **list);
/* The next one but "." and "..", in the folder's own order; false: that was
 * all. name is good until the next call. */
bool beneath_list_next(
    struct beneath_list *list, const char **name, enum beneath_kind *kind);
void beneath_list_free(struct beneath_list *list);

#endif
