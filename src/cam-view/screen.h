/* screen.h: pictures on a terminal, as often as it takes them. */
#ifndef CAM_VIEW_SCREEN_H
#define CAM_VIEW_SCREEN_H

#include "cam-view/view.h"

struct loop;
struct screen;

/* How it is drawn; SCREEN_ASK: as the terminal says it can. */
enum screen_way {
	SCREEN_ASK,
	SCREEN_CELLS,
	SCREEN_SIXEL,
	SCREEN_KITTY,
};

/*
 * On the terminal of fd, which must be one: on its other page, without a
 * cursor. on_end: who looks has had enough, or the terminal has gone.
 * CAM_ERR_SYSTEM.
 */
int screen_new(struct loop *loop, int fd, enum screen_way way,
    struct views *views, void (*on_end)(void *arg), void *arg,
    struct screen **screen);
/* Gives the terminal back as it was. */
void screen_free(struct screen *screen);

#endif
