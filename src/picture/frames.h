/* frames.h: the newest pictures of one source, in memory shared with those that
 * show them. */
#ifndef CAM_FRAMES_H
#define CAM_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "picture/i420.h"

/*
 * A few places in turn, without locks: a reader that is slow loses pictures and
 * never holds the writer up. The memory is sealed: it keeps its size, and only
 * the writer, who has mapped it before, can write to it.
 */
enum { FRAMES_PLACES = 3 };

/* -- the writer --------------------------------------------------------------
 */

struct frames;

/* width x height is the largest picture that will be put. CAM_ERR_LIMIT;
 * CAM_ERR_SYSTEM. */
int frames_new(unsigned width, unsigned height, struct frames **frames);
void frames_free(struct frames *frames);
/* To be handed to readers; stays the owner's. */
int frames_fd(const struct frames *frames);

/* time_ms: when it is to be seen, by clock_now_ms(). CAM_ERR_LIMIT: larger than
 * it was said. */
int frames_put(
    struct frames *frames, const struct i420 *picture, uint64_t time_ms);
/* The same, with the planes of the next place to be filled by the caller, and
 * then published. */
int frames_begin(
    struct frames *frames, unsigned width, unsigned height, struct i420 *place);
void frames_end(struct frames *frames, uint64_t time_ms);

/* -- readers -----------------------------------------------------------------
 */

struct frames_view;

/*
 * Takes fd, also where it fails. Nothing in the memory is believed: it may be
 * of somebody else, and change at any moment. CAM_ERR_FORMAT: no such memory,
 * or not sealed; CAM_ERR_SYSTEM.
 */
int frames_open(int fd, struct frames_view **view);
void frames_close(struct frames_view *view);

struct frames_picture {
	struct i420 picture; /* over the shared memory, which may change */
	uint64_t number;     /* of pictures put, from 1 */
	uint64_t time_ms;
};

/* The newest, where there is a newer one than number. Its pixels are used at
 * once, and count if frames_is_whole() afterwards. */
bool frames_newest(const struct frames_view *view, uint64_t number,
    struct frames_picture *newest);
bool frames_is_whole(
    const struct frames_view *view, const struct frames_picture *picture);

#endif
