/* view.h: what fills the main part of the screen: a talk, the roster, a search.
 * A struct of functions; each kind in a file of its own. */
#ifndef CAM_TUI_VIEW_H
#define CAM_TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "cam-tui/canvas.h"
#include "cam-tui/rows.h"

struct composer;
struct model_change;
struct stroke;
struct tui;
struct view;

/* What keys ask of any view; each does what fits it. */
enum view_act {
	ACT_LINE_UP, /* scroll, or select the one before */
	ACT_LINE_DOWN,
	ACT_PAGE_UP,
	ACT_PAGE_DOWN,
	ACT_START,
	ACT_END,
	ACT_OPEN,   /* Enter on what is selected */
	ACT_CANCEL, /* Escape: one step back; false: leave the view */
	ACT_NEXT,   /* the next match, message, ... */
	ACT_PREVIOUS
};

/* Members may be NULL but for name, draw and free. */
struct view_type {
	const char *name;
	/* Its list has the keys to begin with. */
	bool is_list;
	void (*free)(struct view *view);
	/* For the switcher and the title bar; a new string. */
	char *(*title)(const struct view *view);
	/* What else the title bar tells, at its right end; a new string. */
	char *(*about)(const struct view *view);
	/* The box is blank, or where rows are known, as it was drawn last. */
	void (*draw)(struct view *view, struct canvas *canvas, struct box box);
	bool (*act)(struct view *view, enum view_act act);
	/* A key that no command has; for is_list: search as you type. */
	bool (*stroke)(struct view *view, struct stroke stroke);
	/* What was written in the composer and is no command. */
	void (*submit)(struct view *view, const char *text);
	/* The text in the composer is being changed. */
	void (*typing)(struct view *view);
	/* The model has changed; sets view->changed where that is seen. */
	void (*changed)(struct view *view, const struct model_change *change);
	/* It has come to the front, or been left. */
	void (*shown)(struct view *view, bool shown);
	/* Unread things in it, and how many of them name us. */
	void (*unread)(
	    const struct view *view, size_t *unread, size_t *mentions);
	/* At these cells of its box somebody clicked. */
	void (*click)(struct view *view, unsigned row, unsigned column);
};

/* The first member of each kind's own struct. */
struct view {
	const struct view_type *type;
	struct tui *tui;
	struct composer *composer; /* what is being written here */
	/* Its list has the keys; else what is typed goes to the composer. */
	bool is_list;
	unsigned number;  /* in the switcher, from 1 */
	bool changed;	  /* to be drawn anew */
	struct rows rows; /* as drawn, by those that draw by rows */
};

void view_init(
    struct view *view, const struct view_type *type, struct tui *tui);
void view_finish(struct view *view);

/* Title, or the type's name; a new string. */
char *view_title(const struct view *view);
void view_unread(const struct view *view, size_t *unread, size_t *mentions);

#endif
