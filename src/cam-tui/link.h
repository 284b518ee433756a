/* link.h: links in what people write: where they are, and whether a terminal
 * can be told of them (OSC 8). Pure. */
#ifndef CAM_TUI_LINK_H
#define CAM_TUI_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* VTE takes no longer ones. */
enum { LINK_URL_MAX = 2000 };

/*
 * The first link of text that begins at from or later: http, https, ftp or
 * mailto, of the characters of RFC 3986 and no others, without the full stop or
 * bracket that ends the sentence around it. False: there is none.
 */
bool link_find(struct span text, size_t from, struct span *link);

/* Whether this terminal, as its environment tells, is known to do no harm with
 * OSC 8. Each may be NULL. */
bool link_terminal_takes(const char *term, const char *tmux,
    const char *vte_version, const char *colorterm);

#endif
