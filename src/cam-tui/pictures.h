/* pictures.h: the pictures of a call, shown by cam-view in place of the screen
 * or in a window, until it is left. */
#ifndef CAM_TUI_PICTURES_H
#define CAM_TUI_PICTURES_H

#include <stdbool.h>

struct pictures;
struct tui;

struct pictures *pictures_new(struct tui *tui);
void pictures_free(struct pictures *pictures);

/* Shows those of the call we are in, or no more. */
void pictures_show(struct pictures *pictures, bool in_window);
void pictures_leave(struct pictures *pictures);
bool pictures_are_on(const struct pictures *pictures);
/* cam-view has the terminal: nobody else writes or reads there. */
bool pictures_have_terminal(const struct pictures *pictures);
/* Calls have changed: who can be seen. */
void pictures_update(struct pictures *pictures);

#endif
