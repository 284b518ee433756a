/* place.h: where a received file or folder lies until it is whole, and what may
 * be written there (threat model F1-F3, F6-F8). */
#ifndef CAM_TRANSFER_PLACE_H
#define CAM_TRANSFER_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/beneath.h"
#include "base/limits.h"
#include "base/span.h"

struct transfer_job;

struct place {
	const struct transfer_job *job;
	char part[BENEATH_NAME_SIZE]; /* the temporary name */
	char list[BENEATH_NAME_SIZE];
	char mark[BENEATH_NAME_SIZE];
	uint64_t written; /* by this job */
	uint64_t looked;  /* when the disk was last looked at */
	/* The folders from the temporary one down to the one being filled. */
	int levels[LIMIT_TREE_DEPTH];
	unsigned depth;
};

/* CAM_ERR_FORMAT: an id or a final name that is none. */
int place_init(struct place *place, const struct transfer_job *job);
void place_finish(struct place *place);

/* Whether so many bytes more may come. CAM_ERR_LIMIT: over the quota;
 * CAM_ERR_FULL: the disk would not keep its reserve. */
int place_expect(struct place *place, uint64_t bytes);
/* The same before each write, asking the disk only now and then. */
int place_take(struct place *place, size_t bytes);
/* place_take(), and writes all of it. */
int place_write(
    struct place *place, int fd, uint64_t offset, struct span bytes);

/* What errno means when a file cannot be written. */
int place_error(void);

/*
 * What was left, open for reading and writing, or a new file. Never anything
 * but a regular file of one name: another is removed. A folder: the first
 * level.
 */
int place_open_file(struct place *place, int *fd);
/*
 * Where it got its final name and nobody was told, because the process died:
 * what it is called.
 */
bool place_find_made(
    const struct place *place, bool is_folder, char made[BENEATH_NAME_SIZE]);
/* The same gets its temporary name back, and is not made twice. Before the
 * others; nothing happens where it is not so. */
int place_restore(struct place *place, bool is_folder);
/* The first level: the temporary folder, if there is one. */
int place_open_folder(struct place *place);
int place_make_folder(struct place *place);
/* Removes all of it. */
int place_discard(struct place *place);
/* Only what stands beside it: the list, the mark. */
int place_forget(struct place *place);

int place_top(const struct place *place);
/* Takes fd as the next level. CAM_ERR_LIMIT: too deep. */
int place_enter(struct place *place, int fd);
void place_leave(struct place *place);

/* Modes are masked: nothing received is executable, nothing of it others may
 * write; times lie neither before 1970 nor in the future. */
int place_mark(const struct place *place, int fd, bool is_folder, uint32_t mode,
    int64_t mtime, uint32_t mtime_ns);

/* Brings it to the disk and gives it its final name; where the job is marked
 * place_restore() finds it under that until place_forget(). */
int place_settle_file(
    struct place *place, int fd, char made[BENEATH_NAME_SIZE]);
int place_settle_folder(struct place *place, char made[BENEATH_NAME_SIZE]);

#endif
