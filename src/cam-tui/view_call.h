/* view_call.h: who is in a call, and how it is heard. */
#ifndef CAM_TUI_VIEW_CALL_H
#define CAM_TUI_VIEW_CALL_H

#include <stdbool.h>

struct tui;

void view_call_show(struct tui *tui);
/* Its figures are looked at now. */
bool view_call_is_shown(const struct tui *tui);

#endif
