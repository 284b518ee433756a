/* tui_parts.h: what the files that make up the run of the screen share. */
#ifndef CAM_TUI_TUI_PARTS_H
#define CAM_TUI_TUI_PARTS_H

#include "cam-tui/tui.h"

struct model_change;

/* At once; what is pending else is painted with the next frame. */
void tui_paint(struct tui *tui);
/* What is being written, at once, and nothing else. */
void tui_paint_writing(struct tui *tui);
/* A line of the log, with its time. */
void tui_log(struct tui *tui, enum style style, const char *text);
/* The view of the talk, made where there is none, but not shown. */
struct view *tui_place_talk(struct tui *tui, struct model_talk *talk);

/* tui_verb.c: verbs that still run are let go */
void tui_end_verbs(struct tui *tui);

/* tui_input.c: what comes from the terminal */
extern const struct typed_ops tui_typed_ops;
void tui_on_typed(struct span bytes, void *arg);
void tui_on_escape(void *arg);

/* tui_events.c: what comes from camd */
extern const struct session_ops tui_session_ops;
void tui_on_change(const struct model_change *change, void *arg);

#endif
