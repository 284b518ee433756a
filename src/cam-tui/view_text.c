/* view_text.c: a view of lines of text. */
#include "cam-tui/view_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/layout.h"
#include "cam-tui/linear.h"
#include "cam-tui/tui.h"

struct paragraph {
	char *left; /* or NULL */
	unsigned left_columns;
	char *text;
	enum style style; /* of left where there is one, else of text */
};

struct view_text {
	struct view view;
	char *title;
	bool follows;
	struct paragraph *list;
	size_t count;
	struct layout layout;
	uint64_t layouts; /* how many there were before this one */
	size_t laid;	  /* paragraphs in the layout */
	size_t below;	  /* lines below what is seen; if not follows: above */
	unsigned rows;	  /* as drawn last */
	unsigned columns;
	size_t unseen; /* added while another view was shown */
	bool is_shown;
};

static struct view_text *
self_of(const struct view *view)
{
	return (struct view_text *)view;
}

static void
drop(struct view_text *self, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(self->list[i].left);
		free(self->list[i].text);
	}
	memmove(&self->list[0], &self->list[count],
	    (self->count - count) * sizeof *self->list);
	self->count -= count;
}

static void
forget_layout(struct view_text *self)
{
	layout_finish(&self->layout);
	self->layouts++;
	self->laid = 0;
}

static void
text_free(struct view *view)
{
	struct view_text *self = self_of(view);

	drop(self, self->count);
	free(self->list);
	free(self->title);
	layout_finish(&self->layout);
	view_finish(view);
	free(self);
}

static char *
text_title(const struct view *view)
{
	return xstrdup(self_of(view)->title);
}

static void
lay(struct view_text *self, const struct paragraph *paragraph)
{
	struct layout *layout = &self->layout;
	unsigned columns;

	layout->indent = layout->margin = 0;
	if (layout->lines > 0)
		layout_break(layout);
	if (paragraph->left == NULL) {
		layout_put(
		    layout, paragraph->style, span_text(paragraph->text));
		if (paragraph->text[0] == '\0' && layout->lines == 0)
			layout_break(layout);
		return;
	}
	layout_text(layout, paragraph->style, paragraph->left);
	for (columns = layout->column; columns < paragraph->left_columns;
	     columns++)
		layout_text(layout, STYLE_PLAIN, " ");
	layout->indent = layout->margin = paragraph->left_columns;
	if (layout->column > paragraph->left_columns)
		layout_break(layout);
	layout_text(layout, STYLE_PLAIN, paragraph->text);
}

static size_t
hidden_lines(const struct view_text *self)
{
	return self->layout.lines > self->rows ? self->layout.lines - self->rows
					       : 0;
}

static void
draw_lines(
    struct view_text *self, size_t from, struct canvas *canvas, struct box box)
{
	struct rows *rows = &self->view.rows;

	rows_begin(rows, canvas, box);
	for (unsigned i = 0; i < box.rows && from + i < self->layout.lines; i++)
		rows->list[i].wanted.line =
		    self->layouts << 32 | (from + i + 1);
	rows_move(rows, canvas);
	for (unsigned i = 0; i < box.rows; i++) {
		if (rows->list[i].is_missing)
			layout_draw(&self->layout, canvas, box, i, from + i, 1);
	}
}

static void
text_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_text *self = self_of(view);
	size_t hidden, from;

	if (self->layout.columns != box.columns) {
		forget_layout(self);
		layout_init(&self->layout, box.columns);
	}
	self->columns = box.columns;
	for (; self->laid < self->count; self->laid++)
		lay(self, &self->list[self->laid]);
	self->rows = box.rows;
	hidden = hidden_lines(self);
	if (self->below > hidden)
		self->below = hidden;
	from = self->follows ? hidden - self->below : self->below;
	draw_lines(self, from, canvas, box);
}

static void
scroll(struct view_text *self, size_t lines, bool back)
{
	size_t hidden = hidden_lines(self);
	bool more = back == self->follows;

	if (more)
		self->below =
		    hidden - self->below > lines ? self->below + lines : hidden;
	else
		self->below = self->below > lines ? self->below - lines : 0;
}

static bool
text_act(struct view *view, enum view_act act)
{
	struct view_text *self = self_of(view);
	size_t page = self->rows > 2 ? self->rows - 1 : 1;

	switch (act) {
	case ACT_LINE_UP:
	case ACT_LINE_DOWN:
		scroll(self, 1, act == ACT_LINE_UP);
		break;
	case ACT_PAGE_UP:
	case ACT_PAGE_DOWN:
		scroll(self, page, act == ACT_PAGE_UP);
		break;
	case ACT_START:
	case ACT_END:
		scroll(self, SIZE_MAX / 2, act == ACT_START);
		break;
	default:
		return false;
	}
	view->changed = true;
	return true;
}

static void
text_shown(struct view *view, bool shown)
{
	self_of(view)->is_shown = shown;
	self_of(view)->unseen = 0;
}

static void
text_unread(const struct view *view, size_t *unread, size_t *mentions)
{
	(void)mentions;
	*unread = self_of(view)->unseen;
}

static const struct view_type text_type = {
	.name = "text",
	.free = text_free,
	.title = text_title,
	.draw = text_draw,
	.act = text_act,
	.shown = text_shown,
	.unread = text_unread,
};

struct view *
view_text_new(struct tui *tui, const char *title, bool follows)
{
	struct view_text *self = xcalloc(1, sizeof *self);

	view_init(&self->view, &text_type, tui);
	self->title = xstrdup(title);
	self->follows = follows;
	return &self->view;
}

static void
add(struct view *view, struct paragraph paragraph)
{
	struct view_text *self = self_of(view);

	if (self->count == VIEW_TEXT_LINES) {
		drop(self, VIEW_TEXT_LINES / 4);
		forget_layout(self);
	}
	self->list =
	    xreallocarray(self->list, self->count + 1, sizeof *self->list);
	self->list[self->count++] = paragraph;
	view->changed = true;
	linear_text(view->tui->linear, view, paragraph.left, paragraph.text);
}

void
view_text_add(struct view *view, enum style style, const char *text)
{
	add(view, (struct paragraph){ .text = xstrdup(text), .style = style });
}

void
view_text_add_pair(struct view *view, enum style style, const char *left,
    unsigned left_columns, const char *right)
{
	add(view, (struct paragraph){ .left = xstrdup(left),
		      .left_columns = left_columns,
		      .text = xstrdup(right),
		      .style = style });
}

void
view_text_clear(struct view *view)
{
	struct view_text *self = self_of(view);

	drop(self, self->count);
	forget_layout(self);
	self->below = 0;
	view->changed = true;
}

void
view_text_notify(struct view *view)
{
	struct view_text *self = self_of(view);

	if (!self->is_shown)
		self->unseen++;
}

/* -- columns -------------------------------------------------------------- */

enum { COLUMNS_MAX = 16, COLUMN_GAP = 2 };

size_t
view_text_count(const struct view *view)
{
	return self_of(view)->count;
}

/* The widest of each column of the rows; how many columns there are. */
static size_t
measure(const struct view_text *self, size_t from, size_t widths[COLUMNS_MAX])
{
	size_t count = 0;

	for (size_t i = from; i < self->count; i++) {
		struct span rest = span_text(self->list[i].text), cell;

		for (size_t n = 0;
		     n < COLUMNS_MAX && span_cut(&rest, '\t', &cell); n++) {
			size_t width = text_width(cell);

			if (n == count)
				widths[count++] = 0;
			widths[n] = width > widths[n] ? width : widths[n];
		}
	}
	return count;
}

static char *
aligned(const char *text, const size_t widths[COLUMNS_MAX])
{
	struct span rest = span_text(text), cell;
	struct buf out;

	buf_init(&out, LAYOUT_TEXT_MAX);
	for (size_t n = 0; n < COLUMNS_MAX && span_cut(&rest, '\t', &cell);
	     n++) {
		size_t width = text_width(cell);

		buf_put_span(&out, cell);
		for (; width < widths[n] + COLUMN_GAP; width++)
			buf_put_byte(&out, ' ');
	}
	buf_put_span(&out, rest);
	return buf_steal_text(&out);
}

void
view_text_align(struct view *view, size_t from)
{
	struct view_text *self = self_of(view);
	size_t widths[COLUMNS_MAX];

	if (from >= self->count || measure(self, from, widths) == 0)
		return;
	for (size_t i = from; i < self->count; i++) {
		char *text = aligned(self->list[i].text, widths);

		if (text == NULL)
			continue;
		free(self->list[i].text);
		self->list[i].text = text;
	}
	forget_layout(self);
	layout_init(&self->layout, self->columns);
	view->changed = true;
}
