/* server_rows.c: what administrators see of camserver, as rows. */
#include "cam-tui/server_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/size.h"
#include "rpc/json.h"

enum {
	TIME_COLUMNS = 17, /* "2026-01-31 09:30 " */
	STATE_COLUMNS = 8,
	NAME_COLUMNS = 14,
	COUNT_COLUMNS = 8,
	SIZE_COLUMNS = 10,
	/* Narrower than that the list has less columns. */
	TIME_FROM = 52,
	NICK_FROM = 76,
	LEAST_COLUMNS = 32
};

static void
put(struct canvas *canvas, struct box box, unsigned row, unsigned column,
    unsigned columns, enum style style, const char *text)
{
	if (columns > 1 && column < box.columns)
		canvas_put_cut(canvas, box, row, column, columns - 1, style,
		    span_text(text));
}

/* "2026-01-31 09:30" */
static void
put_time(struct canvas *canvas, struct box box, unsigned row, enum style style,
    const json_t *object, const char *name)
{
	char text[TIME_COLUMNS], *middle;

	snprintf(text, sizeof text, "%.16s", json_text_at(object, name));
	middle = strchr(text, 'T');
	if (middle != NULL)
		*middle = ' ';
	put(canvas, box, row, box.columns - TIME_COLUMNS + 1, TIME_COLUMNS,
	    style, text);
}

static long
number_of(const json_t *object, const char *name)
{
	return (long)json_integer_value(json_object_get(object, name));
}

static enum style
style_of(const char *state)
{
	if (strcmp(state, "waiting") == 0)
		return STYLE_WARN;
	return strcmp(state, "joined") == 0 ? STYLE_GOOD : STYLE_DIM;
}

/* Name, group and state, and where there is room nick and time: a row of the
 * list, or its heading where member is NULL. */
static void
draw_member(
    const json_t *member, struct canvas *canvas, struct box box, unsigned row)
{
	bool head = member == NULL;
	const char *state = head ? _("STATE") : json_text_at(member, "state");
	unsigned end = box.columns, column = NAME_COLUMNS;

	put(canvas, box, row, 0, NAME_COLUMNS, head ? STYLE_DIM : STYLE_STRONG,
	    head ? _("NAME") : json_text_at(member, "name"));
	if (box.columns >= TIME_FROM) {
		end -= TIME_COLUMNS - 1;
		if (head)
			put(canvas, box, row, end, TIME_COLUMNS, STYLE_DIM,
			    _("SEEN"));
		else
			put_time(canvas, box, row, STYLE_DIM, member, "seen");
	}
	end -= STATE_COLUMNS;
	put(canvas, box, row, end, STATE_COLUMNS + 1,
	    head ? STYLE_DIM : style_of(state), state);
	if (box.columns >= NICK_FROM) {
		put(canvas, box, row, column, NAME_COLUMNS,
		    head ? STYLE_DIM : STYLE_PLAIN,
		    head ? _("NICK") : json_text_at(member, "nick"));
		column += NAME_COLUMNS;
	}
	put(canvas, box, row, column, end - column,
	    head ? STYLE_DIM : STYLE_PLAIN,
	    head ? _("GROUP") : json_text_at(member, "group"));
}

static void
draw_queue(
    const json_t *queue, struct canvas *canvas, struct box box, unsigned row)
{
	bool head = queue == NULL;
	enum style style = head ? STYLE_DIM : STYLE_PLAIN;
	char count[24], size[SIZE_TEXT];

	snprintf(count, sizeof count, "%ld", number_of(queue, "count"));
	size_format((uint64_t)number_of(queue, "size"), size);
	put(canvas, box, row, 0, NAME_COLUMNS, head ? STYLE_DIM : STYLE_STRONG,
	    head ? _("TO") : json_text_at(queue, "to"));
	put(canvas, box, row, NAME_COLUMNS, COUNT_COLUMNS, style,
	    head ? _("COUNT") : count);
	put(canvas, box, row, NAME_COLUMNS + COUNT_COLUMNS, SIZE_COLUMNS, style,
	    head ? _("SIZE") : size);
	snprintf(count, sizeof count, "%ld", number_of(queue, "files"));
	if (box.columns >= TIME_FROM + COUNT_COLUMNS)
		put(canvas, box, row,
		    NAME_COLUMNS + COUNT_COLUMNS + SIZE_COLUMNS, COUNT_COLUMNS,
		    style, head ? _("FILES") : count);
	if (box.columns < TIME_FROM)
		return;
	if (head)
		put(canvas, box, row, box.columns - TIME_COLUMNS + 1,
		    TIME_COLUMNS, style, _("OLDEST"));
	else
		put_time(canvas, box, row, style, queue, "oldest");
}

/* "2026-01-31T09:30:15..." is told by its time of day. */
static void
draw_log(
    const json_t *line, struct canvas *canvas, struct box box, unsigned row)
{
	const char *level = json_text_at(line, "level");
	const char *time = strchr(json_text_at(line, "time"), 'T');
	char clock[10];
	enum style style = strcmp(level, "error") == 0	? STYLE_BAD
			   : strcmp(level, "warn") == 0 ? STYLE_WARN
							: STYLE_PLAIN;

	if (line == NULL)
		return;
	snprintf(clock, sizeof clock, "%.8s", time != NULL ? time + 1 : "");
	put(canvas, box, row, 0, sizeof clock, STYLE_DIM, clock);
	canvas_put_cut(canvas, box, row, sizeof clock - 1,
	    box.columns - sizeof clock + 1, style,
	    span_text(json_text_at(line, "text")));
}

void
server_rows_put(const json_t *object, enum serverlink_part part,
    struct canvas *canvas, struct box box, unsigned row)
{
	static void (*const puts[SERVER_PARTS])(const json_t *object,
	    struct canvas *canvas, struct box box,
	    unsigned row) = { draw_member, draw_queue, draw_log };

	if (box.columns >= LEAST_COLUMNS)
		puts[part](object, canvas, box, row);
}

void
server_rows_put_status(
    const json_t *status, struct canvas *canvas, struct box box, unsigned row)
{
	const json_t *members = json_object_get(status, "members");
	unsigned column;
	char *text;

	if (status == NULL)
		return;
	text = xasprintf(_("%ld joined, %ld waiting for approval, %ld invited"),
	    number_of(members, "joined"), number_of(members, "waiting"),
	    number_of(members, "invited"));
	column = 2 + canvas_put_cut(canvas, box, row, 0, box.columns,
			 number_of(members, "waiting") > 0 ? STYLE_WARN
							   : STYLE_PLAIN,
			 span_text(text));
	free(text);
	text = xasprintf(_("%ld connected"), number_of(status, "links"));
	if (column + NAME_COLUMNS <= box.columns)
		canvas_put_cut(canvas, box, row, column, box.columns - column,
		    STYLE_DIM, span_text(text));
	free(text);
}
