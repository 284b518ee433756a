/* picture.c: a picture shown in place of the screen, drawn by cam-show. */
#include "cam-tui/picture.h"

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

struct picture {
	char *wanted; /* id of the offer that is shown when it has come */
	struct child *child;
	struct buf drawn; /* what cam-show wrote */
	bool is_shown;
};

static struct picture *
picture_of(struct tui *tui)
{
	if (tui->picture == NULL) {
		tui->picture = xcalloc(1, sizeof *tui->picture);
		buf_init(&tui->picture->drawn, DRAWN_MAX);
	}
	return tui->picture;
}

static void
forget(struct picture *picture)
{
	child_forget(picture->child);
	picture->child = NULL;
	free(picture->wanted);
	picture->wanted = NULL;
	buf_finish(&picture->drawn);
	buf_init(&picture->drawn, DRAWN_MAX);
}

void
picture_free(struct tui *tui)
{
	if (tui->picture == NULL)
		return;
	forget(tui->picture);
	free(tui->picture);
	tui->picture = NULL;
}

/* -- shown ---------------------------------------------------------------- */

bool
picture_is_shown(const struct tui *tui)
{
	return tui->picture != NULL && tui->picture->is_shown;
}

void
picture_leave(struct tui *tui)
{
	if (!picture_is_shown(tui))
		return;
	tui->picture->is_shown = false;
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
	struct picture *picture = tui->picture;

	picture->child = NULL;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    buf_failed(&picture->drawn)) {
		say_why(tui, buf_failed(&picture->drawn)
				 ? span_of(NULL, 0)
				 : buf_span(&picture->drawn));
	} else if (terminal_show_picture(tui->terminal,
		       buf_span(&picture->drawn), _("any key: back"))) {
		picture->is_shown = true;
	}
	forget(picture);
}

static void
on_output(const void *data, size_t len, void *arg)
{
	struct tui *tui = arg;

	buf_put(&tui->picture->drawn, data, len);
}

void
picture_show(struct tui *tui, const char *path)
{
	struct picture *picture = picture_of(tui);
	unsigned rows, columns, width, height;
	const char *argv[] = { tui->show, "--size", NULL, "--", path, NULL };
	char *size;

	terminal_size(tui->terminal, &rows, &columns);
	terminal_cell(tui->terminal, &width, &height);
	size = xasprintf("%ux%ux%ux%u", columns, rows, width, height);
	argv[2] = size;
	forget(picture);
	if (tui->show == NULL ||
	    child_capture(tui->loop, argv, TIMEOUT_MS, on_output, on_drawn, tui,
		&picture->child) != 0)
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("there is no cam-show, which draws pictures"));
	free(size);
}

void
picture_show_later(struct tui *tui, const char *id)
{
	struct picture *picture = picture_of(tui);

	forget(picture);
	picture->wanted = xstrdup(id);
}

void
picture_transferred(struct tui *tui, const char *id, const char *path)
{
	if (tui->picture == NULL || tui->picture->wanted == NULL ||
	    strcmp(tui->picture->wanted, id) != 0)
		return;
	if (path != NULL)
		picture_show(tui, path);
	else
		forget(tui->picture);
}
