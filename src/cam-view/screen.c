/* screen.c: pictures on a terminal, as often as it takes them. */
#include "cam-view/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/width.h"
#include "cam-view/brush.h"
#include "cam-view/probe.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "picture/pace.h"

enum {
	OUT_MAX = 16 * 1024 * 1024,
	FASTEST_MS = 33,
	LOOK_MS = 15,	 /* for a new picture, where none was there */
	ANSWER_MS = 500, /* for the first answer; who has none is not asked */
	CELL_ASPECT = 200,
	NAME_ROWS_LEAST = 4, /* of a tile that has a name in it */
};

/* Of what was drawn last: on its way, or what the terminal says is awaited. */
enum state { IDLE, WRITING, WAITING };

struct screen {
	struct views *views;
	void (*on_end)(void *arg);
	void *arg;
	int fd; /* the terminal, by a description of our own */
	struct termios before;
	bool is_raw;
	struct watch watch;
	struct timer timer;
	enum screen_way way;
	struct probe probe;
	struct brush *brushes[TILES_MAX];
	unsigned columns, rows, cell_width, cell_height;
	unsigned version; /* of the views, as they were laid out */
	bool is_placed, is_started;
	struct buf out;
	size_t written;
	enum state state;
	uint64_t began_ms;
	unsigned dones; /* of the probe, before what was written last */
	bool asks;	/* the terminal answers when it is done */
	struct pace pace;
};

static const char enter_text[] = "\033[?1049h\033[?25l\033[2J";
static const char leave_text[] = "\033[m\033[?25h\033[?1049l";

/* -- what is drawn -----------------------------------------------------------
 */

static bool
is_set(const char *name, const char *text)
{
	const char *value = getenv(name);

	return value != NULL && strstr(value, text) != NULL;
}

static enum brush_kind
choose_brush(const struct screen *screen)
{
	if (screen->way == SCREEN_KITTY ||
	    (screen->way == SCREEN_ASK && screen->probe.has_kitty))
		return BRUSH_KITTY;
	if (screen->way == SCREEN_SIXEL ||
	    (screen->way == SCREEN_ASK && screen->probe.has_sixel))
		return BRUSH_SIXEL;
	if (is_set("COLORTERM", "truecolor") || is_set("COLORTERM", "24bit"))
		return BRUSH_CELLS;
	return is_set("TERM", "256") ? BRUSH_CELLS_256 : BRUSH_CELLS_16;
}

static void
look_at_size(struct screen *screen)
{
	struct winsize window = { 0 };

	if (ioctl(screen->fd, TIOCGWINSZ, &window) < 0 || window.ws_col == 0 ||
	    window.ws_row == 0) {
		window.ws_col = 80;
		window.ws_row = 24;
	}
	screen->columns = window.ws_col < LIMIT_PICTURE_COLUMNS
			      ? window.ws_col
			      : LIMIT_PICTURE_COLUMNS;
	screen->rows = window.ws_row < LIMIT_PICTURE_ROWS ? window.ws_row
							  : LIMIT_PICTURE_ROWS;
	screen->cell_width = window.ws_xpixel / window.ws_col;
	screen->cell_height = window.ws_ypixel / window.ws_row;
}

static void
remove_brushes(struct screen *screen)
{
	for (unsigned i = 0; i < TILES_MAX; i++) {
		if (screen->brushes[i] != NULL)
			brush_remove(screen->brushes[i], &screen->out);
		brush_free(screen->brushes[i]);
		screen->brushes[i] = NULL;
	}
}

/* The last row of a tile, where the rest is large enough for a picture. */
static struct tile
cut_name(struct tile *tile, const char *text)
{
	struct tile name = *tile;

	if (tile->height < NAME_ROWS_LEAST || text[0] == '\0') {
		name.height = 0;
		return name;
	}
	tile->height--;
	name.top += tile->height;
	name.height = 1;
	return name;
}

/* In the middle, as much of it as there is room for. */
static void
put_name(struct screen *screen, const struct tile *tile, const char *name)
{
	char *text = text_printable(name, TEXT_LINE);
	struct span rest = span_text(text);
	unsigned width = 0, columns = 0;
	size_t len = 0, next;

	while (tile->height > 0 && len < rest.len) {
		next = grapheme_next(
		    span_of(rest.data + len, rest.len - len), 1, &columns);
		if (width + columns > tile->width)
			break;
		width += columns;
		len += next;
	}
	if (len > 0) {
		buf_printf(&screen->out, "\033[m\033[%u;%uH", tile->top + 1,
		    tile->left + (tile->width - width) / 2 + 1);
		buf_put_span(&screen->out, span_of(rest.data, len));
	}
	free(text);
}

/* Everything anew: in other places, on a cleared page. */
static void
place_all(struct screen *screen)
{
	struct views *views = screen->views;
	struct tile tiles[TILES_MAX], names[TILES_MAX];

	look_at_size(screen);
	tiles_place(views->form, views->count, screen->columns, screen->rows,
	    CELL_ASPECT / 4, tiles);
	remove_brushes(screen);
	for (unsigned i = 0; i < views->count; i++) {
		names[i] = cut_name(&tiles[i], views_of_tile(views, i)->name);
		screen->brushes[i] = brush_new(choose_brush(screen), i);
		brush_place(screen->brushes[i], &tiles[i], screen->cell_width,
		    screen->cell_height);
		views->list[i].shown = 0;
	}
	buf_put_text(&screen->out, "\033[m\033[2J");
	for (unsigned i = 0; i < views->count; i++)
		put_name(screen, &names[i], views_of_tile(views, i)->name);
	screen->version = views->version;
	screen->is_placed = true;
}

/* A picture that was written over while it was drawn is followed by a newer
 * one, which puts right what is wrong. */
static void
draw_view(struct screen *screen, unsigned i)
{
	struct view *view = views_of_tile(screen->views, i);
	struct frames_picture newest;

	if (!frames_newest(view->frames, view->shown, &newest))
		return;
	if (brush_draw(screen->brushes[i], &newest.picture, &screen->out) < 0)
		return;
	view->shown = newest.number;
}

/* -- writing -----------------------------------------------------------------
 */

static void go_on(struct screen *screen);

static void
update_watch(struct screen *screen)
{
	watch_set(&screen->watch,
	    WATCH_READ | (screen->state == WRITING ? WATCH_WRITE : 0));
}

static void
finish(struct screen *screen)
{
	uint64_t now_ms = clock_now_ms();

	pace_written(&screen->pace, screen->began_ms,
	    (unsigned)(now_ms - screen->began_ms));
	screen->state = IDLE;
	timer_start(&screen->timer, pace_left_ms(&screen->pace, now_ms) + 0ul);
}

static void
on_written(struct screen *screen)
{
	buf_clear(&screen->out);
	screen->written = 0;
	screen->state = WAITING;
	if (!screen->asks || screen->probe.dones != screen->dones)
		finish(screen);
	else
		timer_start(&screen->timer, PACE_SLOWEST_MS);
}

static void
write_some(struct screen *screen)
{
	while (screen->written < screen->out.len) {
		ssize_t put =
		    write(screen->fd, screen->out.data + screen->written,
			screen->out.len - screen->written);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN)
			return;
		if (put <= 0) {
			screen->on_end(screen->arg);
			return;
		}
		screen->written += (size_t)put;
	}
	on_written(screen);
}

static void
send_drawn(struct screen *screen)
{
	if (screen->asks)
		buf_put_text(&screen->out, PROBE_ARE_YOU_DONE);
	screen->dones = screen->probe.dones;
	screen->began_ms = clock_now_ms();
	screen->state = WRITING;
	write_some(screen);
	update_watch(screen);
}

static void
go_on(struct screen *screen)
{
	struct views *views = screen->views;

	if (!screen->is_placed || views->version != screen->version)
		place_all(screen);
	for (unsigned i = 0; i < views->count; i++)
		draw_view(screen, i);
	if (buf_failed(&screen->out)) {
		/* More than fits: the next is drawn whole. */
		buf_clear(&screen->out);
		screen->is_placed = false;
	}
	if (screen->out.len > 0)
		send_drawn(screen);
	else
		timer_start(&screen->timer, LOOK_MS);
}

/* -- what happens ------------------------------------------------------------
 */

static void
on_time(void *arg)
{
	struct screen *screen = arg;

	if (!screen->is_started) {
		/* It did not answer: it cannot, and will not when it is done.
		 */
		screen->is_started = true;
		screen->asks = screen->probe.answered;
	}
	if (screen->state == WAITING) {
		finish(screen);
		return;
	}
	if (screen->state == IDLE)
		go_on(screen);
}

static void
take_input(struct screen *screen)
{
	uint8_t bytes[512];
	ssize_t got = read(screen->fd, bytes, sizeof bytes);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		screen->on_end(screen->arg);
		return;
	}
	if (got < 0)
		return;
	screen->probe.key = 0;
	probe_feed(&screen->probe, span_of(bytes, (size_t)got));
	if (!screen->is_started && screen->probe.answered)
		on_time(screen);
	if (screen->state == WAITING && screen->probe.dones != screen->dones)
		finish(screen);
	if (!views_take_key(screen->views, screen->probe.key))
		screen->on_end(screen->arg);
}

static void
on_ready(int fd, int events, void *arg)
{
	struct screen *screen = arg;

	if ((events & WATCH_WRITE) != 0 && screen->state == WRITING) {
		write_some(screen);
		update_watch(screen);
	}
	if ((events & WATCH_READ) != 0)
		take_input(screen);
}

static void
on_resize(int signo, void *arg)
{
	struct screen *screen = arg;

	screen->is_placed = false;
}

/* -- its life ----------------------------------------------------------------
 */

/* By a name of its own, so that nobody else's descriptor is changed. */
static int
open_terminal(struct screen *screen, int fd)
{
	const char *name = ttyname(fd);
	struct termios raw;

	screen->fd =
	    name == NULL
		? -1
		: open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (screen->fd < 0 || tcgetattr(screen->fd, &screen->before) < 0)
		return CAM_ERR_SYSTEM;
	raw = screen->before;
	cfmakeraw(&raw);
	if (tcsetattr(screen->fd, TCSANOW, &raw) < 0)
		return CAM_ERR_SYSTEM;
	screen->is_raw = true;
	return 0;
}

int
screen_new(struct loop *loop, int fd, enum screen_way way, struct views *views,
    void (*on_end)(void *arg), void *arg, struct screen **made)
{
	struct screen *screen = xcalloc(1, sizeof *screen);
	int err = open_terminal(screen, fd);

	screen->views = views;
	screen->on_end = on_end;
	screen->arg = arg;
	screen->way = way;
	buf_init(&screen->out, OUT_MAX);
	timer_init(&screen->timer, loop, on_time, screen);
	watch_init(&screen->watch, loop, screen->fd, on_ready, screen);
	if (err < 0) {
		screen_free(screen);
		return err;
	}
	pace_init(&screen->pace, FASTEST_MS);
	loop_on_signal(loop, SIGWINCH, on_resize, screen);
	buf_put_text(&screen->out, enter_text);
	buf_put_text(&screen->out, PROBE_QUESTION);
	/* A fresh page is short: it is taken at once or the terminal is gone.
	 */
	if (write(screen->fd, screen->out.data, screen->out.len) < 0)
		err = CAM_ERR_SYSTEM;
	buf_clear(&screen->out);
	timer_start(&screen->timer, ANSWER_MS);
	update_watch(screen);
	if (err < 0)
		screen_free(screen);
	else
		*made = screen;
	return err;
}

/* Waits for the terminal, but not for ever. */
static void
leave(struct screen *screen)
{
	int flags = fcntl(screen->fd, F_GETFL);

	buf_clear(&screen->out);
	remove_brushes(screen);
	buf_put_text(&screen->out, leave_text);
	tcflush(screen->fd, TCOFLUSH);
	if (flags >= 0)
		fcntl(screen->fd, F_SETFL, flags & ~O_NONBLOCK);
	if (write(screen->fd, screen->out.data, screen->out.len) > 0)
		tcflush(screen->fd, TCIFLUSH);
	tcsetattr(screen->fd, TCSANOW, &screen->before);
}

void
screen_free(struct screen *screen)
{
	if (screen == NULL)
		return;
	watch_finish(&screen->watch);
	timer_finish(&screen->timer);
	if (screen->is_raw)
		leave(screen);
	buf_finish(&screen->out);
	if (screen->fd >= 0)
		close(screen->fd);
	free(screen);
}
