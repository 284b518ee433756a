/* listing.c: which line of a list is selected, and which are seen. */
#include "cam-tui/listing.h"

void
listing_fit(struct listing *listing, size_t count, size_t rows)
{
	listing->count = count;
	listing->rows = rows > 0 ? rows : 1;
	if (listing->selected >= count)
		listing->selected = count > 0 ? count - 1 : 0;
	if (listing->selected < listing->top)
		listing->top = listing->selected;
	if (listing->selected >= listing->top + listing->rows)
		listing->top = listing->selected - listing->rows + 1;
	if (listing->top + listing->rows > count)
		listing->top =
		    count > listing->rows ? count - listing->rows : 0;
}

static size_t
moved(const struct listing *listing, enum view_act act)
{
	size_t at = listing->selected,
	       page = listing->rows > 1 ? listing->rows - 1 : 1;
	size_t last = listing->count > 0 ? listing->count - 1 : 0;

	switch (act) {
	case ACT_LINE_UP:
	case ACT_PREVIOUS:
		return at > 0 ? at - 1 : 0;
	case ACT_LINE_DOWN:
	case ACT_NEXT:
		return at < last ? at + 1 : last;
	case ACT_PAGE_UP:
		return at > page ? at - page : 0;
	case ACT_PAGE_DOWN:
		return last - at > page ? at + page : last;
	case ACT_START:
		return 0;
	case ACT_END:
		return last;
	case ACT_OPEN:
	case ACT_CANCEL:
		break;
	}
	return at;
}

bool
listing_act(struct listing *listing, enum view_act act)
{
	size_t at = moved(listing, act);
	bool has_moved = at != listing->selected;

	listing->selected = at;
	return has_moved;
}
