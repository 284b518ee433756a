/* talk_lines.h: the lines of a talk that are seen: scrolled, selected, kept
 * while nothing in them changes. */
#ifndef CAM_TUI_TALK_LINES_H
#define CAM_TUI_TALK_LINES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "cam-tui/view.h"

struct model;
struct model_message;
struct model_talk;

/* What has been laid out and is not seen is let go beyond that. */
enum { TALK_LINES_KEPT = 256 };

struct talk_lines {
	struct table kept; /* messages as laid out, by their object */
	uint64_t made;	   /* how often one was */
	unsigned columns;
	unsigned rows; /* as drawn last */
	unsigned turn; /* of drawing */
	/* What is lowest: a message and how many of its lines are hidden below.
	 * NULL: the end, whatever comes. Brought into bounds when drawn. */
	char *bottom;
	long below;
	char *selected;	   /* id, or NULL */
	bool must_be_seen; /* the selected one */
	char *first_new;   /* id of what was the first unread one, or NULL */
	bool wants_older;  /* the first line there is was seen */
	bool wants_newer;
};

void talk_lines_init(struct talk_lines *lines);
void talk_lines_finish(struct talk_lines *lines);

/* rows: what the box shows. */
void talk_lines_draw(struct talk_lines *lines, const struct model *model,
    const struct model_talk *talk, struct rows *rows, struct canvas *canvas,
    struct box box);
/* Scrolls; false: it is no such act. */
bool talk_lines_act(
    struct talk_lines *lines, const struct model_talk *talk, enum view_act act);
void talk_lines_end(struct talk_lines *lines);
bool talk_lines_at_end(const struct talk_lines *lines);

/* NULL: none. Scrolls so that it is seen. */
void talk_lines_select(struct talk_lines *lines, const char *id);
void talk_lines_step(
    struct talk_lines *lines, const struct model_talk *talk, bool older);

/* A line above the first unread message says where what is new begins. */
void talk_lines_mark_new(
    struct talk_lines *lines, const struct model_talk *talk);
void talk_lines_forget_new(struct talk_lines *lines);
/* The message has changed. */
void talk_lines_forget(
    struct talk_lines *lines, const struct model_message *message);
/* Names or the width have: nothing of it holds. */
void talk_lines_forget_all(struct talk_lines *lines);

#endif
