/* switcher.h: the views that are open, in their order, and which is shown. */
#ifndef CAM_TUI_SWITCHER_H
#define CAM_TUI_SWITCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "cam-tui/view.h"

struct switcher {
	struct view **views; /* number i+1 is views[i] */
	size_t count;
	struct view *shown;    /* NULL only before the first */
	struct view *previous; /* shown before that, or NULL */
};

void switcher_init(struct switcher *switcher);
/* Frees the views. */
void switcher_finish(struct switcher *switcher);

/* At the end; takes it. */
void switcher_add(struct switcher *switcher, struct view *view);
void switcher_show(struct switcher *switcher, struct view *view);
/* Shows the previous one, or the first; the last view that is left stays. */
void switcher_close(struct switcher *switcher, struct view *view);

/* It may have been closed since, and freed. */
bool switcher_has(const struct switcher *switcher, const struct view *view);
struct view *switcher_at(const struct switcher *switcher, size_t number);
struct view *switcher_neighbour(const struct switcher *switcher, bool next);
/* The one with most need: mentions first, then unread; NULL: nothing new. */
struct view *switcher_active(const struct switcher *switcher);

#endif
