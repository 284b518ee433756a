/* lane.c: two blocks and a condition. */
#include "camd/transfer/lane.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

void
lane_init(struct lane *lane)
{
	*lane = (struct lane){ .head = 0 };
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->changed, NULL);
	for (unsigned i = 0; i < LANE_BLOCKS; i++) {
		uint8_t *memory = xmalloc(LANE_HEADROOM + LANE_BLOCK);

		lane->blocks[i].data = memory + LANE_HEADROOM;
	}
}

void
lane_finish(struct lane *lane)
{
	for (unsigned i = 0; i < LANE_BLOCKS; i++)
		free(lane->blocks[i].data - LANE_HEADROOM);
	pthread_cond_destroy(&lane->changed);
	pthread_mutex_destroy(&lane->lock);
}

int
lane_get(struct lane *lane, struct lane_block **block)
{
	int rc;

	pthread_mutex_lock(&lane->lock);
	while (lane->full == LANE_BLOCKS && lane->emptier_err == 0)
		pthread_cond_wait(&lane->changed, &lane->lock);
	rc = lane->emptier_err;
	if (rc < 0)
		errno = lane->emptier_error;
	*block = &lane->blocks[lane->head];
	pthread_mutex_unlock(&lane->lock);
	if (rc == 0)
		(*block)->len = 0;
	return rc;
}

void
lane_push(struct lane *lane, bool last)
{
	pthread_mutex_lock(&lane->lock);
	lane->blocks[lane->head].last = last;
	lane->head = (lane->head + 1) % LANE_BLOCKS;
	lane->full++;
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
}

void
lane_fail(struct lane *lane, int err)
{
	int error = errno;

	pthread_mutex_lock(&lane->lock);
	if (lane->filler_err == 0) {
		lane->filler_err = err;
		lane->filler_error = error;
	}
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
	errno = error;
}

int
lane_pull(struct lane *lane, struct lane_block **block)
{
	int rc = 0;

	pthread_mutex_lock(&lane->lock);
	while (lane->full == 0 && lane->filler_err == 0)
		pthread_cond_wait(&lane->changed, &lane->lock);
	if (lane->full == 0) {
		rc = lane->filler_err;
		errno = lane->filler_error;
	}
	*block = &lane->blocks[lane->tail];
	pthread_mutex_unlock(&lane->lock);
	return rc;
}

void
lane_release(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->tail = (lane->tail + 1) % LANE_BLOCKS;
	lane->full--;
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
}

void
lane_refuse(struct lane *lane, int err)
{
	int error = errno;

	pthread_mutex_lock(&lane->lock);
	if (lane->emptier_err == 0) {
		lane->emptier_err = err;
		lane->emptier_error = error;
	}
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
	errno = error;
}
