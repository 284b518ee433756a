/* view_roster.c: who is there, by group. */
#include "cam-tui/view_roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
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

enum { FILTER_MAX = 256, FOLDED_MAX = 256 };

/* A line: a group's heading, or one of its users. */
struct row {
	const struct model_user *user; /* NULL: the heading */
	const char *group;
	size_t count; /* of users in the group */
};

struct view_roster {
	struct view view;
	struct listing listing;
	const struct model_user **sorted;
	size_t sorted_count;
	struct row *rows;
	size_t row_count;
	bool is_stale;	 /* sorted and rows are to be made anew */
	bool rows_stale; /* the rows alone */
	struct buf filter;
	bool has_hidden;
	char *folded[FOLDED_MAX]; /* groups whose users are not listed */
	size_t folded_count;
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

	for (size_t i = 0; i < self->folded_count; i++)
		free(self->folded[i]);
	free(self->sorted);
	free(self->rows);
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

/* Those without a group come last. */
static int
by_group(const char *a, const char *b)
{
	if ((a[0] == '\0') != (b[0] == '\0'))
		return a[0] == '\0' ? 1 : -1;
	return strcasecmp(a, b) != 0 ? strcasecmp(a, b) : strcmp(a, b);
}

static int
by_place(const void *a, const void *b)
{
	const struct model_user *x = *(const struct model_user *const *)a;
	const struct model_user *y = *(const struct model_user *const *)b;
	int order = by_group(x->group, y->group);

	if (order != 0)
		return order;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	if (x->presence != y->presence)
		return x->presence > y->presence ? -1 : 1;
	order = strcasecmp(x->name, y->name);
	return order != 0 ? order : strcmp(x->id, y->id);
}

static void
sort_users(struct view_roster *self, const char *filter)
{
	const struct model *model = self->view.tui->model;

	self->sorted = xreallocarray(
	    self->sorted, model_user_count(model) + 1, sizeof *self->sorted);
	self->sorted_count = 0;
	for (const struct model_user *user = model_user_first(model);
	     user != NULL; user = model_user_next(model, user)) {
		if (is_wanted(self, user, filter))
			self->sorted[self->sorted_count++] = user;
	}
	if (self->sorted_count > 0)
		qsort(self->sorted, self->sorted_count, sizeof *self->sorted,
		    by_place);
}

static size_t
find_folded(const struct view_roster *self, const char *group)
{
	size_t i = 0;

	while (i < self->folded_count && strcmp(self->folded[i], group) != 0)
		i++;
	return i;
}

static void
make_rows(struct view_roster *self, bool filtered)
{
	struct row *heading = NULL;

	self->rows = xreallocarray(
	    self->rows, 2 * self->sorted_count + 1, sizeof *self->rows);
	self->row_count = 0;
	for (size_t i = 0; i < self->sorted_count; i++) {
		const struct model_user *user = self->sorted[i];

		if (heading == NULL ||
		    strcmp(heading->group, user->group) != 0) {
			heading = &self->rows[self->row_count++];
			*heading = (struct row){ .group = user->group };
		}
		heading->count++;
		if (filtered ||
		    find_folded(self, user->group) == self->folded_count)
			self->rows[self->row_count++] =
			    (struct row){ .user = user, .group = user->group };
	}
}

/* The selected line stays the same user's, wherever he goes. */
static void
bring_up_to_date(struct view_roster *self)
{
	char *filter = NULL, *id = NULL;

	if (!self->is_stale && !self->rows_stale)
		return;
	filter = span_dup(buf_span(&self->filter));
	id = self->selected_id;
	if (self->is_stale)
		sort_users(self, filter);
	make_rows(self, filter[0] != '\0');
	self->is_stale = self->rows_stale = false;
	for (size_t i = 0; id != NULL && i < self->row_count; i++) {
		if (self->rows[i].user != NULL &&
		    strcmp(self->rows[i].user->id, id) == 0)
			self->listing.selected = i;
	}
	free(filter);
}

static void
keep_selected(struct view_roster *self)
{
	const struct row *row = self->listing.selected < self->row_count
				    ? &self->rows[self->listing.selected]
				    : NULL;

	free(self->selected_id);
	self->selected_id =
	    row != NULL && row->user != NULL ? xstrdup(row->user->id) : NULL;
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
draw_heading(const struct view_roster *self, const struct row *heading,
    struct canvas *canvas, struct box box, unsigned row)
{
	bool folded = find_folded(self, heading->group) < self->folded_count;
	char *text = xasprintf("%s%s (%zu)", folded ? FOLDED : UNFOLDED,
	    heading->group[0] != '\0' ? heading->group : _("no group"),
	    heading->count);

	canvas_put_cut(
	    canvas, box, row, 0, box.columns, STYLE_ACCENT, span_text(text));
	free(text);
}

/* What is searched for, where the cursor is. */
static void
draw_filter(
    const struct view_roster *self, struct canvas *canvas, struct box box)
{
	struct span filter = buf_span(&self->filter);
	unsigned column = 2;

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
roster_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_roster *self = self_of(view);
	bool has_keys = view->tui->roster_has_keys;

	bring_up_to_date(self);
	if (has_keys && box.rows > 1) {
		draw_filter(self, canvas, box);
		box.row++;
		box.rows--;
	}
	listing_fit(&self->listing, self->row_count, box.rows);
	for (unsigned i = 0; i < box.rows; i++) {
		size_t place = self->listing.top + i;

		if (place >= self->row_count)
			break;
		if (self->rows[place].user != NULL)
			draw_user(self, self->rows[place].user, canvas, box, i);
		else
			draw_heading(self, &self->rows[place], canvas, box, i);
		if (has_keys && place == self->listing.selected)
			canvas_mark(canvas, box, i, STYLE_SELECTED);
	}
	if (self->row_count == 0)
		canvas_put_cut(canvas, box, 0, 0, box.columns, STYLE_DIM,
		    span_text(self->filter.len > 0 ? _("nobody fits")
						   : _("nobody yet")));
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
	listing_fit(&self->listing, self->row_count, self->listing.rows);
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
toggle_fold(struct view_roster *self, const char *group)
{
	size_t place = find_folded(self, group);

	if (place < self->folded_count) {
		free(self->folded[place]);
		self->folded[place] = self->folded[--self->folded_count];
	} else if (self->folded_count < FOLDED_MAX) {
		self->folded[self->folded_count++] = xstrdup(group);
	}
	self->is_stale = true;
}

static void
open_selected(struct view_roster *self)
{
	struct tui *tui = self->view.tui;
	const struct row *row;
	const char *id;

	bring_up_to_date(self);
	if (self->listing.selected >= self->row_count)
		return;
	row = &self->rows[self->listing.selected];
	if (row->user == NULL) {
		toggle_fold(self, row->group);
		return;
	}
	id = row->user->id;
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
	if (row < first || place >= self->row_count)
		return;
	self->listing.selected = place;
	keep_selected(self);
	open_selected(self);
}

/* Where in the order he belongs, among the others. */
static size_t
find_place(const struct view_roster *self, const struct model_user *user)
{
	size_t low = 0, high = self->sorted_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (by_place(&self->sorted[middle], &user) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* One of very many has changed: the others stay as they are. */
static void
move_user(struct view_roster *self, const struct model_user *user)
{
	char *filter = span_dup(buf_span(&self->filter));
	size_t place = 0;

	while (place < self->sorted_count && self->sorted[place] != user)
		place++;
	if (place < self->sorted_count) {
		memmove(&self->sorted[place], &self->sorted[place + 1],
		    (self->sorted_count - place - 1) * sizeof *self->sorted);
		self->sorted_count--;
	}
	if (is_wanted(self, user, filter)) {
		place = find_place(self, user);
		self->sorted = xreallocarray(
		    self->sorted, self->sorted_count + 2, sizeof *self->sorted);
		memmove(&self->sorted[place + 1], &self->sorted[place],
		    (self->sorted_count - place) * sizeof *self->sorted);
		self->sorted[place] = user;
		self->sorted_count++;
	}
	self->rows_stale = true;
	free(filter);
}

static void
roster_changed(struct view *view, const struct model_change *change)
{
	struct view_roster *self = self_of(view);

	if (change->kind == CHANGE_USERS && change->user != NULL &&
	    !self->is_stale)
		move_user(self, change->user);
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
