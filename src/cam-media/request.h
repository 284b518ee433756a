/* request.h: what camd's requests hold, as the mesh wants it. */
#ifndef CAM_MEDIA_REQUEST_H
#define CAM_MEDIA_REQUEST_H

#include <jansson.h>

#include "media/mesh.h"

struct stream;

/* The descriptor that the object names, from now on the caller's; -1. */
int request_fd(struct stream *stream, const json_t *object);
/* {kind, fd, loop, hz, name}; NULL: none. CAM_ERR_REQUEST. */
int request_device(
    struct stream *stream, const json_t *object, struct audio_choice *choice);
/* {kind, fd, loop, width, height, rate, window, screen, cookie}; NULL: none.
 * CAM_ERR_REQUEST. */
int request_pictures(
    struct stream *stream, const json_t *object, struct video_choice *choice);
/* All of media.open. CAM_ERR_REQUEST, or media_parse()'s errors; descriptors
 * are not left behind. */
int request_open(
    struct stream *stream, const json_t *params, struct mesh_setup *setup);
/* What params have as "budget", brought within bounds; 0: none.
 * CAM_ERR_REQUEST. */
int request_budget(const json_t *params, unsigned *budget);
/* A number of the object, def where it has none. CAM_ERR_REQUEST. */
int request_number(const json_t *object, const char *name, unsigned min,
    unsigned max, unsigned def, unsigned *number);

#endif
