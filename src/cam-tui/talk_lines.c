/* talk_lines.c: the lines of a talk that are seen. */
#include "cam-tui/talk_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/layout.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/talk_question.h"

/* A message laid out. */
struct kept {
	struct table_link by_object;
	json_t *object; /* what it was laid out from, held */
	struct message_context context;
	int64_t before_ms; /* when the one above it was said */
	struct layout layout;
	uint64_t number; /* of no other one */
	unsigned turn;	 /* of drawing, when it was last of use */
};

void
talk_lines_init(struct talk_lines *lines)
{
	*lines = (struct talk_lines){ 0 };
	table_init(&lines->kept);
}

static struct kept *
kept_of(struct table_link *link)
{
	return link != NULL ? container_of(link, struct kept, by_object) : NULL;
}

static void
drop(struct talk_lines *lines, struct kept *kept)
{
	table_remove(&lines->kept, &kept->by_object);
	json_decref(kept->object);
	layout_finish(&kept->layout);
	free(kept);
}

/* All but what was seen last. */
static void
drop_unseen(struct talk_lines *lines)
{
	struct kept *kept = kept_of(table_first(&lines->kept)), *next;

	for (; kept != NULL; kept = next) {
		next = kept_of(table_next(&lines->kept, &kept->by_object));
		if (kept->turn != lines->turn)
			drop(lines, kept);
	}
}

void
talk_lines_forget_all(struct talk_lines *lines)
{
	lines->turn++;
	drop_unseen(lines);
}

void
talk_lines_finish(struct talk_lines *lines)
{
	talk_lines_forget_all(lines);
	table_finish(&lines->kept);
	free(lines->bottom);
	free(lines->selected);
	free(lines->first_new);
	*lines = (struct talk_lines){ 0 };
}

static uint64_t
hash_of(const struct talk_lines *lines, const json_t *object)
{
	return table_hash(&lines->kept, &object, sizeof object);
}

static bool
has_object(const struct table_link *link, const void *key)
{
	return container_of(link, struct kept, by_object)->object == key;
}

static struct kept *
find_kept(const struct talk_lines *lines, const json_t *object)
{
	return kept_of(table_find(
	    &lines->kept, hash_of(lines, object), has_object, object));
}

void
talk_lines_forget(struct talk_lines *lines, const struct model_message *message)
{
	struct kept *kept = find_kept(lines, message->object);

	if (kept != NULL)
		drop(lines, kept);
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
	    message->choices > 0 ? talk_question_answer(talk, message) : NULL;

	return answer != NULL
		   ? json_string_value(json_object_get(answer->object, "text"))
		   : NULL;
}

/* The first that there is has no date as long as what is above may be of the
 * same day. */
static bool
has_date(const struct kept *kept, const struct model_talk *talk, size_t place)
{
	int64_t time_ms = talk->messages[place]->time_ms, before_ms;

	if (place == 0)
		return talk->has_start;
	before_ms = talk->messages[place - 1]->time_ms;
	/* Days are not quickly told from each other. */
	return kept != NULL && kept->before_ms == before_ms
		   ? kept->context.has_date
		   : !message_same_day(time_ms, before_ms);
}

static struct message_context
context_of(const struct talk_lines *lines, const struct kept *kept,
    const struct model_talk *talk, size_t place)
{
	const struct model_message *message = talk->messages[place];

	return (struct message_context){
		.has_date = has_date(kept, talk, place),
		.has_start = lines->first_new != NULL &&
			     strcmp(lines->first_new, message->id) == 0,
		.is_unread = message->is_unread,
		.is_group = talk->user_count != 1,
		.answer = answer_of(talk, message),
	};
}

static struct kept *
lay(struct talk_lines *lines, const struct model *model,
    const struct model_message *message, const struct message_context *context)
{
	struct kept *kept = xcalloc(1, sizeof *kept);

	kept->object = json_incref(message->object);
	kept->context = *context;
	kept->number = ++lines->made;
	layout_init(&kept->layout, lines->columns);
	message_lines(&kept->layout, model, message, context);
	table_add(
	    &lines->kept, &kept->by_object, hash_of(lines, message->object));
	return kept;
}

/* Looked at once while drawing: nothing changes meanwhile. */
static struct kept *
kept_at(struct talk_lines *lines, const struct model *model,
    const struct model_talk *talk, size_t place)
{
	const struct model_message *message = talk->messages[place];
	struct kept *kept = find_kept(lines, message->object);
	struct message_context context;

	if (kept != NULL && kept->turn == lines->turn)
		return kept;
	context = context_of(lines, kept, talk, place);
	if (kept != NULL && !is_same(&kept->context, &context)) {
		drop(lines, kept);
		kept = NULL;
	}
	if (kept == NULL)
		kept = lay(lines, model, message, &context);
	kept->before_ms = place > 0 ? talk->messages[place - 1]->time_ms : 0;
	kept->turn = lines->turn;
	return kept;
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
	return (long)kept_at(window->lines, window->model, window->talk, place)
	    ->layout.lines;
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

/* What stands in a row. */
struct seen {
	const struct kept *kept; /* NULL: nothing */
	size_t line;
	bool is_selected;
};

static void
see(const struct window *window, struct seen *seen, long rows)
{
	const char *selected = window->lines->selected;
	long row = -window->above;

	for (size_t place = window->first;
	     place <= window->bottom && row < rows; place++) {
		const struct kept *kept =
		    kept_at(window->lines, window->model, window->talk, place);
		bool is_selected =
		    selected != NULL &&
		    strcmp(window->talk->messages[place]->id, selected) == 0;

		for (size_t line = 0; line < kept->layout.lines && row < rows;
		     line++, row++) {
			if (row >= 0)
				seen[row] =
				    (struct seen){ kept, line, is_selected };
		}
	}
}

static struct row_key
key_of(const struct seen *seen)
{
	if (seen->kept == NULL)
		return (struct row_key){ 0 };
	return (struct row_key){ seen->kept->number << 32 | seen->line,
		seen->is_selected };
}

static void
draw_row(const struct seen *seen, struct canvas *canvas, struct box box,
    unsigned row)
{
	layout_draw(&seen->kept->layout, canvas, box, row, seen->line, 1);
	if (seen->is_selected) {
		box.columns = box.columns < MESSAGE_INDENT - 1
				  ? box.columns
				  : MESSAGE_INDENT - 1;
		canvas_mark(canvas, box, row, STYLE_SELECTED);
	}
}

static void
draw_window(const struct window *window, struct rows *rows,
    struct canvas *canvas, struct box box)
{
	struct seen *seen = xcalloc(box.rows, sizeof *seen);

	see(window, seen, (long)box.rows);
	for (unsigned row = 0; row < box.rows; row++)
		rows->list[row].wanted = key_of(&seen[row]);
	rows_move(rows, canvas);
	for (unsigned row = 0; row < box.rows; row++) {
		if (rows->list[row].is_missing)
			draw_row(&seen[row], canvas, box, row);
	}
	free(seen);
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
	else if (lines->kept.count > TALK_LINES_KEPT)
		drop_unseen(lines);
	lines->columns = box.columns;
	lines->rows = box.rows;
	lines->turn++;
}

void
talk_lines_draw(struct talk_lines *lines, const struct model *model,
    const struct model_talk *talk, struct rows *rows, struct canvas *canvas,
    struct box box)
{
	struct window window = { .lines = lines, .model = model, .talk = talk };

	fit(lines, box);
	rows_begin(rows, canvas, box);
	if (talk->count == 0 || box.rows == 0) {
		rows_move(rows, canvas);
		return;
	}
	find_window(&window, (long)box.rows);
	if (lines->must_be_seen && lines->selected != NULL &&
	    !is_seen(&window, lines->selected)) {
		set_text(&lines->bottom, lines->selected);
		lines->below = -(long)box.rows / 2;
		find_window(&window, (long)box.rows);
	}
	lines->must_be_seen = false;
	draw_window(&window, rows, canvas, box);
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
		if (!talk->messages[i]->is_unread)
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
