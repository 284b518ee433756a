/* guide.h: what cam-view is told by who shows a call: who comes and goes
 * (rpc/names.h, VIEW_...). */
#ifndef CAM_VIEW_GUIDE_H
#define CAM_VIEW_GUIDE_H

#include "cam-view/view.h"

struct guide;
struct loop;

/* Takes fd, one end of a socket pair. on_end: the other end is closed, or sends
 * what is none of this. */
struct guide *guide_new(struct loop *loop, int fd, struct views *views,
    void (*on_end)(void *arg), void *arg);
void guide_free(struct guide *guide);

#endif
