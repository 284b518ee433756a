/* view_server.c: the camserver of this machine, administered. */
#include "cam-tui/view_server.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/composer.h"
#include "cam-tui/layout.h"
#include "cam-tui/listing.h"
#include "cam-tui/server_rows.h"
#include "cam-tui/tui.h"
#include "cam-tui/words.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/reason.h"
#include "rpc/serverhome.h"

enum { HEAD_ROWS = 2 };

/* What is being written in the composer. */
enum writing { WRITING_NAME, WRITING_GROUP };

struct view_server {
	struct view view;
	struct serverlink *link;
	enum serverlink_part part;
	struct listing listings[SERVER_PARTS];
	char *selected; /* the member's name, or NULL */
	enum writing writing;
	bool has_log; /* and its end has been shown */
};

static const struct view_type server_type;

static struct view_server *
self_of(const struct view *view)
{
	return (struct view_server *)view;
}

static struct view_server *
find_view(const struct tui *tui)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (tui->switcher.views[i]->type == &server_type)
			return self_of(tui->switcher.views[i]);
	}
	return NULL;
}

static void
server_free(struct view *view)
{
	serverlink_free(self_of(view)->link);
	free(self_of(view)->selected);
	view_finish(view);
	free(view);
}

static char *
server_title(const struct view *view)
{
	const json_t *status = serverlink_status(self_of(view)->link);

	return status != NULL ? xasprintf(_("server of %s"),
				    json_text_at(status, "organisation"))
			      : xstrdup(_("server"));
}

static char *
server_about(const struct view *view)
{
	const struct view_server *self = self_of(view);

	if (!view->is_list)
		return xstrdup(self->writing == WRITING_NAME
				   ? _("who is invited? Esc: nobody")
				   : _("which group? Esc: as it was"));
	return xstrdup(self->part == SERVER_MEMBERS
			   ? _("a approve, r remove, i invite, g group, "
			       "q queue, l log")
			   : _("u users, q queue, l log"));
}

/* -- what is selected ----------------------------------------------------- */

static const json_t *
selected_member(const struct view_server *self)
{
	return self->part == SERVER_MEMBERS
		   ? serverlink_at(self->link, SERVER_MEMBERS,
			 self->listings[SERVER_MEMBERS].selected)
		   : NULL;
}

static void
keep_selected(struct view_server *self)
{
	const json_t *member = selected_member(self);

	if (self->part != SERVER_MEMBERS)
		return;
	free(self->selected);
	self->selected =
	    member != NULL ? xstrdup(json_text_at(member, "name")) : NULL;
}

/* Who joins or goes moves the list, not what is selected in it. */
static void
find_selected(struct view_server *self)
{
	size_t count = serverlink_count(self->link, SERVER_MEMBERS);

	for (size_t i = 0; self->selected != NULL && i < count; i++) {
		const json_t *member =
		    serverlink_at(self->link, SERVER_MEMBERS, i);

		if (json_text_is(member, "name", self->selected)) {
			self->listings[SERVER_MEMBERS].selected = i;
			return;
		}
	}
}

static void
on_changed(void *arg)
{
	struct view_server *self = arg;
	struct listing *log = &self->listings[SERVER_LOG];
	size_t lines = serverlink_count(self->link, SERVER_LOG);

	find_selected(self);
	/* Who is at its end stays there. */
	if (lines > 0 && (!self->has_log || log->selected + 1 >= log->count)) {
		log->count = lines;
		log->selected = lines - 1;
		self->has_log = true;
	}
	self->view.changed = true;
	tui_changed(self->view.tui);
}

/* -- drawing -------------------------------------------------------------- */

static void
draw_problem(const char *problem, struct canvas *canvas, struct box box)
{
	struct layout layout;

	layout_init(&layout, box.columns);
	layout_text(&layout, STYLE_WARN, problem);
	layout_draw(&layout, canvas, box, 0, 0, box.rows);
	layout_finish(&layout);
}

static void
draw_list(struct view_server *self, struct canvas *canvas, struct box box)
{
	struct listing *listing = &self->listings[self->part];

	listing_fit(
	    listing, serverlink_count(self->link, self->part), box.rows);
	for (unsigned i = 0; i < box.rows; i++) {
		size_t place = listing->top + i;

		if (place >= listing->count)
			break;
		server_rows_put(serverlink_at(self->link, self->part, place),
		    self->part, canvas, box, i);
		if (place == listing->selected)
			canvas_mark(canvas, box, i, STYLE_SELECTED);
	}
}

static void
server_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_server *self = self_of(view);
	const char *problem = serverlink_problem(self->link);

	if (problem != NULL) {
		draw_problem(problem, canvas, box);
		return;
	}
	if (box.rows <= HEAD_ROWS)
		return;
	server_rows_put_status(serverlink_status(self->link), canvas, box, 0);
	server_rows_put(NULL, self->part, canvas, box, 1);
	box.row += HEAD_ROWS;
	box.rows -= HEAD_ROWS;
	draw_list(self, canvas, box);
}

/* -- asked for ------------------------------------------------------------ */

static void
on_done(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct view_server *self = arg;
	char *text;

	/* That it has gone is said where the list was. */
	if (err == CAM_ERR_CLOSED)
		return;
	if (err != 0) {
		text = ask_error_text(err, error);
		tui_say(self->view.tui, STYLE_BAR_WARN, "%s", text);
		free(text);
	}
	serverlink_refresh(self->link);
}

struct question {
	const char *method;
	char *name;
};

static void
question_free(void *arg)
{
	struct question *question = arg;

	free(question->name);
	free(question);
}

static bool
on_key(struct tui *tui, uint32_t key, void *arg)
{
	const struct question *question = arg;
	struct view_server *self = find_view(tui);

	if (key == 'n')
		return true;
	if (key != 'y')
		return false;
	if (self != NULL)
		serverlink_call(self->link, question->method,
		    json_pack("{s:s}", "name", question->name), on_done, self);
	return true;
}

static const struct prompt_ops question_ops = { on_key, question_free };

static void
ask(struct view_server *self, const char *method, const char *sentence)
{
	const json_t *member = selected_member(self);
	struct question *question;

	if (member == NULL)
		return;
	question = xcalloc(1, sizeof *question);
	question->method = method;
	question->name = xstrdup(json_text_at(member, "name"));
	prompt_ask(self->view.tui, reason_text(sentence, question->name),
	    &question_ops, question);
}

static void
approve(struct view_server *self)
{
	const json_t *member = selected_member(self);

	if (member != NULL && json_text_is(member, "state", "waiting"))
		ask(self, RPC_MEMBER_APPROVE,
		    _("approve %s as a member? y, n"));
	else if (member != NULL)
		tui_say(self->view.tui, STYLE_BAR_DIM,
		    _("'%s' does not wait for approval"),
		    json_text_at(member, "name"));
}

static void
write_text(struct view_server *self, enum writing writing, const char *text)
{
	self->writing = writing;
	self->view.is_list = false;
	composer_set(self->view.composer, span_text(text));
}

static void
leave_text(struct view_server *self)
{
	self->view.is_list = true;
	composer_set(self->view.composer, span_of(NULL, 0));
}

static void
set_group(struct view_server *self, const char *group)
{
	const json_t *member = selected_member(self);

	if (member != NULL)
		serverlink_call(self->link, RPC_MEMBER_CHANGE,
		    json_pack("{s:s, s:s}", "name",
			json_text_at(member, "name"), "group", group),
		    on_done, self);
}

/* As the command does it: its code is in the view of what commands print. */
static void
invite(struct view_server *self, const char *name)
{
	const char *home = serverlink_home(self->link);
	const char *const parts[] = { "server", "--home", home, "invite", "--",
		name };
	enum { PARTS = sizeof parts / sizeof parts[0] };
	char **words, *line;

	if (name[0] == '\0')
		return;
	words = xcalloc(PARTS + 1, sizeof *words);
	for (size_t i = 0; i < PARTS; i++)
		words[i] = xstrdup(parts[i]);
	line = xasprintf("server --home %s invite %s", home, name);
	tui_run_words(self->view.tui, line, words, PARTS);
	free(line);
	words_free(words);
}

/* -- keys ----------------------------------------------------------------- */

static void
show_part(struct view_server *self, enum serverlink_part part)
{
	self->part = part;
	serverlink_watch(self->link, true, part);
}

static bool
server_act(struct view *view, enum view_act act)
{
	struct view_server *self = self_of(view);
	bool was_writing = !view->is_list;

	view->changed = true;
	if (act == ACT_CANCEL) {
		leave_text(self);
		return was_writing;
	}
	find_selected(self);
	listing_act(&self->listings[self->part], act);
	keep_selected(self);
	return true;
}

static bool
server_stroke(struct view *view, struct stroke stroke)
{
	struct view_server *self = self_of(view);
	const json_t *member = selected_member(self);

	if (stroke.mods != 0)
		return false;
	view->changed = true;
	keep_selected(self);
	switch (stroke.key) {
	case 'u':
		show_part(self, SERVER_MEMBERS);
		return true;
	case 'q':
		show_part(self, SERVER_QUEUE);
		return true;
	case 'l':
		show_part(self, SERVER_LOG);
		return true;
	case 'a':
		approve(self);
		return true;
	case 'r':
		ask(self, RPC_MEMBER_REMOVE,
		    _("remove %s from the organisation? y, n"));
		return true;
	case 'i':
		write_text(self, WRITING_NAME, "");
		return true;
	case 'g':
		if (member != NULL)
			write_text(
			    self, WRITING_GROUP, json_text_at(member, "group"));
		return true;
	default:
		return false;
	}
}

static void
server_submit(struct view *view, const char *text)
{
	struct view_server *self = self_of(view);
	enum writing writing = self->writing;

	/* Enter on a line of the list. */
	if (view->is_list)
		return;
	leave_text(self);
	view->changed = true;
	if (writing == WRITING_NAME)
		invite(self, text);
	else
		set_group(self, text);
}

static void
server_click(struct view *view, unsigned row, unsigned column)
{
	struct view_server *self = self_of(view);
	struct listing *listing = &self->listings[self->part];
	size_t place = listing->top + row - HEAD_ROWS;

	if (row < HEAD_ROWS || row - HEAD_ROWS >= listing->rows ||
	    place >= listing->count)
		return;
	listing->selected = place;
	keep_selected(self);
	view->changed = true;
}

static void
server_shown(struct view *view, bool shown)
{
	serverlink_watch(self_of(view)->link, shown, self_of(view)->part);
}

static const struct view_type server_type = {
	.name = "server",
	.is_list = true,
	.free = server_free,
	.title = server_title,
	.about = server_about,
	.draw = server_draw,
	.act = server_act,
	.stroke = server_stroke,
	.submit = server_submit,
	.shown = server_shown,
	.click = server_click,
};

/* -- shown ---------------------------------------------------------------- */

void
view_server_show(struct tui *tui, const char *home)
{
	struct view_server *self = find_view(tui);

	if (self != NULL && home != NULL &&
	    strcmp(home, serverlink_home(self->link)) != 0) {
		tui_close(tui, &self->view);
		self = NULL;
	}
	if (self != NULL) {
		tui_show(tui, &self->view);
		return;
	}
	self = xcalloc(1, sizeof *self);
	view_init(&self->view, &server_type, tui);
	self->link = serverlink_new(
	    tui->loop, home != NULL ? home : SERVER_HOME, on_changed, self);
	tui_add(tui, &self->view);
}
