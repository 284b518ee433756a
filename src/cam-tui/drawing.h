/* drawing.h: a picture shown in place of the screen, drawn by cam-show. */
#ifndef CAM_TUI_DRAWING_H
#define CAM_TUI_DRAWING_H

#include <stdbool.h>

struct tui;

/* Has cam-show, whose sandboxed child alone decodes it, draw what lies there,
 * and puts the screen aside for it. */
void drawing_show(struct tui *tui, const char *path);
/* The offer with that id is being fetched: shown when it has come. */
void drawing_show_later(struct tui *tui, const char *id);
/* A transfer has ended; path NULL: not as wished. */
void drawing_transferred(struct tui *tui, const char *id, const char *path);

bool drawing_is_shown(const struct tui *tui);
/* Back to the screen, if a picture is shown. */
void drawing_leave(struct tui *tui);
void drawing_free(struct tui *tui);

#endif
