/* view_server.h: the camserver of this machine, administered: how it is, its
 * members, what waits, what it said. */
#ifndef CAM_TUI_VIEW_SERVER_H
#define CAM_TUI_VIEW_SERVER_H

struct tui;

/* NULL: the home camserver has where nothing else is said, or the one that was
 * shown last. */
void view_server_show(struct tui *tui, const char *home);

#endif
