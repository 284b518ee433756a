/* links.h: the links on the screen, by number: cells hold the number. */
#ifndef CAM_TUI_LINKS_H
#define CAM_TUI_LINKS_H

#include <stdbool.h>

struct links;

enum { LINKS_MAX = 4096 };

struct links *links_new(void);
void links_free(struct links *links);

/* From 1, the same one for the same URL; 0: there is no room. */
unsigned links_number(struct links *links, const char *url);
const char *links_url(const struct links *links, unsigned number);
/* There was no room for one. */
bool links_is_full(const struct links *links);
/* Numbers begin again: cells that have one must be drawn anew. */
void links_clear(struct links *links);

#endif
