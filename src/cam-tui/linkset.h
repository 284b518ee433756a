/* linkset.h: the links on the screen, by number: cells hold the number. */
#ifndef CAM_TUI_LINKSET_H
#define CAM_TUI_LINKSET_H

#include <stdbool.h>

struct linkset;

enum { LINKSET_MAX = 4096 };

struct linkset *linkset_new(void);
void linkset_free(struct linkset *links);

/* From 1, the same one for the same URL; 0: there is no room. */
unsigned linkset_number(struct linkset *links, const char *url);
const char *linkset_url(const struct linkset *links, unsigned number);
/* There was no room for one. */
bool linkset_is_full(const struct linkset *links);
/* Numbers begin again: cells that have one must be drawn anew. */
void linkset_clear(struct linkset *links);

#endif
