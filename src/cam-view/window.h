/* window.h: pictures in a window, by SDL2. */
#ifndef CAM_VIEW_WINDOW_H
#define CAM_VIEW_WINDOW_H

#include "cam-view/view.h"

/* Until it is closed, or until_fd (-1: none) ends. CAM_ERR_UNSUPPORTED: not
 * built in, or no display; CAM_ERR_SYSTEM. */
int window_run(struct views *views, int until_fd);

#endif
