/* window.h: pictures in a window, by SDL2. */
#ifndef CAM_VIEW_WINDOW_H
#define CAM_VIEW_WINDOW_H

#include "cam-view/view.h"

struct loop;
struct window;

/* on_end: it is closed, or who looks has had enough. CAM_ERR_UNSUPPORTED: not
 * built in, or no display. */
int window_new(struct loop *loop, struct views *views,
    void (*on_end)(void *arg), void *arg, struct window **window);
void window_free(struct window *window);

#endif
