/* listing.h: which line of a list is selected, and which are seen. */
#ifndef CAM_TUI_LISTING_H
#define CAM_TUI_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "cam-tui/view.h"

struct listing {
	size_t count;
	size_t selected; /* below count, or 0 */
	size_t top;	 /* the first that is seen */
	size_t rows;	 /* that many are, as drawn last */
};

/* There are so many lines, and so many rows to show them. */
void listing_fit(struct listing *listing, size_t count, size_t rows);
/* False: no act of lists, or nothing moved. */
bool listing_act(struct listing *listing, enum view_act act);

#endif
