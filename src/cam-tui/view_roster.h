/* view_roster.h: who is there, by group; beside the view, or in its place. */
#ifndef CAM_TUI_VIEW_ROSTER_H
#define CAM_TUI_VIEW_ROSTER_H

#include "cam-tui/view.h"

struct view *view_roster_new(struct tui *tui);
/* Shows hidden users too, or no more. */
void view_roster_toggle_hidden(struct view *view);

#endif
