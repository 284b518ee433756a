/* tui.c: one run of the screen: its parts put together. */
#include "cam-tui/tui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/composer.h"
#include "cam-tui/drawing.h"
#include "cam-tui/idle.h"
#include "cam-tui/linear.h"
#include "cam-tui/linkset.h"
#include "cam-tui/model.h"
#include "cam-tui/phone.h"
#include "cam-tui/pictures.h"
#include "cam-tui/screen.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/view_text.h"
#include "loop/loop.h"

/* -- painting ------------------------------------------------------------- */

/* More often than so nobody sees it; those that follow each other, as when one
 * thing leads to another, need not wait: at the start there are a dozen until
 * all that was asked for is there. */
enum { FRAME_MS = 16, FRAMES_AT_ONCE = 16 };

/* However much changes at once, it is painted once, when all that has come was
 * looked at. */
void
tui_changed(struct tui *tui)
{
	uint64_t now_ms = clock_now_ms();

	if (!timer_is_running(&tui->painting))
		timer_start(&tui->painting, tui->next_frame_ms > now_ms
						? tui->next_frame_ms - now_ms
						: 0);
}

static void
count_frame(struct tui *tui)
{
	uint64_t now_ms = clock_now_ms();

	if (tui->next_frame_ms + FRAMES_AT_ONCE * FRAME_MS < now_ms)
		tui->next_frame_ms = now_ms - FRAMES_AT_ONCE * FRAME_MS;
	tui->next_frame_ms += FRAME_MS;
}

/* False: the terminal has another size than what was drawn. */
static bool
fits_canvas(const struct tui *tui, unsigned *rows, unsigned *columns)
{
	terminal_size(tui->terminal, rows, columns);
	if (tui->linear != NULL)
		linear_size(rows, columns);
	return *rows == tui->canvas.rows && *columns == tui->canvas.columns;
}

static void
fit_canvas(struct tui *tui)
{
	struct linkset *links = tui->canvas.links;
	unsigned rows, columns;

	if (fits_canvas(tui, &rows, &columns))
		return;
	canvas_finish(&tui->canvas);
	canvas_init(&tui->canvas, rows, columns);
	tui->canvas.links = links;
	tui->drawn_view.view = tui->drawn_roster.view = NULL;
}

/* "cam: Bob (3)": where one is, and what is unread in all. */
static void
set_title(struct tui *tui)
{
	size_t unread = model_unread(tui->model);
	char *view = view_title(tui->switcher.shown);
	char *calls = phone_title(tui->phone);
	const char *what = calls != NULL ? calls : view;
	char *title = unread > 0 ? xasprintf("cam: %s (%zu)", what, unread)
				 : xasprintf("cam: %s", what);

	if (tui->title == NULL || strcmp(tui->title, title) != 0) {
		terminal_set_title(tui->terminal, title);
		free(tui->title);
		tui->title = xstrdup(title);
	}
	free(calls);
	free(view);
	free(title);
}

/* Some thousand links have been seen: those that still are get new numbers. */
static void
renew_links(struct tui *tui)
{
	linkset_clear(tui->links);
	terminal_forget(tui->terminal);
	tui->drawn_view.view = tui->drawn_roster.view = NULL;
	screen_draw(tui, &tui->canvas);
}

void
tui_paint(struct tui *tui)
{
	if (tui->is_ending || drawing_is_shown(tui) ||
	    pictures_have_terminal(tui->pictures))
		return;
	timer_stop(&tui->painting);
	fit_canvas(tui);
	screen_draw(tui, &tui->canvas);
	if (linkset_is_full(tui->links))
		renew_links(tui);
	if (tui->linear != NULL) {
		linear_paint(tui->linear);
		return;
	}
	if (!terminal_paint(tui->terminal, &tui->canvas))
		return;
	count_frame(tui);
	set_title(tui);
}

void
tui_paint_writing(struct tui *tui)
{
	unsigned rows, columns;

	if (tui->linear != NULL || !fits_canvas(tui, &rows, &columns) ||
	    !screen_draw_writing(tui, &tui->canvas))
		tui_paint(tui);
	else
		terminal_paint(tui->terminal, &tui->canvas);
}

void
tui_redraw(struct tui *tui)
{
	drawing_leave(tui);
	terminal_forget(tui->terminal);
	linear_forget(tui->linear);
	free(tui->title);
	tui->title = NULL;
	tui_changed(tui);
}

/* -- telling -------------------------------------------------------------- */

void
tui_show_notice(struct tui *tui, enum style style, const char *text)
{
	char *copy = text != NULL ? xstrdup(text) : NULL;

	if (text == NULL && tui->notice == NULL)
		return;
	tui->has_acted = true;
	if (text != NULL)
		linear_say(tui->linear, text);
	free(tui->notice);
	tui->notice = copy;
	tui->notice_style = style;
	tui_changed(tui);
}

void
tui_log(struct tui *tui, enum style style, const char *text)
{
	char time[CLOCK_TEXT_SIZE], *clock;

	clock_format(clock_wall_ms(), time, sizeof time);
	clock = xasprintf("%.8s ", time + 11);
	view_text_add_pair(tui->log, style, clock, 9, text);
	free(clock);
}

void
tui_say(struct tui *tui, enum style style, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	if (style == STYLE_BAD || style == STYLE_WARN)
		style = STYLE_BAR_WARN;
	tui_show_notice(tui, style, text);
	tui_log(tui, style == STYLE_BAR_WARN ? STYLE_WARN : STYLE_DIM, text);
	free(text);
}

bool
tui_is_watched(const struct tui *tui)
{
	return tui->is_focused && !idle_is_detached(tui->idle);
}

void
tui_quit(struct tui *tui, int code)
{
	tui->code = code;
	tui->is_ending = true;
	loop_stop(tui->loop);
}

/* -- views ---------------------------------------------------------------- */

struct view *
tui_front(const struct tui *tui)
{
	return tui->roster_has_keys ? tui->roster : tui->switcher.shown;
}

void
tui_show(struct tui *tui, struct view *view)
{
	tui->roster->changed |= tui->roster_has_keys;
	tui->roster_has_keys = false;
	switcher_show(&tui->switcher, view);
	view->changed = true;
	tui_changed(tui);
}

void
tui_add(struct tui *tui, struct view *view)
{
	switcher_add(&tui->switcher, view);
	tui_show(tui, view);
}

void
tui_close(struct tui *tui, struct view *view)
{
	if (view == tui->log || tui->switcher.count == 1)
		return;
	if (view == tui->help)
		tui->help = NULL;
	if (view == tui->output)
		tui->output = NULL;
	switcher_close(&tui->switcher, view);
	tui->switcher.shown->changed = true;
	tui_changed(tui);
}

static struct view *
find_talk(const struct tui *tui, const struct model_talk *talk)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (view_talk_of(tui->switcher.views[i]) == talk)
			return tui->switcher.views[i];
	}
	return NULL;
}

struct view *
tui_place_talk(struct tui *tui, struct model_talk *talk)
{
	struct view *view = find_talk(tui, talk);

	if (view == NULL) {
		view = view_talk_new(tui, talk);
		switcher_add(&tui->switcher, view);
	}
	return view;
}

struct view *
tui_open_talk(struct tui *tui, struct model_talk *talk)
{
	struct view *view = tui_place_talk(tui, talk);

	tui_show(tui, view);
	return view;
}
