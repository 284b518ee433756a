/* control.h: what camd asks of cam-media, and what it is told (rpc/names.h,
 * MEDIA_*). */
#ifndef CAM_CONTROL_H
#define CAM_CONTROL_H

#include <stdbool.h>

struct control;
struct loop;

/* Takes fd. Stops the loop when camd closes it. */
struct control *control_new(struct loop *loop, int fd);
void control_free(struct control *control);
/* It ended otherwise than by camd's closing. */
bool control_failed(const struct control *control);

#endif
