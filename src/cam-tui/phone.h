/* phone.h: the calls of this screen: what rings, the row that tells of them,
 * and the clock in it. */
#ifndef CAM_TUI_PHONE_H
#define CAM_TUI_PHONE_H

#include <jansson.h>
#include <stdbool.h>

#include "cam-tui/canvas.h"

struct model_change;
struct phone;
struct tui;

struct phone *phone_new(struct tui *tui);
void phone_free(struct phone *phone);

/* A new connection: camd is asked which calls there are. */
void phone_online(struct phone *phone);
/* Any event of camd; before the model has it. */
void phone_event(struct phone *phone, const char *event, const json_t *params);
/* The key of push to talk is pressed, or repeated while it is held. */
void phone_speak(struct phone *phone);
/* The model has changed, or who looks at the screen. */
void phone_change(struct phone *phone);

/* Rows that calls want of a screen of so many: 0, 1 or 2. */
unsigned phone_rows(const struct phone *phone, unsigned rows);
void phone_draw(struct phone *phone, struct canvas *canvas, struct box box);
/* "Anna calls", for the title of the terminal while it rings; a new string, or
 * NULL. */
char *phone_title(const struct phone *phone);

#endif
