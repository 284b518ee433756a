/* options.h: the settings of the screen, tui.* in cam.ini(5). */
#ifndef CAM_TUI_OPTIONS_H
#define CAM_TUI_OPTIONS_H

#include <stdbool.h>

#include "cam-tui/alert.h"
#include "cam-tui/keytable.h"
#include "cam-tui/model.h"

struct options {
	enum key_set keys;
	char *bind;  /* the user's own keys, or NULL */
	char *theme; /* "auto", "dark", "light" */
	unsigned roster_columns;
	bool mouse;
	bool bell;
	enum model_notify notify; /* of talks without a rule of their own */
	enum alert_way alert;
	bool preview;	     /* alerts have the text */
	unsigned away_after; /* minutes, 0: never */
	bool linear;
	bool links;	/* the terminal is told of links (OSC 8) */
	char *browser;	/* opens links; "": chosen, "copy": none */
	bool autostart; /* daemon.autostart */
};

/* From cam.ini; a file that cannot be read is camd's to complain of. */
void options_read(const char *path, struct options *options);
void options_finish(struct options *options);

#endif
