/* view_devices.h: microphones and loudspeakers, to choose from. */
#ifndef CAM_TUI_VIEW_DEVICES_H
#define CAM_TUI_VIEW_DEVICES_H

struct tui;

void view_devices_show(struct tui *tui);

#endif
