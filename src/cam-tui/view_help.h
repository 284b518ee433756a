/* view_help.h: help, made from the key table. */
#ifndef CAM_TUI_VIEW_HELP_H
#define CAM_TUI_VIEW_HELP_H

struct tui;

void view_help_show(struct tui *tui);

#endif
