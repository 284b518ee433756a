/* view_roster.c: who is there, by group. */
#include "cam-tui/view_roster.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/grouping.h"
#include "cam-tui/listing.h"
#include "cam-tui/model.h"
#include "cam-tui/stroke.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"

#define MARK_ONLINE "\xe2\x97\x8f"
#define MARK_AWAY "\xe2\x97\x90"
#define MARK_OFFLINE "\xe2\x97\x8b"
#define FOLDED "\xe2\x96\xb8 "
#define UNFOLDED "\xe2\x96\xbe "

enum { FILTER_MAX = 256 };

struct view_roster {
	struct view view;
	struct listing listing;
	struct grouping grouping;
	bool is_stale; /* the grouping is to be made anew */
	struct buf filter;
	bool has_hidden;
	char *selected_id; /* the user's, or NULL */
};

static struct view_roster *
self_of(const struct view *view)
{
	return (struct view_roster *)view;
}

static void
roster_free(struct view *view)
{
	struct view_roster *self = self_of(view);

	grouping_finish(&self->grouping);
	free(self->selected_id);
	buf_finish(&self->filter);
	view_finish(view);
	free(self);
}

/* -- which lines there are ------------------------------------------------ */

static bool
has_part(const char *text, const char *part)
{
	for (; *text != '\0'; text++) {
		if (text_starts_same(text, part))
			return true;
	}
	return false;
}

static bool
is_wanted(const struct view_roster *self, const struct model_user *user,
    const char *filter)
{
	if (user->hidden && !self->has_hidden)
		return false;
	return filter[0] == '\0' || has_part(user->name, filter) ||
	       has_part(user->id, filter) || has_part(user->group, filter);
}

static void
make_grouping(struct view_roster *self, const char *filter)
{
	const struct model *model = self->view.tui->model;

	grouping_unfold_all(&self->grouping, filter[0] != '\0');
	grouping_begin(&self->grouping, model_user_count(model));
	for (const struct model_user *user = model_user_first(model);
	     user != NULL; user = model_user_next(model, user)) {
		if (is_wanted(self, user, filter))
			grouping_put(&self->grouping, user);
	}
	grouping_end(&self->grouping);
}

/* The selected line stays the same user's, wherever he goes. */
static void
find_selected(struct view_roster *self)
{
	const struct model_user *user =
	    self->selected_id != NULL
		? model_user(self->view.tui->model, self->selected_id)
		: NULL;
	size_t place;

	if (user == NULL)
		return;
	place = grouping_place(&self->grouping, user);
	if (place < grouping_lines(&self->grouping))
		self->listing.selected = place;
}

static void
bring_up_to_date(struct view_roster *self)
{
	char *filter;

	if (self->is_stale) {
		filter = span_dup(buf_span(&self->filter));
		make_grouping(self, filter);
		free(filter);
		self->is_stale = false;
	}
	find_selected(self);
}

/* False: there is none. */
static bool
selected_line(const struct view_roster *self, struct grouping_line *line)
{
	if (self->listing.selected >= grouping_lines(&self->grouping))
		return false;
	*line = grouping_line(&self->grouping, self->listing.selected);
	return true;
}

static void
keep_selected(struct view_roster *self)
{
	struct grouping_line line;

	free(self->selected_id);
	self->selected_id = selected_line(self, &line) && line.user != NULL
				? xstrdup(line.user->id)
				: NULL;
}

/* -- drawing -------------------------------------------------------------- */

static enum style
mark_of(const struct model_user *user, const char **mark)
{
	switch (user->presence) {
	case PRESENCE_ONLINE:
		*mark = MARK_ONLINE;
		return STYLE_GOOD;
	case PRESENCE_AWAY:
		*mark = MARK_AWAY;
		return STYLE_WARN;
	case PRESENCE_OFFLINE:
		break;
	}
	*mark = MARK_OFFLINE;
	return STYLE_DIM;
}

static enum style
name_style(const struct model_user *user, const struct model_talk *talk)
{
	if (user->blocked)
		return STYLE_BAD;
	if (talk != NULL && talk->unread > 0)
		return talk->mentions > 0 ? STYLE_MENTION : STYLE_UNREAD;
	return user->presence == PRESENCE_OFFLINE ? STYLE_DIM : STYLE_PLAIN;
}

static void
draw_user(const struct view_roster *self, const struct model_user *user,
    struct canvas *canvas, struct box box, unsigned row)
{
	const struct model_talk *talk =
	    model_talk_by_key(self->view.tui->model, user->id);
	const char *mark = NULL;
	enum style style = mark_of(user, &mark);
	char count[24] = "";
	unsigned len = 0;

	if (talk != NULL && talk->unread > 0) {
		char *text = xasprintf(" %zu", talk->unread);

		memcpy(count, text, strlen(text) + 1);
		len = (unsigned)strlen(text);
		free(text);
	}
	canvas_put(canvas, box, row, 1, style, span_text(mark));
	if (box.columns > 3 + len)
		canvas_put_cut(canvas, box, row, 3, box.columns - 3 - len,
		    name_style(user, talk),
		    span_text(user->name[0] != '\0' ? user->name : user->id));
	if (user->is_typing && box.columns > 4 && len == 0)
		canvas_put(canvas, box, row, box.columns - 1, STYLE_ACCENT,
		    span_text("\xe2\x80\xa6"));
	if (len > 0 && box.columns > len)
		canvas_put(canvas, box, row, box.columns - len, STYLE_UNREAD,
		    span_text(count));
}

static void
draw_heading(const struct grouping_line *heading, struct canvas *canvas,
    struct box box, unsigned row)
{
	const char *name = heading->first->group;
	char *text =
	    xasprintf("%s%s (%zu)", heading->is_folded ? FOLDED : UNFOLDED,
		name[0] != '\0' ? name : _("no group"), heading->count);

	canvas_put_cut(
	    canvas, box, row, 0, box.columns, STYLE_ACCENT, span_text(text));
	free(text);
}

/* What it shows is told by who it is, as what, and what is unread. */
static struct row_key
key_of(const struct view_roster *self, const struct grouping_line *line,
    bool is_selected)
{
	const struct model_talk *talk = NULL;
	uint64_t look = is_selected;

	if (line->user == NULL)
		return (struct row_key){ line->first->version << 1,
			look | (uint64_t)line->is_folded << 1 |
			    (uint64_t)line->count << 2 };
	talk = model_talk_by_key(self->view.tui->model, line->user->id);
	if (talk != NULL)
		look |= (uint64_t)(talk->mentions > 0) << 1 |
			(uint64_t)talk->unread << 2;
	return (struct row_key){ line->user->version << 1 | 1, look };
}

/* What is searched for, where the cursor is. */
static void
draw_filter(
    const struct view_roster *self, struct canvas *canvas, struct box box)
{
	struct span filter = buf_span(&self->filter);
	unsigned column = 2;

	box.rows = 1;
	canvas_fill(canvas, box, STYLE_PLAIN);
	canvas_put(canvas, box, 0, 0, STYLE_ACCENT, span_text("/"));
	if (filter.len > 0)
		column = 1 + canvas_put_cut(canvas, box, 0, 1, box.columns - 1,
				 STYLE_PLAIN, filter);
	else
		canvas_put_cut(canvas, box, 0, 1, box.columns - 1, STYLE_DIM,
		    span_text(_("type a name")));
	canvas->cursor_shown = true;
	canvas->cursor_row = box.row;
	canvas->cursor_column =
	    box.column + (filter.len == 0	    ? 1
			     : column < box.columns ? column
						    : box.columns - 1);
}

static void
draw_line(const struct view_roster *self, size_t place, struct canvas *canvas,
    struct box box, unsigned row)
{
	struct grouping_line line = grouping_line(&self->grouping, place);

	if (line.user != NULL)
		draw_user(self, line.user, canvas, box, row);
	else
		draw_heading(&line, canvas, box, row);
	if (self->view.tui->roster_has_keys && place == self->listing.selected)
		canvas_mark(canvas, box, row, STYLE_SELECTED);
}

static void
draw_lines(struct view_roster *self, size_t count, struct canvas *canvas,
    struct box box)
{
	struct rows *rows = &self->view.rows;
	bool has_keys = self->view.tui->roster_has_keys;
	size_t top = self->listing.top;

	rows_begin(rows, canvas, box);
	for (unsigned i = 0; i < box.rows && top + i < count; i++) {
		struct grouping_line line =
		    grouping_line(&self->grouping, top + i);

		rows->list[i].wanted = key_of(
		    self, &line, has_keys && top + i == self->listing.selected);
	}
	rows_move(rows, canvas);
	for (unsigned i = 0; i < box.rows; i++) {
		if (rows->list[i].is_missing)
			draw_line(self, top + i, canvas, box, i);
	}
}

static void
roster_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_roster *self = self_of(view);
	struct box lines = box;
	size_t count;

	bring_up_to_date(self);
	count = grouping_lines(&self->grouping);
	if (view->tui->roster_has_keys && box.rows > 1) {
		lines.row++;
		lines.rows--;
	}
	listing_fit(&self->listing, count, lines.rows);
	draw_lines(self, count, canvas, lines);
	if (lines.rows < box.rows)
		draw_filter(self, canvas, box);
	if (count > 0)
		return;
	rows_forget(&view->rows);
	canvas_put_cut(canvas, lines, 0, 0, lines.columns, STYLE_DIM,
	    span_text(
		self->filter.len > 0 ? _("nobody fits") : _("nobody yet")));
}

/* -- keys ----------------------------------------------------------------- */

static void
filter_changed(struct view_roster *self)
{
	self->is_stale = true;
	self->view.changed = true;
	free(self->selected_id);
	self->selected_id = NULL;
	bring_up_to_date(self);
	/* The first who fits, not the heading above him. */
	self->listing.selected = self->filter.len > 0 ? 1 : 0;
	listing_fit(&self->listing, grouping_lines(&self->grouping),
	    self->listing.rows);
	keep_selected(self);
}

static void
drop_last_character(struct buf *filter)
{
	while (
	    filter->len > 0 && (filter->data[filter->len - 1] & 0xc0) == 0x80)
		filter->len--;
	if (filter->len > 0)
		filter->len--;
}

static bool
roster_stroke(struct view *view, struct stroke stroke)
{
	struct view_roster *self = self_of(view);

	if (stroke.mods != 0)
		return false;
	if (stroke.key == KEY_BACKSPACE)
		drop_last_character(&self->filter);
	else if (stroke.key >= ' ' && stroke.key < 0x110000 &&
		 self->filter.len + 4 <= FILTER_MAX)
		utf8_put(&self->filter, stroke.key);
	else
		return false;
	filter_changed(self);
	return true;
}

static void
open_selected(struct view_roster *self)
{
	struct tui *tui = self->view.tui;
	struct grouping_line line;
	const char *id;

	bring_up_to_date(self);
	if (!selected_line(self, &line))
		return;
	if (line.user == NULL) {
		grouping_fold(&self->grouping, line.first->group);
		return;
	}
	id = line.user->id;
	buf_clear(&self->filter);
	self->is_stale = true;
	tui->roster_has_keys = false;
	self->view.changed = true;
	tui_open_talk(tui, model_talk_with(tui->model, &id, 1));
}

static bool
roster_act(struct view *view, enum view_act act)
{
	struct view_roster *self = self_of(view);

	view->changed = true;
	if (act == ACT_OPEN) {
		open_selected(self);
		return true;
	}
	if (act == ACT_CANCEL) {
		if (self->filter.len == 0)
			return false;
		buf_clear(&self->filter);
		filter_changed(self);
		return true;
	}
	bring_up_to_date(self);
	listing_act(&self->listing, act);
	keep_selected(self);
	return true;
}

static void
roster_click(struct view *view, unsigned row, unsigned column)
{
	struct view_roster *self = self_of(view);
	unsigned first = view->tui->roster_has_keys ? 1 : 0;
	size_t place = self->listing.top + row - first;

	(void)column;
	if (row < first || place >= grouping_lines(&self->grouping))
		return;
	self->listing.selected = place;
	keep_selected(self);
	open_selected(self);
}

/* One of very many has changed: the others stay as they are. */
static void
change_user(struct view_roster *self, const struct model_user *user,
    const struct model_user *before)
{
	char *filter = span_dup(buf_span(&self->filter));

	if (before != NULL && !is_wanted(self, before, filter))
		before = NULL;
	self->is_stale = !grouping_change(
	    &self->grouping, user, before, is_wanted(self, user, filter));
	free(filter);
}

static void
roster_changed(struct view *view, const struct model_change *change)
{
	struct view_roster *self = self_of(view);

	if (change->kind == CHANGE_USERS && change->user != NULL &&
	    !self->is_stale)
		change_user(self, change->user, change->before);
	else if (change->kind == CHANGE_USERS)
		self->is_stale = true;
	else if (change->kind != CHANGE_TALK &&
		 change->kind != CHANGE_MESSAGE_NEW)
		return;
	view->changed = true;
}

static char *
roster_title(const struct view *view)
{
	return xstrdup(_("users"));
}

void
view_roster_toggle_hidden(struct view *view)
{
	struct view_roster *self = self_of(view);

	self->has_hidden = !self->has_hidden;
	self->is_stale = true;
	view->changed = true;
}

static const struct view_type roster_type = {
	.name = "users",
	.is_list = true,
	.free = roster_free,
	.title = roster_title,
	.draw = roster_draw,
	.act = roster_act,
	.stroke = roster_stroke,
	.changed = roster_changed,
	.click = roster_click,
};

struct view *
view_roster_new(struct tui *tui)
{
	struct view_roster *self = xcalloc(1, sizeof *self);

	view_init(&self->view, &roster_type, tui);
	buf_init(&self->filter, FILTER_MAX);
	self->is_stale = true;
	return &self->view;
}
