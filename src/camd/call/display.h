/* display.h: X servers of this machine: a connection, for who may open none. */
#ifndef CAM_CAMD_CALL_DISPLAY_H
#define CAM_CAMD_CALL_DISPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { DISPLAY_COOKIE_MAX = 64 };

struct display_name {
	unsigned number;
	unsigned screen;
};

/* ":1", ":1.0", "unix:1". CAM_ERR_REQUEST: none, or of another machine. */
int display_parse(const char *name, struct display_name *display);
/*
 * The MIT-MAGIC-COOKIE-1 that a file of them (Xauthority, XAuFile(3)) has for a
 * display of this host; returns its length, 0: none. Pure.
 */
size_t display_cookie(struct span file, const char *host, unsigned number,
    uint8_t cookie[DISPLAY_COOKIE_MAX]);
/* Connected with it. CAM_ERR_UNREACHABLE. */
int display_connect(const struct display_name *display, int *fd);

#endif
