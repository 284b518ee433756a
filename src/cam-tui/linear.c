/* linear.c: the screen as lines, one below the other. */
#include "cam-tui/linear.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/composer.h"
#include "cam-tui/edit_line.h"
#include "cam-tui/herald.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/secret.h"
#include "cam-tui/talk_question.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"

enum {
	READ_OUT = 10, /* messages, when a talk is opened */
	OUT_MAX = 16 * 1024 * 1024,
	/* What lists are drawn on, to be read out. */
	ROWS_MIN = 24,
	COLUMNS_MIN = 80,
	/* A message is one line however wide the terminal is. */
	LINE_COLUMNS = 60000,
};

struct linear {
	struct tui *tui;
	struct buf out;
	struct edit_line line;
	const struct view *front; /* as said last; only compared */
	bool has_read_out;	  /* the messages of the talk in front */
	char *selected;		  /* the line or message said last, or NULL */
	char *arrived;		  /* id of the message said last to be there */
};

struct linear *
linear_new(struct tui *tui)
{
	struct linear *linear = xcalloc(1, sizeof *linear);

	linear->tui = tui;
	buf_init(&linear->out, OUT_MAX);
	edit_line_init(&linear->line);
	return linear;
}

static void
send(struct linear *linear)
{
	terminal_send(linear->tui->terminal, buf_span(&linear->out));
	buf_clear(&linear->out);
}

void
linear_free(struct linear *linear)
{
	if (linear == NULL)
		return;
	edit_line_leave(&linear->line, &linear->out);
	send(linear);
	edit_line_finish(&linear->line);
	buf_finish(&linear->out);
	free(linear->selected);
	free(linear->arrived);
	free(linear);
}

void
linear_size(unsigned *rows, unsigned *columns)
{
	*rows = *rows > ROWS_MIN ? *rows : ROWS_MIN;
	*columns = *columns > COLUMNS_MIN ? *columns : COLUMNS_MIN;
}

void
linear_forget(struct linear *linear)
{
	if (linear != NULL)
		edit_line_finish(&linear->line);
}

/* -- lines ----------------------------------------------------------------- */

void
linear_say(struct linear *linear, const char *text)
{
	char *printable, *rest, *line;

	if (linear == NULL)
		return;
	edit_line_hide(&linear->line, &linear->out);
	printable = text_printable(text, TEXT_BLOCK);
	rest = printable;
	while ((line = strsep(&rest, "\n")) != NULL) {
		buf_put_text(&linear->out, line);
		buf_put_text(&linear->out, "\r\n");
	}
	free(printable);
	tui_changed(linear->tui);
}

void
linear_text(struct linear *linear, const struct view *view, const char *left,
    const char *text)
{
	/* The log has what was said already. */
	if (linear == NULL || view == linear->tui->log)
		return;
	if (left != NULL) {
		char *line = xasprintf("%s  %s", left, text);

		linear_say(linear, line);
		free(line);
	} else {
		linear_say(linear, text);
	}
}

/* -- messages -------------------------------------------------------------- */

/* Line by line, without what fills the width of a screen. */
static void
say_layout(struct linear *linear, const struct layout *layout)
{
	for (size_t i = 0; i < layout->count;) {
		uint32_t number = layout->pieces[i].line;
		struct buf line;
		char *text;

		buf_init(&line, LAYOUT_TEXT_MAX + 1);
		for (; i < layout->count && layout->pieces[i].line == number;
		     i++)
			buf_put(&line,
			    layout->text.data + layout->pieces[i].offset,
			    layout->pieces[i].len);
		text = buf_steal_text(&line);
		linear_say(linear, text);
		free(text);
	}
}

static void
say_message(struct linear *linear, const struct model_talk *talk,
    const struct model_message *message)
{
	const struct model_message *answer =
	    message->choices > 0 ? talk_question_answer(talk, message) : NULL;
	struct message_context context = { .in_words = true,
		.is_group = talk->user_count != 1 };
	struct layout layout;

	if (answer != NULL)
		context.answer =
		    json_string_value(json_object_get(answer->object, "text"));
	layout_init(&layout, LINE_COLUMNS);
	message_lines(&layout, linear->tui->model, message, &context);
	say_layout(linear, &layout);
	layout_finish(&layout);
}

static void
say_hint(struct linear *linear, const struct model_talk *talk)
{
	char *hint = talk_question_hint(linear->tui->keytable, talk);

	if (hint != NULL)
		linear_say(linear, hint);
	free(hint);
}

static void
read_out(struct linear *linear, const struct model_talk *talk)
{
	size_t count = talk->unread > READ_OUT ? talk->unread : READ_OUT;
	size_t from = talk->count > count ? talk->count - count : 0;

	for (size_t i = from; i < talk->count; i++)
		say_message(linear, talk, talk->messages[i]);
	if (talk->count == 0)
		linear_say(linear, _("Nothing has been said yet. Type, and "
				     "press Enter."));
	say_hint(linear, talk);
}

/* "talk 3" is where it can be answered: /go 3. */
static void
say_elsewhere(struct linear *linear, const struct model_talk *talk,
    const struct model_message *message)
{
	const struct tui *tui = linear->tui;

	for (size_t i = 0; i < tui->switcher.count; i++) {
		const struct view *view = tui->switcher.views[i];
		char *name, *line;

		if (view_talk_of(view) != talk)
			continue;
		name = view_title(view);
		line = xasprintf(_("in view %u, %s:"), view->number, name);
		linear_say(linear, line);
		free(line);
		free(name);
	}
	say_message(linear, talk, message);
}

static void
say_new(struct linear *linear, const struct model_change *change)
{
	const struct tui *tui = linear->tui;
	bool is_shown = view_talk_of(tui->switcher.shown) == change->talk;

	if (change->message->is_sent)
		return;
	if (!is_shown &&
	    herald_is_wanted(tui, change->talk, change->message->object))
		say_elsewhere(linear, change->talk, change->message);
	if (!is_shown || !linear->has_read_out)
		return;
	say_message(linear, change->talk, change->message);
	say_hint(linear, change->talk);
}

/* Once: that it is there. What fails is said by all screens. */
static void
say_arrived(struct linear *linear, const struct model_message *message)
{
	const char *state =
	    json_string_value(json_object_get(message->object, "state"));

	if (!message->is_sent || state == NULL ||
	    (strcmp(state, "delivered") != 0 && strcmp(state, "opened") != 0) ||
	    (linear->arrived != NULL &&
		strcmp(linear->arrived, message->id) == 0))
		return;
	free(linear->arrived);
	linear->arrived = xstrdup(message->id);
	linear_say(linear, _("delivered"));
}

void
linear_change(struct linear *linear, const struct model_change *change)
{
	if (linear == NULL)
		return;
	if (change->kind == CHANGE_MESSAGE_NEW)
		say_new(linear, change);
	else if (change->kind == CHANGE_MESSAGE &&
		 view_talk_of(linear->tui->switcher.shown) == change->talk)
		say_arrived(linear, change->message);
}

/* -- views ----------------------------------------------------------------- */

static void
set_selected(struct linear *linear, const char *text)
{
	char *copy = text != NULL ? xstrdup(text) : NULL;

	free(linear->selected);
	linear->selected = copy;
}

static void
say_front(struct linear *linear, const struct view *front)
{
	char *title = view_title(front);
	char *about = front->type->about != NULL ? front->type->about(front)
						 : xstrdup("");
	char *line =
	    xasprintf("== %s%s%s", title, about[0] != '\0' ? ": " : "", about);

	linear_say(linear, line);
	free(line);
	free(about);
	free(title);
}

/* The row of a list that keys act on, as it is drawn. */
static char *
selected_row(const struct canvas *canvas)
{
	for (unsigned row = 1; row + 2 < canvas->rows; row++) {
		for (unsigned column = 0; column < canvas->columns; column++) {
			if (canvas_cell(canvas, row, column)->style ==
			    STYLE_SELECTED)
				return canvas_row_text(canvas, row);
		}
	}
	return NULL;
}

static void
say_selected(struct linear *linear, const char *id, const char *line)
{
	if (id != NULL && linear->selected != NULL &&
	    strcmp(linear->selected, id) == 0)
		return;
	if (id == NULL && linear->selected == NULL)
		return;
	set_selected(linear, id);
	if (line != NULL)
		linear_say(linear, line);
}

static void
look_at_list(struct linear *linear)
{
	char *row = selected_row(&linear->tui->canvas);

	say_selected(linear, row, row);
	free(row);
}

static void
look_at_talk(struct linear *linear, const struct view *view)
{
	const struct model_talk *talk = view_talk_of(view);
	const struct model_message *message =
	    view_talk_selected(view, false, false);

	if (!linear->has_read_out && talk->is_loaded) {
		linear->has_read_out = true;
		read_out(linear, talk);
	}
	if (message != NULL && (linear->selected == NULL ||
				   strcmp(linear->selected, message->id) != 0))
		say_message(linear, talk, message);
	set_selected(linear, message != NULL ? message->id : NULL);
}

static void
look_at_front(struct linear *linear)
{
	const struct view *front = tui_front(linear->tui);

	if (front != linear->front) {
		linear->front = front;
		linear->has_read_out = false;
		set_selected(linear, NULL);
		say_front(linear, front);
	}
	if (front->is_list)
		look_at_list(linear);
	else if (view_talk_of(front) != NULL)
		look_at_talk(linear, front);
}

/* -- the line that is typed ---------------------------------------------- */

/* Lines of it are put beside each other. */
static char *
one_line(struct span text)
{
	char *copy = span_dup(text), *printable;

	for (char *at = copy; *at != '\0'; at++) {
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	}
	printable = text_printable(copy, TEXT_LINE);
	free(copy);
	return printable;
}

static void
show_typed(struct linear *linear, const char *prompt, const char *before,
    const char *behind)
{
	char *text = xasprintf("%s%s%s", prompt, before, behind);
	unsigned rows, columns;

	terminal_size(linear->tui->terminal, &rows, &columns);
	edit_line_show(&linear->line, text, strlen(prompt) + strlen(before),
	    columns, &linear->out);
	free(text);
}

static void
show_composer(struct linear *linear, const struct view *view)
{
	struct span text = composer_text(view->composer);
	size_t cursor = composer_cursor(view->composer);
	char *before = one_line(span_of(text.data, cursor));
	char *behind = one_line(span_of(text.data + cursor, text.len - cursor));
	char *title = view_title(view), *prompt = xasprintf("%s> ", title);

	show_typed(linear, prompt, before, behind);
	free(prompt);
	free(title);
	free(behind);
	free(before);
}

static void
show_line(struct linear *linear)
{
	const struct tui *tui = linear->tui;
	const struct canvas *canvas = &tui->canvas;
	char *row = NULL;

	if (secret_is_open(tui->secret)) {
		show_typed(linear, secret_question(), "", "");
	} else if (!tui_front(tui)->is_list) {
		show_composer(linear, tui->switcher.shown);
	} else {
		/* What is searched for stands where the list has its cursor. */
		if (canvas->cursor_shown)
			row = canvas_row_text(canvas, canvas->cursor_row);
		show_typed(
		    linear, "", row != NULL && row[0] == '/' ? row : "/", "");
		free(row);
	}
}

void
linear_entered(struct linear *linear)
{
	if (linear == NULL)
		return;
	show_line(linear);
	edit_line_leave(&linear->line, &linear->out);
}

void
linear_paint(struct linear *linear)
{
	look_at_front(linear);
	show_line(linear);
	send(linear);
}
