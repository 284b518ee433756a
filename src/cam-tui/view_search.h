/* view_search.h: search over all that was ever said, with jumps to it. */
#ifndef CAM_TUI_VIEW_SEARCH_H
#define CAM_TUI_VIEW_SEARCH_H

struct tui;

/* A new search for words, or with none for what is typed. */
void view_search_show(struct tui *tui, const char *words);

#endif
