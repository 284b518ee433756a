/* picture.h: a picture shown in place of the screen, drawn by cam-show. */
#ifndef CAM_TUI_PICTURE_H
#define CAM_TUI_PICTURE_H

#include <stdbool.h>

struct tui;

/* Has cam-show, whose sandboxed child alone decodes it, draw what lies there,
 * and puts the screen aside for it. */
void picture_show(struct tui *tui, const char *path);
/* The offer with that id is being fetched: shown when it has come. */
void picture_show_later(struct tui *tui, const char *id);
/* A transfer has ended; path NULL: not as wished. */
void picture_transferred(struct tui *tui, const char *id, const char *path);

bool picture_is_shown(const struct tui *tui);
/* Back to the screen, if a picture is shown. */
void picture_leave(struct tui *tui);
void picture_free(struct tui *tui);

#endif
