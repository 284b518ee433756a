/* emulator.h: the screen's terminal, and behind it the emulator of another hand
 * (libvterm), so that what is painted is seen as others see it. */
#ifndef CAM_TEST_EMULATOR_H
#define CAM_TEST_EMULATOR_H

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vterm.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/width.h"
#include "cam-tui/canvas.h"
#include "cam-tui/terminal.h"
#include "loop/loop.h"

struct emulator {
	struct loop *loop;
	struct terminal *terminal;
	struct theme theme;
	int master;
	int slave;
	VTerm *vterm;
	struct buf last; /* what was written last */
	bool is_ready;
};

static inline void
emulator_on_typed(struct span bytes, void *arg)
{
}

static inline void
emulator_on_ready(void *arg)
{
	struct emulator *emulator = arg;

	emulator->is_ready = true;
}

static const struct terminal_ops emulator_ops = { emulator_on_typed,
	emulator_on_ready, emulator_on_ready };

static inline void
emulator_read(struct emulator *emulator)
{
	char bytes[4096];
	ssize_t len;

	while ((len = read(emulator->master, bytes, sizeof bytes)) > 0) {
		vterm_input_write(emulator->vterm, bytes, (size_t)len);
		buf_put(&emulator->last, bytes, (size_t)len);
	}
}

static inline void
emulator_init(struct emulator *emulator, unsigned rows, unsigned columns)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
		.ws_col = (unsigned short)columns };

	*emulator = (struct emulator){ .loop = loop_new() };
	setenv("TERM", "xterm-256color", 1);
	if (openpty(&emulator->master, &emulator->slave, NULL, NULL, &size) !=
	    0)
		abort();
	fcntl(emulator->master, F_SETFL, O_NONBLOCK);
	emulator->vterm = vterm_new((int)rows, (int)columns);
	vterm_set_utf8(emulator->vterm, 1);
	vterm_screen_enable_altscreen(vterm_obtain_screen(emulator->vterm), 1);
	vterm_screen_reset(vterm_obtain_screen(emulator->vterm), 1);
	buf_init(&emulator->last, 16 * 1024 * 1024);
	if (terminal_new(emulator->loop, emulator->slave, emulator->slave,
		&emulator_ops, emulator, &emulator->terminal) != 0)
		abort();
	theme_find("dark", &emulator->theme);
	emulator->theme.colours = COLOURS_NONE;
	terminal_set_theme(emulator->terminal, &emulator->theme);
	terminal_enter(emulator->terminal);
	emulator_read(emulator);
}

static inline void
emulator_finish(struct emulator *emulator)
{
	terminal_free(emulator->terminal);
	emulator_read(emulator);
	vterm_free(emulator->vterm);
	buf_finish(&emulator->last);
	close(emulator->master);
	close(emulator->slave);
	loop_free(emulator->loop);
}

/* Paints the canvas until all of it has been taken; what that wrote is in last.
 */
static inline void
emulator_paint(struct emulator *emulator, struct canvas *canvas)
{
	buf_clear(&emulator->last);
	if (!terminal_paint(emulator->terminal, canvas))
		abort();
	emulator_read(emulator);
	/* A pty takes some thousand bytes at once. */
	emulator->is_ready = false;
	while (!terminal_paint(emulator->terminal, canvas) &&
	       !emulator->is_ready) {
		loop_turn(emulator->loop, 0);
		emulator_read(emulator);
	}
	emulator_read(emulator);
}

/* Terminals agree on how it looks, the emulator too, which takes isolates for
 * letters. */
static inline bool
emulator_knows(const struct cell *cell)
{
	struct span text = span_of(cell->text, cell->len);
	uint32_t codepoint = 0;

	return !cell->isolated && utf8_next(text, &codepoint) == cell->len &&
	       (codepoint < 0x300 ||
		   (codepoint >= 0x3041 && codepoint < 0xa000));
}

/* It shows that cell of the canvas. */
static inline bool
emulator_has(const struct emulator *emulator, const struct canvas *canvas,
    unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(canvas, row, column);
	unsigned look = emulator->theme.looks[cell->style].attributes;
	VTermPos place = { (int)row, (int)column };
	VTermScreenCell seen;
	uint32_t wanted = 0;

	if (cell->columns == 0 || !emulator_knows(cell))
		return true;
	vterm_screen_get_cell(
	    vterm_obtain_screen(emulator->vterm), place, &seen);
	utf8_next(span_of(cell->text, cell->len), &wanted);
	if (seen.chars[0] == 0)
		seen.chars[0] = ' ';
	if (seen.chars[0] == wanted &&
	    seen.attrs.bold == ((look & LOOK_BOLD) != 0) &&
	    seen.attrs.reverse == ((look & LOOK_REVERSE) != 0) &&
	    seen.attrs.underline == ((look & LOOK_UNDERLINE) != 0))
		return true;
	fprintf(stderr, "row %u, column %u: U+%04X instead of U+%04X\n", row,
	    column, seen.chars[0], wanted);
	return false;
}

/* It shows the canvas, and the cursor where that has it. */
static inline bool
emulator_shows(const struct emulator *emulator, const struct canvas *canvas)
{
	VTermPos cursor;

	for (unsigned row = 0; row < canvas->rows; row++) {
		for (unsigned column = 0; column < canvas->columns; column++) {
			if (!emulator_has(emulator, canvas, row, column))
				return false;
		}
	}
	vterm_state_get_cursorpos(vterm_obtain_state(emulator->vterm), &cursor);
	return !canvas->cursor_shown ||
	       (cursor.row == (int)canvas->cursor_row &&
		   cursor.col == (int)canvas->cursor_column);
}

#endif
