/* talk_lines.c: the lines of a talk that are seen. */
#include "cam-tui/talk_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/model.h"
#include "cam-tui/talk_question.h"

void
talk_lines_init(struct talk_lines *lines)
{
	*lines = (struct talk_lines){ 0 };
}

static void
kept_free(struct talk_kept *kept)
{
	if (kept->object == NULL)
		return;
	json_decref(kept->object);
	layout_finish(&kept->layout);
	*kept = (struct talk_kept){ 0 };
}

void
talk_lines_forget_all(struct talk_lines *lines)
{
	for (size_t i = 0; i < TALK_LINES_KEPT; i++)
		kept_free(&lines->kept[i]);
}

void
talk_lines_finish(struct talk_lines *lines)
{
	talk_lines_forget_all(lines);
	free(lines->bottom);
	free(lines->selected);
	free(lines->first_new);
	*lines = (struct talk_lines){ 0 };
}

void
talk_lines_forget(struct talk_lines *lines, const struct model_message *message)
{
	for (size_t i = 0; i < TALK_LINES_KEPT; i++) {
		if (lines->kept[i].object == message->object)
			kept_free(&lines->kept[i]);
	}
}

/* -- layouts -------------------------------------------------------------- */

static bool
is_same(const struct message_context *a, const struct message_context *b)
{
	return a->has_date == b->has_date && a->has_start == b->has_start &&
	       a->is_unread == b->is_unread && a->is_group == b->is_group &&
	       a->answer == b->answer;
}

/* NULL: it is no question, or none was given yet. */
static const char *
answer_of(const struct model_talk *talk, const struct model_message *message)
{
	const struct model_message *answer =
	    talk_question_count(message) > 0
		? talk_question_answer(talk, message)
		: NULL;

	return answer != NULL
		   ? json_string_value(json_object_get(answer->object, "text"))
		   : NULL;
}

static struct message_context
context_of(
    const struct talk_lines *lines, const struct model_talk *talk, size_t place)
{
	const struct model_message *message = talk->messages[place];

	return (struct message_context){
		.has_date = place == 0
				? talk->has_start
				: !message_same_day(message->time_ms,
				      talk->messages[place - 1]->time_ms),
		.has_start = lines->first_new != NULL &&
			     strcmp(lines->first_new, message->id) == 0,
		.is_unread =
		    json_is_true(json_object_get(message->object, "unread")),
		.is_group = talk->user_count != 1,
		.answer = answer_of(talk, message),
	};
}

/* One that is free, else that which was of no use for the longest. */
static struct talk_kept *
make_room(struct talk_lines *lines)
{
	struct talk_kept *oldest = &lines->kept[0];

	for (size_t i = 0; i < TALK_LINES_KEPT; i++) {
		struct talk_kept *kept = &lines->kept[i];

		if (kept->object == NULL)
			return kept;
		if (kept->turn < oldest->turn)
			oldest = kept;
	}
	kept_free(oldest);
	return oldest;
}

static struct talk_kept *
find_kept(struct talk_lines *lines, const json_t *object)
{
	for (size_t i = 0; i < TALK_LINES_KEPT; i++) {
		if (lines->kept[i].object == object)
			return &lines->kept[i];
	}
	return NULL;
}

static const struct layout *
layout_of(struct talk_lines *lines, const struct model *model,
    const struct model_talk *talk, size_t place)
{
	const struct model_message *message = talk->messages[place];
	struct message_context context = context_of(lines, talk, place);
	struct talk_kept *kept = find_kept(lines, message->object);

	if (kept != NULL && !is_same(&kept->context, &context)) {
		kept_free(kept);
		kept = NULL;
	}
	if (kept == NULL) {
		kept = make_room(lines);
		kept->object = json_incref(message->object);
		kept->context = context;
		layout_init(&kept->layout, lines->columns);
		message_lines(&kept->layout, model, message, &context);
	}
	kept->turn = lines->turn;
	return &kept->layout;
}

/* -- where ---------------------------------------------------------------- */

static size_t
place_of(const struct model_talk *talk, const char *id)
{
	for (size_t i = talk->count; i-- > 0;) {
		if (strcmp(talk->messages[i]->id, id) == 0)
			return i;
	}
	return talk->count;
}

static void
set_text(char **place, const char *text)
{
	char *copy = text != NULL ? xstrdup(text) : NULL;

	free(*place);
	*place = copy;
}

struct window {
	struct talk_lines *lines;
	const struct model *model;
	const struct model_talk *talk;
	size_t bottom; /* index */
	long below;
	size_t first; /* the first that is seen, and its lines above the top */
	long above;
};

static long
height(const struct window *window, size_t place)
{
	return (long)layout_of(
	    window->lines, window->model, window->talk, place)
	    ->lines;
}

/* below becomes less than the bottom message's lines, and not negative. */
static void
settle(struct window *window)
{
	while (window->below < 0 && window->bottom + 1 < window->talk->count) {
		window->bottom++;
		window->below += height(window, window->bottom);
	}
	if (window->below < 0)
		window->below = 0;
	while (window->bottom > 0 &&
	       window->below >= height(window, window->bottom)) {
		window->below -= height(window, window->bottom);
		window->bottom--;
	}
	if (window->bottom == 0 && window->below >= height(window, 0))
		window->below = height(window, 0) - 1;
}

/* How many rows there are from the first one seen to the bottom: all, unless
 * there is no more. */
static long
measure(struct window *window, long rows)
{
	long filled = -window->below;
	size_t place = window->bottom + 1;

	while (place > 0 && filled < rows) {
		place--;
		filled += height(window, place);
	}
	window->first = place;
	window->above = filled > rows ? filled - rows : 0;
	return filled < rows ? filled : rows;
}

static void
find_window(struct window *window, long rows)
{
	struct talk_lines *lines = window->lines;
	long filled;

	window->bottom = lines->bottom != NULL
			     ? place_of(window->talk, lines->bottom)
			     : window->talk->count - 1;
	window->below = lines->bottom != NULL ? lines->below : 0;
	if (window->bottom >= window->talk->count) {
		window->bottom = window->talk->count - 1;
		window->below = 0;
	}
	settle(window);
	filled = measure(window, rows);
	/* Above the first there is nothing: then from the first on. */
	if (filled < rows) {
		window->below -= rows - filled;
		settle(window);
		measure(window, rows);
	}
}

static void
keep_window(const struct window *window)
{
	struct talk_lines *lines = window->lines;
	const struct model_talk *talk = window->talk;
	bool at_end = window->bottom + 1 == talk->count && window->below == 0 &&
		      talk->has_end;

	set_text(
	    &lines->bottom, at_end ? NULL : talk->messages[window->bottom]->id);
	lines->below = at_end ? 0 : window->below;
	lines->wants_older = window->first < 2;
	lines->wants_newer = window->bottom + 2 >= talk->count;
}

/* -- drawing -------------------------------------------------------------- */

static void
mark_selected(struct canvas *canvas, struct box box, long row, long count)
{
	for (long i = row < 0 ? 0 : row; i < row + count && i < box.rows; i++) {
		struct box left = box;

		left.columns = left.columns < MESSAGE_INDENT - 1
				   ? left.columns
				   : MESSAGE_INDENT - 1;
		canvas_mark(canvas, left, (unsigned)i, STYLE_SELECTED);
	}
}

static void
draw_one(const struct window *window, size_t place, struct canvas *canvas,
    struct box box, long row)
{
	const struct layout *layout =
	    layout_of(window->lines, window->model, window->talk, place);
	const char *selected = window->lines->selected;
	size_t from = row < 0 ? (size_t)-row : 0;
	unsigned top = row < 0 ? 0 : (unsigned)row;

	layout_draw(layout, canvas, box, top, from, box.rows - top);
	if (selected != NULL &&
	    strcmp(window->talk->messages[place]->id, selected) == 0)
		mark_selected(canvas, box, row, (long)layout->lines);
}

static bool
is_seen(const struct window *window, const char *id)
{
	size_t place = place_of(window->talk, id);

	return place > window->first && place <= window->bottom;
}

/* A new width: nothing that was laid out fits. */
static void
fit(struct talk_lines *lines, struct box box)
{
	if (lines->columns != box.columns)
		talk_lines_forget_all(lines);
	lines->columns = box.columns;
	lines->rows = box.rows;
	lines->turn++;
}

void
talk_lines_draw(struct talk_lines *lines, const struct model *model,
    const struct model_talk *talk, struct canvas *canvas, struct box box)
{
	struct window window = { .lines = lines, .model = model, .talk = talk };
	long row;

	fit(lines, box);
	if (talk->count == 0 || box.rows == 0)
		return;
	find_window(&window, (long)box.rows);
	if (lines->must_be_seen && lines->selected != NULL &&
	    !is_seen(&window, lines->selected)) {
		set_text(&lines->bottom, lines->selected);
		lines->below = -(long)box.rows / 2;
		find_window(&window, (long)box.rows);
	}
	lines->must_be_seen = false;
	row = -window.above;
	for (size_t place = window.first;
	     place <= window.bottom && row < (long)box.rows; place++) {
		draw_one(&window, place, canvas, box, row);
		row += height(&window, place);
	}
	keep_window(&window);
}

/* -- moving --------------------------------------------------------------- */

static void
scroll(struct talk_lines *lines, const struct model_talk *talk, long by)
{
	if (lines->bottom == NULL && talk->count > 0)
		set_text(&lines->bottom, talk->messages[talk->count - 1]->id);
	lines->below += by;
}

bool
talk_lines_act(
    struct talk_lines *lines, const struct model_talk *talk, enum view_act act)
{
	long page = lines->rows > 2 ? (long)lines->rows - 2 : 1;

	switch (act) {
	case ACT_LINE_UP:
		scroll(lines, talk, 1);
		return true;
	case ACT_LINE_DOWN:
		scroll(lines, talk, -1);
		return true;
	case ACT_PAGE_UP:
		scroll(lines, talk, page);
		return true;
	case ACT_PAGE_DOWN:
		scroll(lines, talk, -page);
		return true;
	case ACT_START:
		if (talk->count > 0)
			set_text(&lines->bottom, talk->messages[0]->id);
		lines->below = 0;
		return true;
	case ACT_END:
		talk_lines_end(lines);
		return true;
	default:
		return false;
	}
}

void
talk_lines_end(struct talk_lines *lines)
{
	set_text(&lines->bottom, NULL);
	lines->below = 0;
}

bool
talk_lines_at_end(const struct talk_lines *lines)
{
	return lines->bottom == NULL;
}

void
talk_lines_select(struct talk_lines *lines, const char *id)
{
	set_text(&lines->selected, id);
	lines->must_be_seen = id != NULL;
}

void
talk_lines_step(
    struct talk_lines *lines, const struct model_talk *talk, bool older)
{
	size_t place;

	if (talk->count == 0)
		return;
	place = lines->selected != NULL ? place_of(talk, lines->selected)
					: talk->count;
	if (place == talk->count)
		place = talk->count - 1;
	else if (older)
		place = place > 0 ? place - 1 : 0;
	else if (++place == talk->count) {
		talk_lines_select(lines, NULL);
		talk_lines_end(lines);
		return;
	}
	talk_lines_select(lines, talk->messages[place]->id);
}

/* -- what is new ---------------------------------------------------------- */

void
talk_lines_mark_new(struct talk_lines *lines, const struct model_talk *talk)
{
	if (lines->first_new != NULL)
		return;
	for (size_t i = 0; i < talk->count; i++) {
		if (!json_is_true(
			json_object_get(talk->messages[i]->object, "unread")))
			continue;
		/* Above the first there is nothing to set it apart from. */
		if (i > 0)
			set_text(&lines->first_new, talk->messages[i]->id);
		return;
	}
}

void
talk_lines_forget_new(struct talk_lines *lines)
{
	set_text(&lines->first_new, NULL);
}
