/* view_talk.c: a talk: its messages, and what is done with them. */
#include "cam-tui/view_talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/ask.h"
#include "cam-tui/composer.h"
#include "cam-tui/herald.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/talk_lines.h"
#include "cam-tui/talk_question.h"
#include "cam-tui/tui.h"
#include "loop/timer.h"
#include "rpc/names.h"

enum {
	PAGE_FIRST = 100,
	PAGE_NEXT = 200,
	TYPING_AGAIN_MS = 4000,
	READ_AGAIN_MS = 200, /* what is read meanwhile is told together */
};

struct view_talk {
	struct view view;
	struct model_talk *talk;
	struct talk_lines lines;
	bool is_loading;
	bool is_shown;
	bool is_watched;    /* the end has been looked at since it was shown */
	char *jump;	    /* id to be selected once its page has come */
	char *reply;	    /* what is being answered, or NULL */
	char *edit;	    /* what is being given another text, or NULL */
	uint64_t typing_ms; /* when we last said that we are writing */
	struct timer reading; /* runs after it was told what has been read */
	bool has_read;	      /* since then */
};

static struct view_talk *
self_of(const struct view *view)
{
	return (struct view_talk *)view;
}

static const struct view_type talk_type;

struct model_talk *
view_talk_of(const struct view *view)
{
	return view->type == &talk_type ? self_of(view)->talk : NULL;
}

static void
talk_free(struct view *view)
{
	struct view_talk *self = self_of(view);

	timer_finish(&self->reading);
	talk_lines_finish(&self->lines);
	free(self->jump);
	free(self->reply);
	free(self->edit);
	view_finish(view);
	free(self);
}

/* The view that shows the talk, if it is still there when an answer comes. */
static struct view_talk *
find_view(struct tui *tui, const char *key)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		struct model_talk *talk = view_talk_of(tui->switcher.views[i]);

		if (talk != NULL && strcmp(talk->key, key) == 0)
			return self_of(tui->switcher.views[i]);
	}
	return NULL;
}

/* -- pages of the history ------------------------------------------------- */

/* What was asked for, while camd looks. */
struct asked {
	struct tui *tui;
	char *key;
	enum model_page page;
};

json_t *
view_talk_users(const struct model_talk *talk)
{
	json_t *list = json_array();

	for (size_t i = 0; i < talk->user_count; i++)
		json_array_append_new(list, json_string(talk->users[i]));
	return list;
}

static void
show_jump(struct view_talk *self)
{
	if (self->jump == NULL || model_message(self->talk, self->jump) == NULL)
		return;
	talk_lines_select(&self->lines, self->jump);
	free(self->jump);
	self->jump = NULL;
}

static void ask_page(struct view_talk *self, enum model_page page,
    const char *id, json_int_t limit);

/* The page before that message has come; it begins the one after it. */
static void
go_on_to_jump(struct view_talk *self, enum model_page page)
{
	const struct model_talk *talk = self->talk;

	if (self->jump != NULL && page == PAGE_AROUND)
		ask_page(self, PAGE_NEWER,
		    talk->count > 0 ? talk->messages[talk->count - 1]->id : "",
		    PAGE_NEXT);
}

static void
on_page(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct asked *asked = arg;
	struct view_talk *self =
	    err == CAM_ERR_CLOSED ? NULL : find_view(asked->tui, asked->key);

	if (self != NULL) {
		self->is_loading = false;
		self->view.changed = true;
		if (err == 0)
			model_take_page(asked->tui->model, self->talk,
			    asked->page, json_object_get(result, "messages"),
			    json_is_true(json_object_get(result, "more")));
		/* Nothing was ever said with somebody camd has not met. */
		else
			self->talk->is_loaded = self->talk->has_start =
			    self->talk->has_end = true;
		show_jump(self);
		go_on_to_jump(self, asked->page);
		tui_changed(asked->tui);
	}
	free(asked->key);
	free(asked);
}

/* id: NULL for the newest. */
static void
ask_page(struct view_talk *self, enum model_page page, const char *id,
    json_int_t limit)
{
	struct asked *asked;
	json_t *params;

	if (self->is_loading)
		return;
	asked = xcalloc(1, sizeof *asked);
	asked->tui = self->view.tui;
	asked->key = xstrdup(self->talk->key);
	asked->page = page;
	params = json_pack(
	    "{s:o, s:I}", "talk", view_talk_users(self->talk), "limit", limit);
	if (id != NULL)
		json_object_set_new(params,
		    page == PAGE_NEWER ? "after" : "before", json_string(id));
	self->is_loading = true;
	session_call(
	    self->view.tui->session, RPC_MESSAGE_LIST, params, on_page, asked);
}

void
view_talk_refresh(struct view *view)
{
	struct view_talk *self = self_of(view);

	self->is_loading = false;
	if (!self->talk->is_loaded && self->is_shown)
		ask_page(self, PAGE_NEWEST, NULL, PAGE_FIRST);
}

void
view_talk_jump(struct view *view, const char *id)
{
	struct view_talk *self = self_of(view);

	free(self->jump);
	self->jump = xstrdup(id);
	view->changed = true;
	show_jump(self);
	if (self->jump == NULL)
		return;
	self->is_loading = false;
	ask_page(self, PAGE_AROUND, id, PAGE_FIRST);
}

/* -- what is read --------------------------------------------------------- */

static void
on_read(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
}

static void
tell_read(void *arg)
{
	struct view_talk *self = arg;

	if (!self->has_read)
		return;
	self->has_read = false;
	session_call(self->view.tui->session, RPC_TALK_READ,
	    json_pack("{s:o}", "talk", view_talk_users(self->talk)), on_read,
	    NULL);
	timer_start(&self->reading, READ_AGAIN_MS);
}

void
view_talk_seen(struct view *view)
{
	struct view_talk *self = self_of(view);

	if (!self->is_shown || !tui_is_watched(view->tui))
		self->is_watched = false;
	if (!self->talk->is_loaded || !self->is_shown ||
	    !tui_is_watched(view->tui) || !talk_lines_at_end(&self->lines))
		return;
	/* What comes while one looks on is not set apart. */
	if (self->talk->unread > 0 && !self->is_watched)
		talk_lines_mark_new(&self->lines, self->talk);
	self->is_watched = true;
	if (self->talk->unread == 0)
		return;
	self->has_read = true;
	if (!timer_is_running(&self->reading))
		tell_read(self);
	model_mark_read(view->tui->model, self->talk);
}

static void
talk_shown(struct view *view, bool shown)
{
	struct view_talk *self = self_of(view);

	self->is_shown = shown;
	self->is_watched = false;
	if (!shown) {
		talk_lines_forget_new(&self->lines);
		tell_read(self);
	}
	if (shown && !self->talk->is_loaded)
		ask_page(self, PAGE_NEWEST, NULL, PAGE_FIRST);
}

static void
talk_unread(const struct view *view, size_t *unread, size_t *mentions)
{
	*unread = self_of(view)->talk->unread;
	*mentions = self_of(view)->talk->mentions;
}

/* -- drawing -------------------------------------------------------------- */

static char *
talk_title(const struct view *view)
{
	return model_talk_name(view->tui->model, self_of(view)->talk);
}

static const char *
presence_text(enum model_presence presence)
{
	switch (presence) {
	case PRESENCE_ONLINE:
		return _("online");
	case PRESENCE_AWAY:
		return _("away");
	case PRESENCE_OFFLINE:
		break;
	}
	return _("offline");
}

static char *
users_text(const struct model_talk *talk)
{
	char *count =
	    xasprintf(ngettext("%zu user", "%zu users", talk->user_count),
		talk->user_count);
	char *text = xasprintf("%s%s", herald_about(talk), count);

	free(count);
	return text;
}

static char *
talk_about(const struct view *view)
{
	const struct model_talk *talk = self_of(view)->talk;
	const struct model_user *user;

	if (talk->user_count != 1)
		return users_text(talk);
	user = model_user(view->tui->model, talk->users[0]);
	if (user == NULL)
		return xstrdup(_("not on the list"));
	if (user->is_typing)
		return xstrdup(_("is writing..."));
	if (user->blocked)
		return xasprintf(
		    _("ANOTHER KEY: nothing is sent, /verify %s"), user->id);
	return xasprintf("%s%s%s%s, %s, %s", herald_about(talk),
	    presence_text(user->presence),
	    user->away != NULL && user->away[0] != '\0' ? ": " : "",
	    user->away != NULL ? user->away : "",
	    message_protection(user->encryption),
	    user->verified ? _("verified") : _("not verified"));
}

/* What the next Enter does, else what is asked. */
static char *
hint_text(const struct view_talk *self)
{
	if (self->reply != NULL)
		return xstrdup(_("answering the marked message; Esc: not"));
	if (self->edit != NULL)
		return xstrdup(
		    _("another text for the marked message; Esc: leave it"));
	return talk_question_hint(self->view.tui->keytable, self->talk);
}

static void
draw_hint(const char *hint, struct canvas *canvas, struct box box)
{
	box.row += box.rows - 1;
	box.rows = 1;
	canvas_fill(canvas, box, STYLE_PLAIN);
	canvas_put_cut(
	    canvas, box, 0, 0, box.columns, STYLE_WARN, span_text(hint));
}

static void
talk_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_talk *self = self_of(view);
	struct model_talk *talk = self->talk;
	struct box lines = box;
	char *hint = box.rows > 2 ? hint_text(self) : NULL;

	if (hint != NULL)
		lines.rows--;
	if (talk->count == 0) {
		rows_forget(&view->rows);
		canvas_fill(canvas, box, STYLE_PLAIN);
		canvas_put_cut(canvas, box, 0, 0, box.columns, STYLE_DIM,
		    span_text(self->is_loading || !talk->is_loaded
				  ? _("...")
				  : _("Nothing has been said yet. Type, and "
				      "press Enter.")));
	} else {
		talk_lines_draw(&self->lines, view->tui->model, talk,
		    &view->rows, canvas, lines);
	}
	if (hint != NULL)
		draw_hint(hint, canvas, box);
	free(hint);
	if (talk->count > 0 && talk->is_loaded && self->lines.wants_older &&
	    !talk->has_start)
		ask_page(self, PAGE_OLDER, talk->messages[0]->id, PAGE_NEXT);
	if (talk->count > 0 && !talk->has_end && self->lines.wants_newer)
		ask_page(self, PAGE_NEWER, talk->messages[talk->count - 1]->id,
		    PAGE_NEXT);
	view_talk_seen(view);
}

/* -- keys ----------------------------------------------------------------- */

static void
leave_plans(struct view_talk *self)
{
	free(self->reply);
	free(self->edit);
	self->reply = self->edit = NULL;
}

static bool
cancel(struct view_talk *self)
{
	bool had = self->reply != NULL || self->edit != NULL ||
		   self->lines.selected != NULL;

	if (self->edit != NULL)
		composer_set(self->view.composer, span_of(NULL, 0));
	leave_plans(self);
	talk_lines_select(&self->lines, NULL);
	return had;
}

static bool
talk_act(struct view *view, enum view_act act)
{
	struct view_talk *self = self_of(view);

	view->changed = true;
	if (act == ACT_CANCEL)
		return cancel(self);
	if (act == ACT_END && !self->talk->has_end) {
		talk_lines_end(&self->lines);
		ask_page(self, PAGE_NEWEST, NULL, PAGE_FIRST);
		return true;
	}
	return talk_lines_act(&self->lines, self->talk, act);
}

void
view_talk_select(struct view *view, bool older)
{
	struct view_talk *self = self_of(view);

	talk_lines_step(&self->lines, self->talk, older);
	view->changed = true;
}

const struct model_message *
view_talk_selected(const struct view *view, bool newest, bool sent)
{
	const struct view_talk *self = self_of(view);
	const struct model_talk *talk = self->talk;

	if (self->lines.selected != NULL)
		return model_message(talk, self->lines.selected);
	for (size_t i = talk->count; newest && i-- > 0;) {
		if (talk->messages[i]->is_sent == sent)
			return talk->messages[i];
	}
	return NULL;
}

void
view_talk_reply(struct view *view, const char *id)
{
	struct view_talk *self = self_of(view);

	leave_plans(self);
	self->reply = xstrdup(id);
	talk_lines_select(&self->lines, id);
	view->changed = true;
}

void
view_talk_edit(struct view *view, const char *id)
{
	struct view_talk *self = self_of(view);
	const struct model_message *message = model_message(self->talk, id);
	const char *text;

	if (message == NULL)
		return;
	text = json_string_value(json_object_get(message->object, "text"));
	leave_plans(self);
	self->edit = xstrdup(id);
	talk_lines_select(&self->lines, id);
	composer_set(view->composer, span_text(text != NULL ? text : ""));
	view->changed = true;
}

/* -- sending -------------------------------------------------------------- */

static json_t *
send_request(struct view_talk *self, const char *text)
{
	json_t *params = json_pack(
	    "{s:o, s:s}", "to", view_talk_users(self->talk), "text", text);

	if (self->reply != NULL)
		json_object_set_new(params, "reply", json_string(self->reply));
	return params;
}

static void
talk_submit(struct view *view, const char *text)
{
	struct view_talk *self = self_of(view);

	if (self->edit != NULL) {
		ask_and_tell(view->tui, RPC_MESSAGE_EDIT,
		    json_pack("{s:s, s:s}", "id", self->edit, "text", text));
	} else if (self->talk->user_count == 0) {
		tui_say(view->tui, STYLE_WARN, "%s",
		    _("this is what went to more than 64 users: '/send @all "
		      "TEXT' writes to everybody"));
		return;
	} else {
		ask_send(view->tui, view, send_request(self, text), text);
	}
	leave_plans(self);
	talk_lines_end(&self->lines);
	talk_lines_forget_new(&self->lines);
	self->typing_ms = 0;
	view->changed = true;
}

/* Those whom a link reaches see that we are writing. */
static void
talk_typing(struct view *view)
{
	struct view_talk *self = self_of(view);
	struct span text = composer_text(view->composer);
	uint64_t now_ms = clock_now_ms();

	if (self->talk->user_count != 1 || text.len == 0 ||
	    text.data[0] == '/' ||
	    (self->typing_ms != 0 &&
		now_ms - self->typing_ms < TYPING_AGAIN_MS))
		return;
	self->typing_ms = now_ms;
	session_call(view->tui->session, RPC_TALK_TYPING,
	    json_pack("{s:s, s:b}", "who", self->talk->users[0], "typing", 1),
	    on_read, NULL);
}

static bool
concerns(const struct view_talk *self, const struct model_change *change)
{
	if (change->kind != CHANGE_USERS)
		return change->talk == NULL || change->talk == self->talk;
	if (change->user == NULL)
		return true;
	for (size_t i = 0; i < self->talk->user_count; i++) {
		if (strcmp(self->talk->users[i], change->user->id) == 0)
			return true;
	}
	return false;
}

/* Nothing else of a user stands in the lines. */
static bool
has_same_name(const struct model_change *change)
{
	return change->user != NULL && change->before != NULL &&
	       strcmp(change->user->name, change->before->name) == 0;
}

/* Its offer stands in the lines of a message. */
static void
transfer_changed(struct view_talk *self, const struct model_transfer *transfer)
{
	const struct model_message *message =
	    transfer != NULL ? model_message(self->talk, transfer->message)
			     : NULL;

	if (transfer == NULL)
		talk_lines_forget_all(&self->lines);
	else if (message != NULL)
		talk_lines_forget(&self->lines, message);
	self->view.changed |= transfer == NULL || message != NULL;
}

static void
talk_changed(struct view *view, const struct model_change *change)
{
	struct view_talk *self = self_of(view);

	if (change->kind == CHANGE_TRANSFER) {
		transfer_changed(self, change->transfer);
		return;
	}
	if (!concerns(self, change))
		return;
	if (change->kind == CHANGE_MESSAGE)
		talk_lines_forget(&self->lines, change->message);
	else if (change->kind == CHANGE_USERS && !has_same_name(change))
		talk_lines_forget_all(&self->lines);
	view->changed = true;
}

static const struct view_type talk_type = {
	.name = "talk",
	.free = talk_free,
	.title = talk_title,
	.about = talk_about,
	.draw = talk_draw,
	.act = talk_act,
	.submit = talk_submit,
	.typing = talk_typing,
	.changed = talk_changed,
	.shown = talk_shown,
	.unread = talk_unread,
};

struct view *
view_talk_new(struct tui *tui, struct model_talk *talk)
{
	struct view_talk *self = xcalloc(1, sizeof *self);

	view_init(&self->view, &talk_type, tui);
	self->talk = talk;
	talk_lines_init(&self->lines);
	timer_init(&self->reading, tui->loop, tell_read, self);
	return &self->view;
}
