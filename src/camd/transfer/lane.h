/* lane.h: blocks of bytes from one thread to another. */
#ifndef CAM_TRANSFER_LANE_H
#define CAM_TRANSFER_LANE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes in bytes. A block is four chunks: enough that a switch of threads costs
 * nothing, and little enough that it is still in the cache when it is used. */
enum {
	LANE_BLOCK = 256 * 1024,
	LANE_BLOCKS = 2,
	/* In front of a block, for the beginning of what goes on in it. */
	LANE_HEADROOM = 8192
};

struct lane_block {
	uint8_t *data; /* LANE_BLOCK bytes */
	size_t len;
	bool last;
};

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct lane_block blocks[LANE_BLOCKS];
	unsigned head; /* being filled */
	unsigned tail; /* being emptied */
	unsigned full;
	/* Why a side has ended, and its errno: 0 while it has not. */
	int filler_err, filler_error;
	int emptier_err, emptier_error;
};

void lane_init(struct lane *lane);
void lane_finish(struct lane *lane);

/* The filling thread: an empty block, and handing it on. The other side's error
 * when that has ended. */
int lane_get(struct lane *lane, struct lane_block **block);
void lane_push(struct lane *lane, bool last);
/* No more will come, for this reason, which the other side hears after all that
 * was pushed. Keeps errno. */
void lane_fail(struct lane *lane, int err);

/* The emptying thread: a full block, and giving it back. The other side's error
 * when there is none and will be none. */
int lane_pull(struct lane *lane, struct lane_block **block);
void lane_release(struct lane *lane);
/* No more is wanted, for this reason. */
void lane_refuse(struct lane *lane, int err);

#endif
