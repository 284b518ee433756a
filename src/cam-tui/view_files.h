/* view_files.h: files offered and on their way. */
#ifndef CAM_TUI_VIEW_FILES_H
#define CAM_TUI_VIEW_FILES_H

struct model_transfer;
struct tui;
struct view;

void view_files_show(struct tui *tui);
/* What is selected; NULL: nothing, or the view is another kind. Borrowed until
 * the model changes. */
const struct model_transfer *view_files_selected(const struct view *view);
/* A folder is typed into the view's composer, from what stands there on. */
void view_files_ask_folder(struct view *view, const char *folder);
/* After a new connection: what has ended is asked for again. */
void view_files_refresh(struct tui *tui);

#endif
