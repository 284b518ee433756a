/* tui_input.c: what comes from the terminal: keys, pastes, clicks. */
#include <string.h>

#include "base/text.h"
#include "cam-tui/attach.h"
#include "cam-tui/completion.h"
#include "cam-tui/composer.h"
#include "cam-tui/drawing.h"
#include "cam-tui/idle.h"
#include "cam-tui/model.h"
#include "cam-tui/phone.h"
#include "cam-tui/screen.h"
#include "cam-tui/secret.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_talk.h"

enum { ESCAPE_MS = 50, WHEEL_LINES = 3, LIGHT_FROM = 128 };
enum { MODE_SIDES = 69 }; /* DECLRMM */

static bool
list_has_keys(const struct tui *tui)
{
	return tui_front(tui)->is_list;
}

static enum command_where
where_of(const struct tui *tui)
{
	if (list_has_keys(tui))
		return WHERE_LIST;
	return tui->is_normal ? WHERE_VI : WHERE_INPUT;
}

static void
forget_strokes(struct tui *tui)
{
	tui->stroke_count = 0;
}

/* No command: text, or what the list makes of it. */
static void
take_text(struct tui *tui, struct stroke stroke)
{
	struct view *view = tui_front(tui);
	struct buf text;

	if (list_has_keys(tui)) {
		if (view->type->stroke != NULL)
			view->type->stroke(view, stroke);
		tui->has_acted = true;
		return;
	}
	if (tui->is_normal || stroke.mods != 0 || stroke.key < ' ' ||
	    stroke.key >= 0x110000)
		return;
	buf_init(&text, 8);
	utf8_put(&text, stroke.key);
	composer_insert(view->composer, buf_span(&text));
	buf_finish(&text);
	if (view->type->typing != NULL)
		view->type->typing(view);
	tui->has_written = true;
}

static void
act_on(struct tui *tui, const struct command *command)
{
	if (strcmp(command->name, "complete") != 0)
		completion_end(tui);
	command->run(tui, NULL);
}

static void
on_stroke(struct stroke stroke, void *arg)
{
	struct tui *tui = arg;
	const struct command *command = NULL;

	if (tui->is_ending)
		return;
	idle_key(tui->idle);
	if (drawing_is_shown(tui)) {
		drawing_leave(tui);
		return;
	}
	if (prompt_is_on(tui)) {
		prompt_stroke(tui, stroke);
		return;
	}
	tui_show_notice(tui, STYLE_BAR, NULL);
	tui->is_focused = true;
	if (secret_is_open(tui->secret)) {
		secret_stroke(tui->secret, stroke);
		tui->has_acted = true;
		return;
	}
	tui->last = stroke;
	tui->strokes[tui->stroke_count++] = stroke;
	switch (keytable_match(tui->keytable, where_of(tui), tui->strokes,
	    tui->stroke_count, &command)) {
	case KEY_BEGINS:
		if (tui->stroke_count < KEYTABLE_STROKES)
			return;
		break;
	case KEY_FOUND:
		forget_strokes(tui);
		act_on(tui, command);
		tui->has_acted = true;
		return;
	case KEY_NONE:
		break;
	}
	/* Of a sequence that is none nothing is taken. */
	if (tui->stroke_count == 1) {
		completion_end(tui);
		take_text(tui, stroke);
	}
	forget_strokes(tui);
}

static void
on_paste(struct span text, void *arg)
{
	struct tui *tui = arg;
	struct view *view = tui->switcher.shown;

	if (secret_is_open(tui->secret)) {
		secret_paste(tui->secret, text);
		return;
	}
	if (tui->is_ending || list_has_keys(tui))
		return;
	completion_end(tui);
	idle_key(tui->idle);
	drawing_leave(tui);
	tui_changed(tui);
	if (attach_pasted(tui, text))
		return;
	composer_insert(view->composer, text);
	if (view->type->typing != NULL)
		view->type->typing(view);
	tui->has_written = true;
}

static bool
is_inside(struct box box, struct mouse mouse)
{
	return mouse.row >= box.row && mouse.row < box.row + box.rows &&
	       mouse.column >= box.column &&
	       mouse.column < box.column + box.columns;
}

static void
point_at(struct view *view, struct box box, struct mouse mouse)
{
	if (mouse.what == MOUSE_PRESS && mouse.button == 1) {
		if (view->type->click != NULL)
			view->type->click(view, mouse.row - box.row,
			    mouse.column - box.column);
		return;
	}
	for (int i = 0; i < WHEEL_LINES && view->type->act != NULL; i++) {
		if (mouse.what == MOUSE_WHEEL_UP)
			view->type->act(view, ACT_LINE_UP);
		else if (mouse.what == MOUSE_WHEEL_DOWN)
			view->type->act(view, ACT_LINE_DOWN);
	}
}

static void
on_mouse(struct mouse mouse, void *arg)
{
	struct tui *tui = arg;
	struct screen_parts parts;

	if (tui->is_ending || drawing_is_shown(tui) ||
	    mouse.what == MOUSE_RELEASE || tui->canvas.rows < SCREEN_ROWS_MIN)
		return;
	idle_key(tui->idle);
	screen_parts(tui, &tui->canvas, &parts);
	if (is_inside(parts.roster, mouse))
		point_at(tui->roster, parts.roster, mouse);
	else if (is_inside(parts.view, mouse))
		point_at(parts.roster.columns > 0 ? tui->switcher.shown
						  : tui_front(tui),
		    parts.view, mouse);
	tui->has_acted = true;
}

static void
on_focus(bool focused, void *arg)
{
	struct tui *tui = arg;

	tui->is_focused = focused;
	if (!focused)
		idle_check(tui->idle);
	phone_change(tui->phone);
	tui->switcher.shown->changed = true;
	tui_changed(tui);
}

static void
on_background(unsigned light, void *arg)
{
	struct tui *tui = arg;
	const char *name = light >= LIGHT_FROM ? "light" : "dark";

	if (strcmp(tui->options.theme, "auto") != 0 ||
	    strcmp(tui->theme.name, name) == 0)
		return;
	theme_find(name, &tui->theme);
	terminal_set_theme(tui->terminal, &tui->theme);
	tui_changed(tui);
}

static void
on_mode(unsigned mode, bool known, void *arg)
{
	struct tui *tui = arg;

	if (mode != MODE_SIDES)
		return;
	terminal_tell_sides(tui->terminal, known);
	tui_changed(tui);
}

const struct typed_ops tui_typed_ops = { on_stroke, on_paste, on_mouse,
	on_focus, on_background, on_mode };

/* Who types sees it before what comes from others. */
static void
paint_typed(struct tui *tui)
{
	if (tui->has_acted)
		tui_paint(tui);
	else if (tui->has_written && !tui->is_ending)
		tui_paint_writing(tui);
	tui->has_acted = tui->has_written = false;
}

void
tui_on_typed(struct span bytes, void *arg)
{
	struct tui *tui = arg;
	bool is_secret = secret_is_open(tui->secret);

	typed_feed(&tui->typed, bytes);
	if (is_secret && !typed_is_waiting(&tui->typed))
		typed_wipe(&tui->typed);
	if (typed_is_waiting(&tui->typed))
		timer_start(&tui->escape, ESCAPE_MS);
	else
		timer_stop(&tui->escape);
	paint_typed(tui);
}

void
tui_on_escape(void *arg)
{
	struct tui *tui = arg;

	typed_flush(&tui->typed);
	paint_typed(tui);
}
