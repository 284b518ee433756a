/* view_settings.h: the settings, looked at and changed. */
#ifndef CAM_TUI_VIEW_SETTINGS_H
#define CAM_TUI_VIEW_SETTINGS_H

struct tui;

void view_settings_show(struct tui *tui);

#endif
