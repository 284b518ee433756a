/* view.c: the pictures to be shown. */
#include "cam-view/view.h"

enum { CTRL_C = 3 };

bool
views_take_key(struct views *views, unsigned key)
{
	if (key == 'q' || key == CTRL_C)
		return false;
	if (key == 's')
		views->form =
		    views->form == TILES_EQUAL ? TILES_SPEAKER : TILES_EQUAL;
	if (key >= '1' && key < '1' + views->count) {
		views->speaker = key - '1';
		views->form = TILES_SPEAKER;
	}
	return true;
}

struct view *
views_of_tile(struct views *views, unsigned i)
{
	return &views->list[(views->speaker + i) % views->count];
}
