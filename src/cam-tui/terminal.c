/* terminal.c: the terminal: set up and given back, read, painted. */
#include "cam-tui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/paint.h"
#include "cam-tui/terminfo.h"
#include "loop/loop.h"
#include "loop/watch.h"

enum {
	READ_SIZE = 4096, /* a terminal has no more at once */
	/* One painted screen, with true colour in each cell. */
	OUT_MAX = 64 * 1024 * 1024,
	TITLE_MAX = 256,
	COPY_MAX = 100 * 1024, /* what terminals take at once */
	/* Of more than that the cursor would be seen running about. */
	SEEN_BYTES = 512,
};

/* Sent beside terminfo's own: terminals that do not know one skip it. Pastes
 * come in brackets, the terminal tells its focus, keeps its title and takes it
 * again, tells clicks as SGR; what colour is the background? */
#define ENTER_MODES "\x1b[?2004h\x1b[?1004h\x1b[22;2t"
#define LEAVE_MODES "\x1b[?2004l\x1b[?1004l\x1b[23;2t"
#define MOUSE_ON "\x1b[?1000h\x1b[?1006h"
#define MOUSE_OFF "\x1b[?1006l\x1b[?1000l"
#define ASK_BACKGROUND "\x1b]11;?\x1b\\"
/* Can it scroll a part of the width (DECLRMM)? */
#define ASK_SIDES "\x1b[?69$p"
#define SIDES_ON "\x1b[?69h"
#define SIDES_OFF "\x1b[?69l"

struct terminal {
	struct loop *loop;
	const struct terminal_ops *ops;
	void *arg;
	int in;
	int out;
	int in_flags;
	struct watch input;
	struct watch output;
	struct termios before;
	struct buf queue; /* not taken yet, from sent on */
	size_t sent;
	bool wants_ready;
	bool has_entered;
	bool has_mouse;
	bool has_kitty; /* a picture of kitty's kind is shown */
	bool is_plain;
	struct theme theme;
	struct canvas shown;
	bool is_known; /* shown is what it shows */
	bool cursor_shown;
	struct pen pen;
	struct buf frame;  /* what is being painted */
	struct box region; /* what it scrolls; no rows: all of it */
	bool can_scroll;
	bool has_sides;
};

/* -- writing -------------------------------------------------------------- */

static void
lose(struct terminal *terminal)
{
	watch_set(&terminal->input, 0);
	watch_set(&terminal->output, 0);
	terminal->ops->on_gone(terminal->arg);
}

static void
flush_out(struct terminal *terminal)
{
	while (terminal->sent < terminal->queue.len) {
		ssize_t len =
		    write(terminal->out, terminal->queue.data + terminal->sent,
			terminal->queue.len - terminal->sent);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			watch_set(&terminal->output, WATCH_WRITE);
			return;
		}
		if (len < 0) {
			buf_clear(&terminal->queue);
			terminal->sent = 0;
			lose(terminal);
			return;
		}
		terminal->sent += (size_t)len;
	}
	buf_clear(&terminal->queue);
	terminal->sent = 0;
	watch_set(&terminal->output, 0);
}

static void
on_writable(int fd, int events, void *arg)
{
	struct terminal *terminal = arg;

	flush_out(terminal);
	if (terminal->queue.len == 0 && terminal->wants_ready) {
		terminal->wants_ready = false;
		terminal->ops->on_ready(terminal->arg);
	}
}

static void
send_text(struct terminal *terminal, const char *text)
{
	buf_put_text(&terminal->queue, text);
}

static void
on_readable(int fd, int events, void *arg)
{
	struct terminal *terminal = arg;
	char bytes[READ_SIZE];
	ssize_t len;

	do {
		len = read(fd, bytes, sizeof bytes);
	} while (len < 0 && errno == EINTR);
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (len <= 0) {
		lose(terminal);
		return;
	}
	terminal->ops->on_typed(span_of(bytes, (size_t)len), terminal->arg);
	wipe(bytes, (size_t)len); /* it may have been a passphrase */
}

/* -- terminfo ------------------------------------------------------------- */

static void
put_move(struct buf *out, unsigned row, unsigned column, void *arg)
{
	buf_put_text(out, terminfo_place(row, column));
}

/* The whole screen scrolls again; that takes the cursor home. */
static void
put_no_region(struct terminal *terminal, struct buf *out)
{
	if (terminal->region.rows == 0)
		return;
	if (terminal->has_sides)
		buf_put_text(out, SIDES_OFF);
	buf_put_text(out, terminfo_region(0, terminal->shown.rows - 1));
	terminal->region = (struct box){ 0 };
	terminal->pen.is_placed = false;
}

static void
put_clear(struct buf *out, void *arg)
{
	put_no_region(arg, out);
	buf_put_text(out, terminfo_text("clear"));
}

static void
put_clear_to_end(struct buf *out, void *arg)
{
	buf_put_text(out, terminfo_text("el"));
}

/* The region stays as it is until another is needed: most of what moves is the
 * talk, line by line. */
static void
put_region(struct terminal *terminal, struct box box, struct buf *out)
{
	if (box_is(terminal->region, box))
		return;
	put_no_region(terminal, out);
	if (terminal->has_sides) {
		buf_put_text(out, SIDES_ON);
		buf_printf(out, "\x1b[%u;%us", box.column + 1,
		    box.column + box.columns);
	}
	buf_put_text(out, terminfo_region(box.row, box.row + box.rows - 1));
	terminal->region = box;
}

static void
put_scroll(struct buf *out, struct box box, int by, void *arg)
{
	put_region(arg, box, out);
	put_move(
	    out, by > 0 ? box.row + box.rows - 1 : box.row, box.column, arg);
	for (; by > 0; by--)
		buf_put_text(out, terminfo_text("ind"));
	for (; by < 0; by++)
		buf_put_text(out, terminfo_text("ri"));
}

static struct paint_ops
paint_ops(struct terminal *terminal)
{
	return (struct paint_ops){ put_move, put_clear, put_clear_to_end,
		terminal->can_scroll ? put_scroll : NULL, terminal->has_sides,
		terminal };
}

/* -- setting up ----------------------------------------------------------- */

static void
make_raw(struct terminal *terminal)
{
	struct termios raw = terminal->before;

	raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR |
				   IGNCR | ICRNL | IXON);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(terminal->in, TCSADRAIN, &raw);
}

static void
send_modes(struct terminal *terminal)
{
	send_text(terminal, terminfo_text("smcup"));
	send_text(terminal, terminfo_text("rmam"));
	send_text(terminal, ENTER_MODES ASK_BACKGROUND ASK_SIDES);
	if (terminal->has_mouse)
		send_text(terminal, MOUSE_ON);
}

static void
take_modes_back(struct terminal *terminal)
{
	if (terminal->has_mouse)
		send_text(terminal, MOUSE_OFF);
	put_no_region(terminal, &terminal->queue);
	send_text(terminal, LEAVE_MODES "\x1b[0m");
	send_text(terminal, terminfo_text("smam"));
	send_text(terminal, terminfo_text("cnorm"));
	send_text(terminal, terminfo_text("rmcup"));
}

void
terminal_enter(struct terminal *terminal)
{
	if (terminal->has_entered)
		return;
	terminal->has_entered = true;
	make_raw(terminal);
	fcntl(terminal->in, F_SETFL, terminal->in_flags | O_NONBLOCK);
	if (!terminal->is_plain)
		send_modes(terminal);
	terminal_forget(terminal);
	watch_set(&terminal->input, WATCH_READ);
	flush_out(terminal);
}

/* What is given back must have been taken, so this waits. */
void
terminal_leave(struct terminal *terminal)
{
	if (!terminal->has_entered)
		return;
	terminal->has_entered = false;
	watch_set(&terminal->input, 0);
	fcntl(terminal->in, F_SETFL, terminal->in_flags & ~O_NONBLOCK);
	if (!terminal->is_plain)
		take_modes_back(terminal);
	flush_out(terminal);
	tcsetattr(terminal->in, TCSADRAIN, &terminal->before);
	fcntl(terminal->in, F_SETFL, terminal->in_flags);
}

int
terminal_new_plain(struct loop *loop, int in, int out,
    const struct terminal_ops *ops, void *arg, struct terminal **terminal)
{
	struct terminal *opened = NULL;
	struct termios before;

	if (tcgetattr(in, &before) != 0 || !isatty(out))
		return CAM_ERR_SYSTEM;
	opened = xcalloc(1, sizeof *opened);
	opened->loop = loop;
	opened->ops = ops;
	opened->arg = arg;
	opened->in = in;
	opened->out = out;
	opened->before = before;
	opened->in_flags = fcntl(in, F_GETFL);
	buf_init(&opened->queue, OUT_MAX);
	buf_init(&opened->frame, OUT_MAX);
	watch_init(&opened->input, loop, in, on_readable, opened);
	opened->input.is_first = true;
	watch_init(&opened->output, loop, out, on_writable, opened);
	opened->is_plain = true;
	*terminal = opened;
	return 0;
}

int
terminal_new(struct loop *loop, int in, int out, const struct terminal_ops *ops,
    void *arg, struct terminal **terminal)
{
	struct terminal *opened = NULL;
	int err = terminfo_open(out);

	if (err != 0)
		return err;
	err = terminal_new_plain(loop, in, out, ops, arg, &opened);
	if (err != 0) {
		terminfo_close();
		return err;
	}
	opened->is_plain = false;
	opened->can_scroll = terminfo_text("csr")[0] != '\0' &&
			     terminfo_text("ind")[0] != '\0' &&
			     terminfo_text("ri")[0] != '\0';
	*terminal = opened;
	return 0;
}

void
terminal_free(struct terminal *terminal)
{
	if (terminal == NULL)
		return;
	terminal_leave(terminal);
	watch_finish(&terminal->input);
	watch_finish(&terminal->output);
	buf_finish(&terminal->queue);
	buf_finish(&terminal->frame);
	canvas_finish(&terminal->shown);
	if (!terminal->is_plain)
		terminfo_close();
	free(terminal);
}

void
terminal_set_mouse(struct terminal *terminal, bool on)
{
	if (terminal->is_plain)
		return;
	if (terminal->has_entered && terminal->has_mouse != on)
		send_text(terminal, on ? MOUSE_ON : MOUSE_OFF);
	terminal->has_mouse = on;
	flush_out(terminal);
}

void
terminal_size(
    const struct terminal *terminal, unsigned *rows, unsigned *columns)
{
	struct winsize size;

	*rows = 24;
	*columns = 80;
	if (ioctl(terminal->out, TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_row > 0)
		*rows = size.ws_row;
	if (size.ws_col > 0)
		*columns = size.ws_col;
}

void
terminal_cell(
    const struct terminal *terminal, unsigned *width, unsigned *height)
{
	struct winsize size;

	*width = *height = 0;
	if (ioctl(terminal->out, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
	    size.ws_row == 0)
		return;
	*width = size.ws_xpixel / size.ws_col;
	*height = size.ws_ypixel / size.ws_row;
}

int
terminal_colours(const struct terminal *terminal)
{
	return terminal->is_plain ? -1 : terminfo_number("colors");
}

void
terminal_set_theme(struct terminal *terminal, const struct theme *theme)
{
	terminal->theme = *theme;
	terminal_forget(terminal);
}

void
terminal_forget(struct terminal *terminal)
{
	terminal->is_known = false;
	terminal->pen.is_placed = false;
	/* As other programs leave it. */
	terminal->cursor_shown = true;
}

void
terminal_tell_sides(struct terminal *terminal, bool has_sides)
{
	/* What is set now was set without. */
	put_no_region(terminal, &terminal->queue);
	terminal->has_sides = has_sides;
	flush_out(terminal);
}

static void
hide_cursor(struct terminal *terminal)
{
	if (terminal->cursor_shown)
		send_text(terminal, terminfo_text("civis"));
	terminal->cursor_shown = false;
}

static void
show_cursor(struct terminal *terminal, const struct canvas *canvas,
    const struct paint_ops *ops)
{
	if (!canvas->cursor_shown) {
		hide_cursor(terminal);
		return;
	}
	paint_place(ops, &terminal->pen, canvas->cursor_row,
	    canvas->cursor_column, &terminal->queue);
	if (!terminal->cursor_shown)
		send_text(terminal, terminfo_text("cnorm"));
	terminal->cursor_shown = true;
}

bool
terminal_paint(struct terminal *terminal, struct canvas *canvas)
{
	struct paint_ops ops = paint_ops(terminal);

	if (!terminal->has_entered)
		return true;
	if (terminal->queue.len > 0) {
		terminal->wants_ready = true;
		return false;
	}
	paint(terminal->is_known ? &terminal->shown : NULL, canvas,
	    &terminal->theme, &ops, &terminal->pen, &terminal->frame);
	if (terminal->frame.len > SEEN_BYTES)
		hide_cursor(terminal);
	buf_put_span(&terminal->queue, buf_span(&terminal->frame));
	buf_clear(&terminal->frame);
	show_cursor(terminal, canvas, &ops);
	/* Who waits for it sees it first. */
	flush_out(terminal);
	canvas_copy(&terminal->shown, canvas);
	canvas_settle(canvas);
	terminal->is_known = true;
	return true;
}

/* -- pictures ------------------------------------------------------------- */

/* kitty keeps pictures when text is written over them. */
#define KITTY "\x1b_G"
#define KITTY_DELETE "\x1b_Ga=d\x1b\\"

bool
terminal_show_picture(
    struct terminal *terminal, struct span bytes, const char *below)
{
	unsigned rows, columns;

	if (!terminal->has_entered || terminal->queue.len > 0)
		return false;
	terminal_size(terminal, &rows, &columns);
	terminal->has_kitty =
	    memmem(bytes.data, bytes.len, KITTY, strlen(KITTY)) != NULL;
	send_text(terminal, terminfo_text("civis"));
	theme_put(&terminal->theme, STYLE_PLAIN, &terminal->queue);
	put_clear(&terminal->queue, terminal);
	/* The terminal is raw: a line end does not go to the first column. */
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.data[i] == '\n')
			buf_put_byte(&terminal->queue, '\r');
		buf_put_byte(&terminal->queue, bytes.data[i]);
	}
	put_move(&terminal->queue, rows - 1, 0, terminal);
	theme_put(&terminal->theme, STYLE_DIM, &terminal->queue);
	send_text(terminal, below);
	theme_put(&terminal->theme, STYLE_PLAIN, &terminal->queue);
	terminal_forget(terminal);
	flush_out(terminal);
	return true;
}

void
terminal_drop_picture(struct terminal *terminal)
{
	if (terminal->has_kitty)
		send_text(terminal, KITTY_DELETE);
	terminal->has_kitty = false;
	terminal_forget(terminal);
	flush_out(terminal);
}

void
terminal_send(struct terminal *terminal, struct span bytes)
{
	buf_put_span(&terminal->queue, bytes);
	flush_out(terminal);
}

void
terminal_bell(struct terminal *terminal)
{
	send_text(terminal, "\a");
	flush_out(terminal);
}

void
terminal_set_title(struct terminal *terminal, const char *title)
{
	char *printable = text_printable(title, TEXT_LINE);
	struct span text = span_text(printable);

	text.len = utf8_cut(text, TITLE_MAX);
	send_text(terminal, "\x1b]2;");
	buf_put_span(&terminal->queue, text);
	send_text(terminal, "\x1b\\");
	free(printable);
	flush_out(terminal);
}

static void
put_base64(struct buf *out, struct span bytes)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t group = (uint32_t)bytes.data[i] << 16;

		if (left > 1)
			group |= (uint32_t)bytes.data[i + 1] << 8;
		if (left > 2)
			group |= bytes.data[i + 2];
		buf_put_byte(out, (uint8_t)digits[group >> 18]);
		buf_put_byte(out, (uint8_t)digits[group >> 12 & 63]);
		buf_put_byte(
		    out, left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=');
		buf_put_byte(out, left > 2 ? (uint8_t)digits[group & 63] : '=');
	}
}

bool
terminal_copy(struct terminal *terminal, struct span text)
{
	if (text.len > COPY_MAX || terminal->is_plain)
		return false;
	send_text(terminal, "\x1b]52;c;");
	put_base64(&terminal->queue, text);
	send_text(terminal, "\x1b\\");
	flush_out(terminal);
	return true;
}
