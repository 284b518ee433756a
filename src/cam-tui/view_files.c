/* view_files.c: files offered and on their way. */
#include "cam-tui/view_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/size.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/listing.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/transfer_text.h"
#include "cam-tui/tui.h"
#include "rpc/names.h"

enum {
	ARROW_COLUMNS = 2,
	PEER_COLUMNS = 14,
	SIZE_COLUMNS = 9,
	DETAIL_ROWS = 3,
	DATE_COLUMNS = 22,
	/* Narrower than that the list has less columns. */
	PEER_FROM = 56,
	SIZE_FROM = 44,
	DETAIL_FROM = 9, /* rows */
	LINE_TEXT_MAX = 4096
};

struct view_files {
	struct view view;
	struct listing listing; /* the newest first */
	char *id;		/* of what is selected, or NULL */
	char *peer;
};

static const struct view_type files_type;

static struct view_files *
self_of(const struct view *view)
{
	return (struct view_files *)view;
}

static void
files_free(struct view *view)
{
	free(self_of(view)->id);
	free(self_of(view)->peer);
	view_finish(view);
	free(view);
}

static char *
files_title(const struct view *view)
{
	return xstrdup(_("files"));
}

static char *
files_about(const struct view *view)
{
	return xstrdup(
	    view->is_list
		? _("Enter gets, f into a folder, s shows, c cancels, d drops")
		: _("into which folder? Esc: none"));
}

/* -- what is selected ----------------------------------------------------- */

static const struct model_transfer *
at_place(const struct view_files *self, size_t place)
{
	const struct model *model = self->view.tui->model;
	size_t count = model_transfer_count(model);

	return place < count ? model_transfer_at(model, count - 1 - place)
			     : NULL;
}

const struct model_transfer *
view_files_selected(const struct view *view)
{
	return view->type == &files_type
		   ? at_place(self_of(view), self_of(view)->listing.selected)
		   : NULL;
}

static void
keep_selected(struct view_files *self)
{
	const struct model_transfer *transfer =
	    view_files_selected(&self->view);
	char *id = transfer != NULL ? xstrdup(transfer->id) : NULL;
	char *peer = transfer != NULL ? xstrdup(transfer->peer) : NULL;

	free(self->id);
	free(self->peer);
	self->id = id;
	self->peer = peer;
}

/* What comes moves the list, not what is selected in it. */
static void
find_selected(struct view_files *self)
{
	size_t count = model_transfer_count(self->view.tui->model);

	for (size_t i = 0; self->id != NULL && i < count; i++) {
		const struct model_transfer *transfer = at_place(self, i);

		if (strcmp(transfer->id, self->id) == 0 &&
		    strcmp(transfer->peer, self->peer) == 0) {
			self->listing.selected = i;
			return;
		}
	}
}

/* -- drawing -------------------------------------------------------------- */

static void
put_state(
    const struct model_transfer *transfer, unsigned columns, struct buf *out)
{
	struct buf pace;
	unsigned width;

	if (transfer->stage != STAGE_RUNNING) {
		buf_put_text(out, transfer_state(transfer));
		if (transfer->stage == STAGE_WAITING && transfer->done > 0)
			buf_printf(out, " %u%%",
			    transfer_percent(transfer->done, transfer->size));
		return;
	}
	buf_init(&pace, LINE_TEXT_MAX);
	transfer_put_pace(transfer, &pace);
	width = (unsigned)pace.len + 1;
	if (transfer->size > 0 && width + 4 <= columns) {
		transfer_put_bar(
		    transfer->done, transfer->size, columns - width, out);
		buf_put_byte(out, ' ');
	}
	buf_put_span(out, buf_span(&pace));
	buf_finish(&pace);
}

static void
draw_transfer(const struct view_files *self,
    const struct model_transfer *transfer, struct canvas *canvas,
    struct box box, unsigned row)
{
	unsigned state_columns =
	    box.columns >= PEER_FROM ? box.columns * 2 / 5 : box.columns / 3;
	unsigned column = ARROW_COLUMNS, name_columns;
	char size[SIZE_TEXT];
	struct buf state;

	canvas_put(canvas, box, row, 0, STYLE_DIM,
	    span_text(transfer->is_received ? "\xe2\x86\x90" : "\xe2\x86\x92"));
	if (box.columns >= PEER_FROM) {
		canvas_put_cut(canvas, box, row, column, PEER_COLUMNS - 1,
		    STYLE_STRONG,
		    span_text(
			model_name_of(self->view.tui->model, transfer->peer)));
		column += PEER_COLUMNS;
	}
	name_columns = box.columns - column - state_columns;
	if (box.columns >= SIZE_FROM) {
		name_columns -= SIZE_COLUMNS;
		size_format(transfer->size, size);
		canvas_put_cut(canvas, box, row, column + name_columns,
		    SIZE_COLUMNS - 1, STYLE_DIM, span_text(size));
	}
	canvas_put_cut(canvas, box, row, column, name_columns - 1, STYLE_PLAIN,
	    span_text(transfer->name));
	buf_init(&state, LINE_TEXT_MAX);
	put_state(transfer, state_columns, &state);
	canvas_put_cut(canvas, box, row, box.columns - state_columns,
	    state_columns, transfer_style(transfer), buf_span(&state));
	buf_finish(&state);
}

/* Below the list: the selected one in full. */
static void
draw_detail(
    const struct view_files *self, struct canvas *canvas, struct box box)
{
	const struct model_transfer *transfer =
	    view_files_selected(&self->view);
	const char *encryption, *peer;
	char date[MESSAGE_DATE_SIZE], clock[MESSAGE_INDENT], *line, *detail;

	for (unsigned column = 0; column < box.columns; column++)
		canvas_put(canvas, box, 0, column, STYLE_BORDER,
		    span_text("\xe2\x94\x80"));
	if (transfer == NULL)
		return;
	message_clock_text(transfer->sent_ms, clock);
	message_date(transfer->sent_ms, date);
	encryption =
	    json_string_value(json_object_get(transfer->object, "encryption"));
	peer = model_name_of(self->view.tui->model, transfer->peer);
	line = xasprintf(
	    transfer->is_received ? _("'%s' from %s, %s") : _("'%s' to %s, %s"),
	    transfer->name, peer, transfer_kind(transfer->kind));
	canvas_put_cut(
	    canvas, box, 1, 0, box.columns, STYLE_PLAIN, span_text(line));
	free(line);
	line = xasprintf("%s %s", date, clock);
	if (box.columns >= PEER_FROM)
		canvas_put_cut(canvas, box, 1, box.columns - DATE_COLUMNS,
		    DATE_COLUMNS, STYLE_DIM, span_text(line));
	free(line);
	detail = transfer_detail(transfer);
	line = detail[0] != '\0'
		   ? xasprintf("%s: %s", transfer_state(transfer), detail)
	       : encryption != NULL
		   ? xasprintf("%s, %s", transfer_state(transfer),
			 message_protection(encryption))
		   : xstrdup(transfer_state(transfer));
	canvas_put_cut(canvas, box, 2, 0, box.columns, transfer_style(transfer),
	    span_text(line));
	free(line);
	free(detail);
}

static void
files_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_files *self = self_of(view);
	size_t count = model_transfer_count(view->tui->model);
	struct box detail = box;

	if (box.rows >= DETAIL_FROM) {
		box.rows -= DETAIL_ROWS;
		detail.row += box.rows;
		detail.rows = DETAIL_ROWS;
	}
	find_selected(self);
	listing_fit(&self->listing, count, box.rows);
	for (unsigned i = 0; i < box.rows; i++) {
		size_t place = self->listing.top + i;

		if (place >= count)
			break;
		draw_transfer(self, at_place(self, place), canvas, box, i);
		if (place == self->listing.selected)
			canvas_mark(canvas, box, i, STYLE_SELECTED);
	}
	if (count == 0)
		canvas_put_cut(canvas, box, 0, 0, box.columns, STYLE_DIM,
		    span_text(_("Nothing is offered. '/attach PATH' in a talk "
				"offers a file.")));
	else if (detail.rows == DETAIL_ROWS)
		draw_detail(self, canvas, detail);
}

/* -- keys ----------------------------------------------------------------- */

static void
leave_folder(struct view *view)
{
	view->is_list = true;
	composer_set(view->composer, span_of(NULL, 0));
}

static bool
files_act(struct view *view, enum view_act act)
{
	struct view_files *self = self_of(view);

	view->changed = true;
	if (act == ACT_CANCEL) {
		bool was_asking = !view->is_list;

		leave_folder(view);
		return was_asking;
	}
	if (act == ACT_OPEN) {
		act_get(view->tui, NULL);
		return true;
	}
	find_selected(self);
	listing_act(&self->listing, act);
	keep_selected(self);
	return true;
}

static bool
files_stroke(struct view *view, struct stroke stroke)
{
	static const struct {
		char key;
		void (*run)(struct tui *tui, const char *argument);
	} keys[] = { { 'g', act_get }, { 'f', act_get_into }, { 's', act_show },
		{ 'c', act_stop }, { 'd', act_drop } };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (stroke.key == (unsigned char)keys[i].key &&
		    stroke.mods == 0) {
			keys[i].run(view->tui, NULL);
			return true;
		}
	}
	return false;
}

static void
files_submit(struct view *view, const char *text)
{
	char *folder = xstrdup(text);

	leave_folder(view);
	view->changed = true;
	act_get_into(view->tui, folder);
	free(folder);
}

static void
files_click(struct view *view, unsigned row, unsigned column)
{
	struct view_files *self = self_of(view);
	size_t place = self->listing.top + row;

	if (row >= self->listing.rows || place >= self->listing.count)
		return;
	self->listing.selected = place;
	keep_selected(self);
	view->changed = true;
}

static void
files_changed(struct view *view, const struct model_change *change)
{
	view->changed |= change->kind == CHANGE_TRANSFER ||
			 change->kind == CHANGE_PAGE ||
			 change->kind == CHANGE_USERS;
}

static const struct view_type files_type = {
	.name = "files",
	.is_list = true,
	.free = files_free,
	.title = files_title,
	.about = files_about,
	.draw = files_draw,
	.act = files_act,
	.stroke = files_stroke,
	.submit = files_submit,
	.changed = files_changed,
	.click = files_click,
};

void
view_files_ask_folder(struct view *view, const char *folder)
{
	view->is_list = false;
	composer_set(view->composer, span_text(folder));
	view->changed = true;
}

/* -- shown ---------------------------------------------------------------- */

static void ask(struct tui *tui, const char *after);

static void
on_list(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const char *next = json_string_value(json_object_get(result, "next"));

	if (err != 0)
		return;
	model_take_offers(tui->model, json_object_get(result, "offers"));
	if (next != NULL)
		ask(tui, next);
}

static void
ask(struct tui *tui, const char *after)
{
	session_call(tui->session, RPC_OFFER_LIST,
	    json_pack("{s:s*}", "after", after), on_list, tui);
}

static struct view *
find_view(const struct tui *tui)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (tui->switcher.views[i]->type == &files_type)
			return tui->switcher.views[i];
	}
	return NULL;
}

void
view_files_refresh(struct tui *tui)
{
	if (find_view(tui) != NULL)
		ask(tui, NULL);
}

void
view_files_show(struct tui *tui)
{
	struct view *view = find_view(tui);
	struct view_files *self;

	if (view != NULL) {
		tui_show(tui, view);
		return;
	}
	self = xcalloc(1, sizeof *self);
	view_init(&self->view, &files_type, tui);
	tui_add(tui, &self->view);
	ask(tui, NULL);
}
