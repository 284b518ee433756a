/* view_text.h: a view of lines of text: the log, help, what a command printed.
 */
#ifndef CAM_TUI_VIEW_TEXT_H
#define CAM_TUI_VIEW_TEXT_H

#include "cam-tui/style.h"
#include "cam-tui/view.h"

/* Lines beyond that push out the oldest. */
enum { VIEW_TEXT_LINES = 5000 };

/* follows: the end is shown, and what is added there scrolls it. */
struct view *view_text_new(struct tui *tui, const char *title, bool follows);
/* What was added counts as unread where another view is shown. */
void view_text_notify(struct view *view);

/* A paragraph in one style; text may have several lines. */
void view_text_add(struct view *view, enum style style, const char *text);
/* How many paragraphs there are; and those from there on that have tabs become
 * columns. */
size_t view_text_count(const struct view *view);
void view_text_align(struct view *view, size_t from);
/* A heading or key in its own style, and the rest beside it. */
void view_text_add_pair(struct view *view, enum style style, const char *left,
    unsigned left_columns, const char *right);
void view_text_clear(struct view *view);

#endif
