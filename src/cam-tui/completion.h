/* completion.h: what the word before the cursor could become. */
#ifndef CAM_TUI_COMPLETION_H
#define CAM_TUI_COMPLETION_H

struct completion;
struct tui;

struct completion *completion_new(void);
void completion_free(struct completion *completion);

/*
 * Tab: puts what all candidates begin with, then one after the other. Commands
 * and what follows them come from the key table and from 'cam complete', which
 * answers later; in other text names of users, and files.
 */
void completion_start(struct tui *tui);
/* Another key was pressed: the next Tab begins anew. */
void completion_end(struct tui *tui);

#endif
