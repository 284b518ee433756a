/* screen.c: the parts of the screen and what is drawn where. */
#include "cam-tui/screen.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/composer.h"
#include "cam-tui/layout.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/phone.h"
#include "cam-tui/secret.h"
#include "cam-tui/session.h"
#include "cam-tui/transfer_text.h"
#include "cam-tui/tui.h"

enum { COMPOSER_ROWS_MAX = 8, ROSTER_COLUMNS_MIN = 12 };

#define PROMPT "> "
#define PROMPT_NORMAL ": "
#define BORDER "\xe2\x94\x82"

/* -- parts ---------------------------------------------------------------- */

static unsigned
composer_room(unsigned rows, unsigned wanted)
{
	unsigned most =
	    rows / 3 < COMPOSER_ROWS_MAX ? rows / 3 : COMPOSER_ROWS_MAX;

	if (most < 1)
		most = 1;
	return wanted < 1 ? 1 : wanted < most ? wanted : most;
}

void
screen_divide(unsigned rows, unsigned columns, unsigned roster_columns,
    unsigned composer_rows, unsigned call_rows, struct screen_parts *parts)
{
	unsigned below = composer_room(rows, composer_rows);
	unsigned middle = rows - below - 2 - call_rows;
	unsigned left = 0;

	*parts = (struct screen_parts){ 0 };
	parts->title = (struct box){ 0, 0, 1, columns };
	parts->calls = (struct box){ 1 + middle, 0, call_rows, columns };
	parts->status = (struct box){ 1 + middle + call_rows, 0, 1, columns };
	parts->composer =
	    (struct box){ 2 + middle + call_rows, 0, below, columns };
	if (roster_columns >= ROSTER_COLUMNS_MIN &&
	    columns >= SCREEN_SPLIT_COLUMNS) {
		left =
		    roster_columns < columns / 2 ? roster_columns : columns / 2;
		parts->roster = (struct box){ 1, 0, middle, left };
		parts->border = (struct box){ 1, left, middle, 1 };
		left++;
	}
	parts->view = (struct box){ 1, left, middle, columns - left };
}

/* -- composer ------------------------------------------------------------- */

static struct view *
writing_in(const struct tui *tui)
{
	return tui->switcher.shown;
}

/* What is being written, laid out, and where in it the cursor is. */
struct writing {
	struct layout layout;
	size_t line;
	unsigned column;
};

static void
lay_writing(const struct tui *tui, unsigned columns, struct writing *writing)
{
	const struct composer *composer = writing_in(tui)->composer;
	struct layout *layout = &writing->layout;
	struct span text = composer_text(composer);
	size_t cursor = composer_cursor(composer);

	layout_init(layout, columns);
	layout->breaks_anywhere = true;
	layout->indent = layout->margin = 2;
	layout_text(layout, STYLE_ACCENT, "  ");
	layout_put(layout, STYLE_PLAIN, span_of(text.data, cursor));
	writing->line = layout->lines - 1;
	writing->column = layout->column;
	if (writing->column >= columns) {
		writing->line++;
		writing->column = columns > 4 ? 2 : 0;
	}
	if (cursor < text.len)
		layout_put(layout, STYLE_PLAIN,
		    span_of(text.data + cursor, text.len - cursor));
}

static void
divide(const struct tui *tui, const struct canvas *canvas,
    const struct writing *writing, struct screen_parts *parts)
{
	const struct layout *layout = &writing->layout;
	size_t lines = layout->lines + (layout->column >= layout->columns);

	screen_divide(canvas->rows, canvas->columns,
	    tui->options.roster_columns,
	    lines < COMPOSER_ROWS_MAX ? (unsigned)lines : COMPOSER_ROWS_MAX,
	    phone_rows(tui->phone, canvas->rows), parts);
}

void
screen_parts(const struct tui *tui, const struct canvas *canvas,
    struct screen_parts *parts)
{
	struct writing writing;

	lay_writing(tui, canvas->columns, &writing);
	divide(tui, canvas, &writing, parts);
	layout_finish(&writing.layout);
}

/* In its place: what is typed is not shown. */
static void
draw_secret(const struct tui *tui, struct canvas *canvas, struct box box)
{
	unsigned used = canvas_put_cut(canvas, box, 0, 0, box.columns - 1,
	    STYLE_ACCENT, span_text(secret_question()));

	canvas->cursor_shown = true;
	canvas->cursor_row = box.row;
	canvas->cursor_column = box.column + used;
}

static void
draw_composer(const struct tui *tui, const struct writing *writing,
    struct canvas *canvas, struct box box)
{
	size_t line = writing->line;
	size_t from = line >= box.rows ? line - box.rows + 1 : 0;

	layout_draw(&writing->layout, canvas, box, 0, from, box.rows);
	if (from == 0)
		canvas_put(canvas, box, 0, 0, STYLE_ACCENT,
		    span_text(tui->is_normal ? PROMPT_NORMAL : PROMPT));
	if (canvas->cursor_shown)
		return;
	canvas->cursor_shown = true;
	canvas->cursor_row = box.row + (unsigned)(line - from);
	canvas->cursor_column = box.column + writing->column;
}

static void
draw_writing(const struct tui *tui, const struct writing *writing,
    struct canvas *canvas, struct box box)
{
	canvas_fill(canvas, box, STYLE_PLAIN);
	if (secret_is_open(tui->secret))
		draw_secret(tui, canvas, box);
	else
		draw_composer(tui, writing, canvas, box);
}

/* -- title and status ----------------------------------------------------- */

static void
draw_title(const struct tui *tui, struct canvas *canvas, struct box box)
{
	const struct view *view = tui_front(tui);
	char *title = view_title(view);
	char *about =
	    view->type->about != NULL ? view->type->about(view) : xstrdup("");
	unsigned width, used;

	canvas_fill(canvas, box, STYLE_BAR);
	used = canvas_put_cut(canvas, box, 0, 1, box.columns - 1,
	    STYLE_BAR_STRONG, span_text(title));
	width = (unsigned)text_width(span_text(about));
	if (used + 3 < box.columns) {
		unsigned room = box.columns - used - 3;
		unsigned at =
		    width + 1 < room ? box.columns - width - 1 : used + 3;

		canvas_put_cut(canvas, box, 0, at, box.columns - at, STYLE_BAR,
		    span_text(about));
	}
	free(title);
	free(about);
}

static const char *
state_text(enum session_state state)
{
	switch (state) {
	case SESSION_CONNECTING:
	case SESSION_GREETING:
		return _("connecting");
	case SESSION_STARTING:
		return _("starting camd");
	case SESSION_LOCKED:
		return _("locked");
	case SESSION_WAITING:
		return _("no camd");
	case SESSION_ONLINE:
		break;
	}
	return "";
}

/* "2:Anna 3:Carl(2)": those with something new stand out, the others are there
 * as far as there is room. */
static unsigned
draw_views(const struct tui *tui, struct canvas *canvas, struct box box,
    unsigned column, bool unread_only)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		const struct view *view = tui->switcher.views[i];
		size_t unread, mentions;
		char *title, *text;
		enum style style = STYLE_BAR_DIM;

		view_unread(view, &unread, &mentions);
		if ((unread > 0) != unread_only)
			continue;
		title = view_title(view);
		text = unread > 0 ? xasprintf("%u:%s(%zu)", view->number, title,
					unread)
				  : xasprintf("%u:%s", view->number, title);
		if (unread > 0)
			style =
			    mentions > 0 ? STYLE_BAR_WARN : STYLE_BAR_UNREAD;
		else if (view == tui->switcher.shown)
			style = STYLE_BAR_STRONG;
		column += canvas_put_cut(canvas, box, 0, column,
		    column + 1 < box.columns ? box.columns - column : 0, style,
		    span_text(text));
		column++;
		free(title);
		free(text);
	}
	return column;
}

/* How far all that runs is, in and out. */
static unsigned
draw_transfers(const struct tui *tui, struct canvas *canvas, struct box box,
    unsigned column)
{
	for (int received = 1; received >= 0; received--) {
		uint64_t size, done;
		char *text;

		if (!model_transfer_sum(
			tui->model, received == 1, &size, &done))
			continue;
		text = xasprintf("%s%u%%",
		    received == 1 ? "\xe2\x86\x93" : "\xe2\x86\x91",
		    transfer_percent(done, size));
		column += 1 + canvas_put_cut(canvas, box, 0, column,
				  box.columns - column, STYLE_BAR_STRONG,
				  span_text(text));
		free(text);
	}
	return column;
}

static void
draw_status(const struct tui *tui, struct canvas *canvas, struct box box)
{
	enum session_state state = session_state(tui->session);
	char clock[MESSAGE_INDENT];
	const char *hint = _("F1 help  F2 users");
	unsigned column = 1, width = (unsigned)text_width(span_text(hint));

	canvas_fill(canvas, box, STYLE_BAR);
	if (prompt_is_on(tui)) {
		canvas_put_cut(canvas, box, 0, 1, box.columns - 1,
		    STYLE_BAR_STRONG, span_text(tui->prompt.text));
		return;
	}
	if (tui->notice != NULL) {
		canvas_put_cut(canvas, box, 0, 1, box.columns - 1,
		    tui->notice_style, span_text(tui->notice));
		return;
	}
	message_clock_text(clock_wall_ms(), clock);
	column +=
	    canvas_put(canvas, box, 0, column, STYLE_BAR_DIM, span_text(clock));
	column++;
	if (state != SESSION_ONLINE)
		column += 1 + canvas_put_cut(canvas, box, 0, column,
				  box.columns - column, STYLE_BAR_WARN,
				  span_text(state_text(state)));
	else if (tui->away != NULL)
		column += 1 + canvas_put_cut(canvas, box, 0, column,
				  box.columns - column, STYLE_BAR_WARN,
				  span_text(_("away")));
	column = draw_transfers(tui, canvas, box, column);
	if (model_rule_now(model_rule(tui->model), clock_wall_ms()) ==
	    NOTIFY_NONE)
		column += 1 + canvas_put_cut(canvas, box, 0, column,
				  box.columns - column, STYLE_BAR_WARN,
				  span_text(_("do not disturb")));
	column = draw_views(tui, canvas, box, column, true);
	column = draw_views(tui, canvas, box, column, false);
	if (column + width + 2 < box.columns)
		canvas_put(canvas, box, 0, box.columns - width - 1,
		    STYLE_BAR_DIM, span_text(hint));
}

/* -- all ------------------------------------------------------------------ */

static void
draw_border(struct canvas *canvas, struct box box)
{
	for (unsigned row = 0; row < box.rows; row++)
		canvas_put(
		    canvas, box, row, 0, STYLE_BORDER, span_text(BORDER));
}

/* What stands there already is left alone; a list that has the keys also has
 * the cursor. */
static void
draw_view(struct tui *tui, struct view *view, struct canvas *canvas,
    struct box box, struct drawn *drawn)
{
	bool has_cursor = view == tui_front(tui) && view->is_list;

	if (box.rows == 0 || box.columns == 0) {
		drawn->view = NULL;
		return;
	}
	if (!view->changed && !has_cursor && drawn->view == view &&
	    box_is(drawn->box, box))
		return;
	if (drawn->view != view || !box_is(drawn->box, box))
		rows_forget(&view->rows);
	if (!rows_are_known(&view->rows))
		canvas_fill(canvas, box, STYLE_PLAIN);
	view->changed = false;
	view->type->draw(view, canvas, box);
	*drawn = (struct drawn){ view, box };
}

void
screen_draw(struct tui *tui, struct canvas *canvas)
{
	struct screen_parts parts;
	struct writing writing;
	bool is_split;

	canvas->cursor_shown = false;
	if (canvas->rows < SCREEN_ROWS_MIN ||
	    canvas->columns < SCREEN_COLUMNS_MIN) {
		canvas_fill(canvas, canvas_box(canvas), STYLE_PLAIN);
		tui->drawn_view.view = tui->drawn_roster.view = NULL;
		canvas_put(canvas, canvas_box(canvas), 0, 0, STYLE_WARN,
		    span_text(_("too small")));
		return;
	}
	lay_writing(tui, canvas->columns, &writing);
	divide(tui, canvas, &writing, &parts);
	canvas->scrolled = parts.view;
	is_split = parts.roster.columns > 0;
	if (is_split && (tui->drawn_roster.view == NULL ||
			    !box_is(tui->drawn_roster.box, parts.roster)))
		draw_border(canvas, parts.border);
	draw_view(tui, tui->roster, canvas, parts.roster, &tui->drawn_roster);
	/* Where there is no room for both, what has the keys is shown. */
	draw_view(tui,
	    tui->roster_has_keys && !is_split ? tui->roster
					      : tui->switcher.shown,
	    canvas, parts.view, &tui->drawn_view);
	draw_title(tui, canvas, parts.title);
	phone_draw(tui->phone, canvas, parts.calls);
	draw_status(tui, canvas, parts.status);
	draw_writing(tui, &writing, canvas, parts.composer);
	tui->drawn_composer = parts.composer;
	layout_finish(&writing.layout);
}

bool
screen_draw_writing(struct tui *tui, struct canvas *canvas)
{
	struct screen_parts parts;
	struct writing writing;
	bool has_room;

	if (canvas->rows < SCREEN_ROWS_MIN ||
	    canvas->columns < SCREEN_COLUMNS_MIN || tui_front(tui)->is_list ||
	    secret_is_open(tui->secret))
		return false;
	lay_writing(tui, canvas->columns, &writing);
	divide(tui, canvas, &writing, &parts);
	has_room = box_is(parts.composer, tui->drawn_composer);
	if (has_room) {
		canvas->cursor_shown = false;
		draw_writing(tui, &writing, canvas, parts.composer);
	}
	layout_finish(&writing.layout);
	return has_room;
}
