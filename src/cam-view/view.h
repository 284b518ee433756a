/* view.h: the pictures to be shown: one memory for each member. */
#ifndef CAM_VIEW_VIEW_H
#define CAM_VIEW_VIEW_H

#include <stdbool.h>

#include "cam-view/tiles.h"
#include "picture/frames.h"

struct view {
	struct frames_view *frames;
	char *name;	/* of the member, as given; may be "" */
	uint64_t shown; /* the number of what was drawn last */
};

struct views {
	struct view list[TILES_MAX];
	unsigned count;
	enum tiles_form form;
	unsigned speaker; /* which of them is the first */
	unsigned version; /* another one: all is to be drawn anew */
};

void views_finish(struct views *views);
/* Takes frames, in place of those of that name. CAM_ERR_LIMIT. */
int views_put(
    struct views *views, const char *name, struct frames_view *frames);
/* Where it is there. */
void views_remove(struct views *views, const char *name);
/* As typed: q ends (returns false), s changes the form, a digit chooses who is
 * large. */
bool views_take_key(struct views *views, unsigned key);
/* That of tile i. */
struct view *views_of_tile(struct views *views, unsigned i);

#endif
