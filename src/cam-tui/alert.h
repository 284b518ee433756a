/* alert.h: how a terminal is asked to show a notification. Pure. */
#ifndef CAM_TUI_ALERT_H
#define CAM_TUI_ALERT_H

#include "base/buf.h"

enum alert_way {
	ALERT_AUTO,    /* the desktop, where there is one, else the terminal */
	ALERT_DESKTOP, /* a notification service on D-Bus */
	ALERT_OSC9,
	ALERT_OSC777,
	ALERT_NONE,
};

/* What passes a sequence on to the terminal it runs in. */
enum alert_inside { INSIDE_NOTHING, INSIDE_TMUX, INSIDE_SCREEN };

enum { ALERT_TITLE_MAX = 100, ALERT_BODY_MAX = 300 };

/* "auto", "desktop", ...; ALERT_AUTO where it is none of them. */
enum alert_way alert_find(const char *word);
/* What a terminal of that TERM knows: OSC 9, 777, or nothing. */
enum alert_way alert_of_terminal(const char *term);

/* One line that may be shown: harmless, and no longer than max bytes. A new
 * string. */
char *alert_line(const char *text, size_t max);
/* Appends the sequence; way is OSC 9 or 777, the texts are of alert_line(). */
void alert_put(struct buf *out, enum alert_way way, enum alert_inside inside,
    const char *title, const char *body);

#endif
