/* progress.c: one line at the bottom of a terminal that shows how far it is. */
#include "cam/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/size.h"
#include "base/text.h"
#include "cam/cam.h"
#include "cam/output.h"

enum {
	LINE_MAX_BYTES = 16 * 1024,
	COLUMNS_USUAL = 80,
	COLUMNS_MAX = 400,
	NAME_LEAST = 8, /* columns */
	BAR_LEAST = 10,
	BAR_MOST = 40,
	CELL_TEXT = 40,
	LEFT_MAX_S = 99 * 3600,
};

/* What stands behind name and bar, the most important first. */
enum cell { CELL_PART, CELL_LEFT, CELL_RATE, CELL_DONE, CELL_COUNT };

/* Columns of each with the gap before it; so wide that nothing jumps. */
static const size_t cell_widths[CELL_COUNT] = {
	[CELL_PART] = 5,
	[CELL_LEFT] = 9,
	[CELL_RATE] = 12,
	[CELL_DONE] = 10,
};

static void
format_part(const struct progress_view *view, char text[CELL_TEXT])
{
	double part =
	    view->size > 0 ? (double)view->done / (double)view->size : 1;

	/* 100 % is what is complete. */
	snprintf(
	    text, CELL_TEXT, "%u%%", (unsigned)(part > 1 ? 100 : part * 100));
}

static void
format_left(const struct progress_view *view, char text[CELL_TEXT])
{
	uint64_t bytes = view->size > view->done ? view->size - view->done : 0;
	uint64_t seconds =
	    view->rate > 0 ? (bytes + view->rate - 1) / view->rate : UINT64_MAX;

	if (seconds > LEFT_MAX_S)
		snprintf(text, CELL_TEXT, "-:--");
	else if (seconds >= 3600)
		snprintf(text, CELL_TEXT, "%u:%02u:%02u",
		    (unsigned)seconds / 3600, (unsigned)seconds / 60 % 60,
		    (unsigned)seconds % 60);
	else
		snprintf(text, CELL_TEXT, "%u:%02u", (unsigned)seconds / 60,
		    (unsigned)seconds % 60);
}

/* False: not known. */
static bool
format_cell(
    enum cell cell, const struct progress_view *view, char text[CELL_TEXT])
{
	char size[SIZE_TEXT];
	bool sized = view->size != PROGRESS_UNKNOWN;

	switch (cell) {
	case CELL_PART:
		if (sized)
			format_part(view, text);
		return sized;
	case CELL_LEFT:
		if (sized)
			format_left(view, text);
		return sized;
	case CELL_RATE:
		size_format(view->rate, size);
		snprintf(text, CELL_TEXT, "%s/s", size);
		return true;
	case CELL_DONE:
		size_format(view->done, text);
		return true;
	case CELL_COUNT:
		break;
	}
	return false;
}

static void
put_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_put_byte(out, ' ');
}

/* The beginning of a text that fits, and what it takes. */
static size_t
put_cut(struct buf *out, const char *text, size_t columns)
{
	char *safe = text_printable(text, TEXT_LINE);
	struct span span = span_text(safe);
	size_t width = text_width(span);
	bool cut = width > columns;

	/* A character at a time from the end, the last column for the dots. */
	while (width > columns - (cut && columns > 0 ? 1 : 0) && span.len > 0) {
		span.len = utf8_cut(span, span.len - 1);
		width = text_width(span);
	}
	buf_put_span(out, span);
	if (cut && columns > 0) {
		buf_put_text(out, "\xe2\x80\xa6");
		width++;
	}
	free(safe);
	return width;
}

static void
put_cell(struct buf *out, const char *text, size_t columns)
{
	size_t width = text_width(span_text(text));

	put_blanks(out, columns > width ? columns - width : 1);
	buf_put_text(out, text);
}

static void
put_bar(struct buf *out, const struct progress_view *view, size_t columns,
    bool colour)
{
	double part =
	    view->size > 0 ? (double)view->done / (double)view->size : 1;
	size_t full = (size_t)((part > 1 ? 1 : part) * (double)columns);

	buf_put_text(out, colour ? "  \033[36m" : "  ");
	for (size_t i = 0; i < columns; i++) {
		if (colour && i == full)
			buf_put_text(out, "\033[0;2m");
		buf_put_text(out, i < full ? "\xe2\x96\x88" : "\xe2\x96\x91");
	}
	if (colour)
		buf_put_text(out, "\033[0m");
}

/* Takes the least important away until a name still has its place. */
static size_t
choose_cells(const struct progress_view *view, size_t columns,
    char texts[CELL_COUNT][CELL_TEXT])
{
	size_t used = 0;

	for (enum cell cell = CELL_PART; cell < CELL_COUNT; cell++) {
		texts[cell][0] = '\0';
		if (used + cell_widths[cell] + NAME_LEAST <= columns &&
		    format_cell(cell, view, texts[cell]))
			used += cell_widths[cell];
	}
	return used;
}

void
progress_line(struct buf *out, const struct progress_view *view, size_t columns,
    bool colour)
{
	static const enum cell behind[] = { CELL_DONE, CELL_RATE, CELL_LEFT };
	char texts[CELL_COUNT][CELL_TEXT];
	size_t used, room, bar, name;

	if (view->note != NULL) {
		used = put_cut(out, view->name, columns / 2);
		if (columns > used + 2) {
			put_blanks(out, 2);
			put_cut(out, view->note, columns - used - 2);
		}
		return;
	}
	used = choose_cells(view, columns, texts);
	room = columns - used;
	bar =
	    view->size == PROGRESS_UNKNOWN || room < BAR_LEAST + 2 + NAME_LEAST
		? 0
	    : room / 2 > BAR_MOST  ? BAR_MOST
	    : room / 2 > BAR_LEAST ? room / 2
				   : BAR_LEAST;
	name = room - (bar > 0 ? bar + 2 : 0);
	put_blanks(out, name - put_cut(out, view->name, name));
	if (texts[CELL_PART][0] != '\0')
		put_cell(out, texts[CELL_PART], cell_widths[CELL_PART]);
	if (bar > 0)
		put_bar(out, view, bar, colour);
	for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
		if (texts[behind[i]][0] != '\0')
			put_cell(out, texts[behind[i]], cell_widths[behind[i]]);
	}
}

/* -- on the terminal ---------------------------------------------------------
 */

void
progress_init(struct progress *progress, const struct cam *cam)
{
	*progress = (struct progress){ 0 };
	progress->enabled = !cam->quiet && !cam->json && isatty(STDERR_FILENO);
	progress->colour = output_allows_colour(progress->enabled);
}

static size_t
width_now(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_USUAL;
	return size.ws_col > COLUMNS_MAX ? COLUMNS_MAX : size.ws_col;
}

static void
put_line(struct progress *progress, const struct progress_view *view)
{
	/* Terminals differ in what they do behind the last column. */
	size_t columns = width_now() - 1;
	size_t width = 0;
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	if (view != NULL) {
		progress_line(&line, view, columns, false);
		width = text_width(buf_span(&line));
		buf_clear(&line);
		progress_line(&line, view, columns, progress->colour);
	}
	/* No sequence is needed to clear the rest, so any terminal will do. */
	for (; width < columns && width < progress->columns; width++)
		buf_put_byte(&line, ' ');
	if (!buf_failed(&line)) {
		fflush(stdout);
		fprintf(stderr, "\r%.*s\r", (int)line.len,
		    line.data != NULL ? (const char *)line.data : "");
		fflush(stderr);
	}
	progress->columns = view != NULL ? width : 0;
	buf_finish(&line);
}

void
progress_show(struct progress *progress, const struct progress_view *view)
{
	if (!progress->enabled)
		return;
	put_line(progress, view);
	progress->shown = true;
}

void
progress_clear(struct progress *progress)
{
	if (progress->shown)
		put_line(progress, NULL);
	progress->shown = false;
}
