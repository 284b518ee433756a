/* view_talk.h: a talk: its messages, and what is done with them. */
#ifndef CAM_TUI_VIEW_TALK_H
#define CAM_TUI_VIEW_TALK_H

#include <jansson.h>
#include <stdbool.h>

#include "cam-tui/view.h"

struct model_message;
struct model_talk;

struct view *view_talk_new(struct tui *tui, struct model_talk *talk);
/* NULL: the view is another kind. */
struct model_talk *view_talk_of(const struct view *view);

/* Shows that message, also where it has to be fetched first. */
void view_talk_jump(struct view *view, const char *id);
/* What was told while there was no connection is fetched. */
void view_talk_refresh(struct view *view);
/* The user sees the end of the talk: what is unread becomes read. */
void view_talk_seen(struct view *view);

/* The ids of a talk's users, as requests take them; the caller's. */
json_t *view_talk_users(const struct model_talk *talk);

/* Selects the message before or after the selected one; first the newest. */
void view_talk_select(struct view *view, bool older);
/* The selected one; without, with newest the last that fits: of ours (sent) or
 * of others. NULL: none. Borrowed until the model changes. */
const struct model_message *view_talk_selected(
    const struct view *view, bool newest, bool sent);
/* The next text that is sent answers, or replaces, that message. */
void view_talk_reply(struct view *view, const char *id);
void view_talk_edit(struct view *view, const char *id);

#endif
