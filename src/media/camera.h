/* camera.h: pictures of a source, coded by a thread of their own as large, as
 * often and as fast as was chosen. */
#ifndef CAM_CAMERA_H
#define CAM_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#include "media/budget.h"
#include "media/video.h"
#include "media/vpx.h"

struct camera;
struct loop;

/* Both are called on the loop. */
struct camera_ops {
	/* Borrowed for the call; taken_us by clock_now_us(). */
	void (*on_picture)(
	    void *arg, const struct vpx_encoded *encoded, uint64_t taken_us);
	/* Once: a file has ended (0), or the device has failed. */
	void (*on_end)(void *arg, int err);
};

/* Takes video. Nothing is coded before camera_set(). CAM_ERR_SYSTEM. */
int camera_new(struct loop *loop, struct video *video, enum vpx_codec codec,
    const struct camera_ops *ops, void *arg, struct camera **camera);
/* Waits for its thread, a picture's time at most. */
void camera_free(struct camera *camera);

/* bitrate 0: nothing, until the next choice. */
void camera_set(struct camera *camera, const struct budget_choice *choice);
/* The next picture is to be a key one. */
void camera_want_key(struct camera *camera);
/* What coding a picture of this size takes of late; 0: not known yet. */
unsigned camera_encode_us(struct camera *camera);
/* How coarse they are of late (struct vpx_encoded); 0: none yet. */
unsigned camera_quantizer(struct camera *camera);
/* The source's own size and rate. */
const struct video *camera_video(const struct camera *camera);
/* What is sent at present. */
struct budget_choice camera_choice(struct camera *camera);

#endif
