/* view.c: the pictures to be shown. */
#include "cam-view/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum { CTRL_C = 3 };

/* -- who comes and goes ------------------------------------------------------
 */

static void
view_finish(struct view *view)
{
	frames_close(view->frames);
	free(view->name);
}

void
views_finish(struct views *views)
{
	while (views->count > 0)
		view_finish(&views->list[--views->count]);
}

static unsigned
find(const struct views *views, const char *name)
{
	unsigned i = 0;

	while (i < views->count && strcmp(views->list[i].name, name) != 0)
		i++;
	return i;
}

int
views_put(struct views *views, const char *name, struct frames_view *frames)
{
	unsigned i = find(views, name);

	if (i == TILES_MAX) {
		frames_close(frames);
		return CAM_ERR_LIMIT;
	}
	if (i < views->count)
		view_finish(&views->list[i]);
	else
		views->count++;
	views->list[i] =
	    (struct view){ .frames = frames, .name = xstrdup(name) };
	views->version++;
	return 0;
}

void
views_remove(struct views *views, const char *name)
{
	unsigned i = find(views, name);

	if (i == views->count)
		return;
	view_finish(&views->list[i]);
	views->count--;
	memmove(&views->list[i], &views->list[i + 1],
	    (views->count - i) * sizeof views->list[0]);
	if (views->speaker > i || views->speaker == views->count)
		views->speaker -= views->speaker > 0;
	views->version++;
}

/* -- what is looked at -------------------------------------------------------
 */

bool
views_take_key(struct views *views, unsigned key)
{
	if (key == 'q' || key == CTRL_C)
		return false;
	if (key == 's') {
		views->form =
		    views->form == TILES_EQUAL ? TILES_SPEAKER : TILES_EQUAL;
		views->version++;
	}
	if (key >= '1' && key < '1' + views->count) {
		views->speaker = key - '1';
		views->form = TILES_SPEAKER;
		views->version++;
	}
	return true;
}

struct view *
views_of_tile(struct views *views, unsigned i)
{
	return &views->list[(views->speaker + i) % views->count];
}
