/* drawing.c: a picture shown in place of the screen, drawn by cam-show. */
#include "cam-tui/drawing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"
#include "loop/child.h"

enum { DRAWN_MAX = 48 * 1024 * 1024, TIMEOUT_MS = 30 * 1000 };

struct drawing {
	char *wanted; /* id of the offer that is shown when it has come */
	struct child *child;
	struct buf drawn; /* what cam-show wrote */
	bool is_shown;
};

static struct drawing *
drawing_of(struct tui *tui)
{
	if (tui->drawing == NULL) {
		tui->drawing = xcalloc(1, sizeof *tui->drawing);
		buf_init(&tui->drawing->drawn, DRAWN_MAX);
	}
	return tui->drawing;
}

static void
forget(struct drawing *drawing)
{
	child_forget(drawing->child);
	drawing->child = NULL;
	free(drawing->wanted);
	drawing->wanted = NULL;
	buf_finish(&drawing->drawn);
	buf_init(&drawing->drawn, DRAWN_MAX);
}

void
drawing_free(struct tui *tui)
{
	if (tui->drawing == NULL)
		return;
	forget(tui->drawing);
	free(tui->drawing);
	tui->drawing = NULL;
}

/* -- shown ---------------------------------------------------------------- */

bool
drawing_is_shown(const struct tui *tui)
{
	return tui->drawing != NULL && tui->drawing->is_shown;
}

void
drawing_leave(struct tui *tui)
{
	if (!drawing_is_shown(tui))
		return;
	tui->drawing->is_shown = false;
	terminal_drop_picture(tui->terminal);
	tui_redraw(tui);
}

/* "cam-show: it is damaged", as it says itself. */
static void
say_why(struct tui *tui, struct span text)
{
	struct span line = text;
	char *why;

	span_cut(&text, '\n', &line);
	span_cut(&line, ' ', &text);
	why = span_dup(line);
	tui_say(tui, STYLE_BAR_WARN, "%s",
	    why[0] != '\0' ? why : _("the picture cannot be drawn"));
	free(why);
}

static void
on_drawn(int status, void *arg)
{
	struct tui *tui = arg;
	struct drawing *drawing = tui->drawing;

	drawing->child = NULL;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    buf_failed(&drawing->drawn)) {
		say_why(tui, buf_failed(&drawing->drawn)
				 ? span_of(NULL, 0)
				 : buf_span(&drawing->drawn));
	} else if (terminal_show_picture(tui->terminal,
		       buf_span(&drawing->drawn), _("any key: back"))) {
		drawing->is_shown = true;
	}
	forget(drawing);
}

static void
on_output(const void *data, size_t len, void *arg)
{
	struct tui *tui = arg;

	buf_put(&tui->drawing->drawn, data, len);
}

void
drawing_show(struct tui *tui, const char *path)
{
	struct drawing *drawing = drawing_of(tui);
	unsigned rows, columns, width, height;
	const char *argv[] = { tui->show, "--size", NULL, "--", path, NULL };
	char *size;

	terminal_size(tui->terminal, &rows, &columns);
	terminal_cell(tui->terminal, &width, &height);
	size = xasprintf("%ux%ux%ux%u", columns, rows, width, height);
	argv[2] = size;
	forget(drawing);
	if (tui->show == NULL ||
	    child_capture(tui->loop, argv, TIMEOUT_MS, on_output, on_drawn, tui,
		&drawing->child) != 0)
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("there is no cam-show, which draws pictures"));
	free(size);
}

void
drawing_show_later(struct tui *tui, const char *id)
{
	struct drawing *drawing = drawing_of(tui);

	forget(drawing);
	drawing->wanted = xstrdup(id);
}

void
drawing_transferred(struct tui *tui, const char *id, const char *path)
{
	if (tui->drawing == NULL || tui->drawing->wanted == NULL ||
	    strcmp(tui->drawing->wanted, id) != 0)
		return;
	if (path != NULL)
		drawing_show(tui, path);
	else
		forget(tui->drawing);
}
