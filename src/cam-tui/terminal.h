/* terminal.h: the terminal: set up and given back, read, painted. The only file
 * that knows terminfo. */
#ifndef CAM_TUI_TERMINAL_H
#define CAM_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "cam-tui/canvas.h"
#include "cam-tui/theme.h"

struct loop;
struct terminal;

struct terminal_ops {
	/* Bytes that were typed. */
	void (*on_typed)(struct span bytes, void *arg);
	/* It takes output again after terminal_paint() returned false. */
	void (*on_ready)(void *arg);
	/* Hung up. */
	void (*on_gone)(void *arg);
};

/*
 * in and out must be terminals. CAM_ERR_UNSUPPORTED: terminfo does not know it,
 * or it cannot place its cursor; CAM_ERR_SYSTEM.
 */
int terminal_new(struct loop *loop, int in, int out,
    const struct terminal_ops *ops, void *arg, struct terminal **terminal);
/* The same of any terminal, for lines alone: nothing is painted on it, and only
 * terminal_send() writes. */
int terminal_new_plain(struct loop *loop, int in, int out,
    const struct terminal_ops *ops, void *arg, struct terminal **terminal);
/* Gives it back as it was. */
void terminal_free(struct terminal *terminal);

/* Gives it back while another program has it, and takes it again. */
void terminal_leave(struct terminal *terminal);
void terminal_enter(struct terminal *terminal);

void terminal_size(
    const struct terminal *terminal, unsigned *rows, unsigned *columns);
int terminal_colours(const struct terminal *terminal);
void terminal_set_theme(struct terminal *terminal, const struct theme *theme);

/*
 * Brings the terminal to show the canvas, writing what differs from the canvas
 * painted before, and settles it. False: what was written before has not been
 * taken yet, and nothing was done; on_ready follows.
 */
bool terminal_paint(struct terminal *terminal, struct canvas *canvas);
/* The terminal has said whether it scrolls a part of its width (DECLRMM). */
void terminal_tell_sides(struct terminal *terminal, bool has_sides);
/* Whether clicks and the wheel are told, instead of the terminal's own use of
 * them. */
void terminal_set_mouse(struct terminal *terminal, bool on);
/* The next paint writes everything. */
void terminal_forget(struct terminal *terminal);

/*
 * Writes what draws a picture, bytes for this terminal as they are, in place of
 * all that is shown, and a line of text below; nothing is to be painted until
 * terminal_drop_picture(). False: the terminal is busy.
 */
bool terminal_show_picture(
    struct terminal *terminal, struct span bytes, const char *below);
void terminal_drop_picture(struct terminal *terminal);
/* Pixels of a cell, 0: not known. */
void terminal_cell(
    const struct terminal *terminal, unsigned *width, unsigned *height);

void terminal_bell(struct terminal *terminal);
void terminal_set_title(struct terminal *terminal, const char *title);
/* Bytes that paint nothing; left out while another program has the terminal. */
void terminal_send(struct terminal *terminal, struct span bytes);
/* Into the clipboard (OSC 52), where the terminal lets programs do that. False:
 * it is more than terminals take. */
bool terminal_copy(struct terminal *terminal, struct span text);

#endif
