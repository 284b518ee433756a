/* composer.c: the text being typed. */
#include "cam-tui/composer.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/width.h"

enum { UNDO_MAX = 64 };

struct past {
	char *text;
	size_t len;
	size_t cursor;
};

struct composer {
	struct buf text;
	size_t cursor;
	struct buf kept; /* what was deleted last, to be put back */
	struct past undo[UNDO_MAX];
	size_t undo_count;
	bool is_typing; /* characters in a row are undone together */
	char *history[COMPOSER_HISTORY];
	size_t history_count;
	size_t history_place; /* history_count: the text itself */
	char *draft;	      /* the text while the history is shown */
};

struct composer *
composer_new(void)
{
	struct composer *composer = xcalloc(1, sizeof *composer);

	buf_init(&composer->text, LIMIT_MESSAGE_TEXT);
	buf_init(&composer->kept, LIMIT_MESSAGE_TEXT);
	return composer;
}

static void
forget_undo(struct composer *composer)
{
	for (size_t i = 0; i < composer->undo_count; i++)
		free(composer->undo[i].text);
	composer->undo_count = 0;
	composer->is_typing = false;
}

void
composer_free(struct composer *composer)
{
	if (composer == NULL)
		return;
	forget_undo(composer);
	for (size_t i = 0; i < composer->history_count; i++)
		free(composer->history[i]);
	free(composer->draft);
	buf_finish(&composer->text);
	buf_finish(&composer->kept);
	free(composer);
}

struct span
composer_text(const struct composer *composer)
{
	return buf_span(&composer->text);
}

size_t
composer_cursor(const struct composer *composer)
{
	return composer->cursor;
}

bool
composer_is_empty(const struct composer *composer)
{
	return composer->text.len == 0;
}

/* -- changing ------------------------------------------------------------- */

static void
remember(struct composer *composer)
{
	struct past *past;

	if (composer->undo_count == UNDO_MAX) {
		free(composer->undo[0].text);
		memmove(&composer->undo[0], &composer->undo[1],
		    (UNDO_MAX - 1) * sizeof composer->undo[0]);
		composer->undo_count--;
	}
	past = &composer->undo[composer->undo_count++];
	*past = (struct past){ .text = span_dup(buf_span(&composer->text)),
		.len = composer->text.len,
		.cursor = composer->cursor };
}

/* Instead of the bytes from..to; the cursor goes behind it. */
static bool
splice(struct composer *composer, size_t from, size_t to, struct span text)
{
	size_t len = composer->text.len - (to - from) + text.len;
	struct buf spliced;

	if (len > LIMIT_MESSAGE_TEXT || !utf8_is_valid(text) ||
	    memchr(text.data != NULL ? text.data : (const uint8_t *)"", 0,
		text.len) != NULL)
		return false;
	buf_init(&spliced, LIMIT_MESSAGE_TEXT);
	buf_put(&spliced, composer->text.data, from);
	buf_put_span(&spliced, text);
	buf_put(&spliced, composer->text.data + to, composer->text.len - to);
	buf_finish(&composer->text);
	composer->text = spliced;
	composer->cursor = from + text.len;
	return true;
}

static bool
is_one_character(struct span text)
{
	uint32_t codepoint;

	return text.len > 0 && utf8_next(text, &codepoint) == text.len &&
	       codepoint > ' ';
}

void
composer_insert(struct composer *composer, struct span text)
{
	bool typing = is_one_character(text);

	if (text.len == 0)
		return;
	if (!typing || !composer->is_typing)
		remember(composer);
	splice(composer, composer->cursor, composer->cursor, text);
	composer->is_typing = typing;
}

void
composer_set(struct composer *composer, struct span text)
{
	forget_undo(composer);
	splice(composer, 0, composer->text.len, text);
}

void
composer_replace(struct composer *composer, size_t from, struct span text)
{
	if (from > composer->cursor)
		return;
	remember(composer);
	composer->is_typing = false;
	splice(composer, from, composer->cursor, text);
}

void
composer_undo(struct composer *composer)
{
	struct past past;

	if (composer->undo_count == 0)
		return;
	past = composer->undo[--composer->undo_count];
	splice(composer, 0, composer->text.len, span_of(past.text, past.len));
	composer->cursor = past.cursor;
	composer->is_typing = false;
	free(past.text);
}

/* -- places --------------------------------------------------------------- */

static size_t
step_right(const struct composer *composer, size_t place)
{
	unsigned columns;

	return place + grapheme_next(span_of(composer->text.data + place,
					 composer->text.len - place),
			   1, &columns);
}

static size_t
line_start(const struct composer *composer, size_t place)
{
	while (place > 0 && composer->text.data[place - 1] != '\n')
		place--;
	return place;
}

static size_t
line_end(const struct composer *composer, size_t place)
{
	while (place < composer->text.len && composer->text.data[place] != '\n')
		place++;
	return place;
}

static size_t
step_left(const struct composer *composer, size_t place)
{
	size_t at = line_start(composer, place), before = at;

	if (at == place)
		return place > 0 ? place - 1 : 0; /* the LF */
	while (at < place) {
		before = at;
		at = step_right(composer, at);
	}
	return before;
}

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t';
}

static size_t
word_left(const struct composer *composer, size_t place)
{
	while (place > 0 && is_blank(composer->text.data[place - 1]))
		place--;
	while (place > 0 && !is_blank(composer->text.data[place - 1]))
		place--;
	return place;
}

static size_t
word_right(const struct composer *composer, size_t place)
{
	while (
	    place < composer->text.len && is_blank(composer->text.data[place]))
		place++;
	while (
	    place < composer->text.len && !is_blank(composer->text.data[place]))
		place++;
	return place;
}

/* So many columns into the line that begins at start. */
static size_t
at_column(const struct composer *composer, size_t start, size_t column)
{
	size_t end = line_end(composer, start), place = start;

	while (place < end) {
		size_t next = step_right(composer, place);

		if (text_width(span_of(
			composer->text.data + start, next - start)) > column)
			break;
		place = next;
	}
	return place;
}

static size_t
other_line(const struct composer *composer, bool down)
{
	size_t place = composer->cursor;
	size_t start = line_start(composer, place);
	size_t end = line_end(composer, place);
	size_t column =
	    text_width(span_of(composer->text.data + start, place - start));

	if (down)
		return end < composer->text.len
			   ? at_column(composer, end + 1, column)
			   : place;
	return start > 0 ? at_column(composer, line_start(composer, start - 1),
			       column)
			 : place;
}

static size_t
find_place(const struct composer *composer, enum composer_place place)
{
	size_t cursor = composer->cursor;

	switch (place) {
	case PLACE_LEFT:
		return step_left(composer, cursor);
	case PLACE_RIGHT:
		return step_right(composer, cursor);
	case PLACE_WORD_LEFT:
		return word_left(composer, cursor);
	case PLACE_WORD_RIGHT:
		return word_right(composer, cursor);
	case PLACE_LINE_START:
		return line_start(composer, cursor);
	case PLACE_LINE_END:
		return line_end(composer, cursor);
	case PLACE_START:
		return 0;
	case PLACE_END:
		return composer->text.len;
	case PLACE_LINE_UP:
		return other_line(composer, false);
	case PLACE_LINE_DOWN:
		return other_line(composer, true);
	}
	return cursor;
}

bool
composer_move(struct composer *composer, enum composer_place place)
{
	size_t found = find_place(composer, place);
	bool moved = found != composer->cursor;

	composer->cursor = found;
	composer->is_typing = false;
	return moved;
}

bool
composer_delete(struct composer *composer, enum composer_place place, bool keep)
{
	size_t found = find_place(composer, place), from, to;

	if (found == composer->cursor && place == PLACE_LINE_END &&
	    found < composer->text.len)
		found++; /* at its end, the line's LF */
	if (found == composer->cursor)
		return false;
	from = found < composer->cursor ? found : composer->cursor;
	to = found < composer->cursor ? composer->cursor : found;
	remember(composer);
	composer->is_typing = false;
	if (keep) {
		buf_clear(&composer->kept);
		buf_put(&composer->kept, composer->text.data + from, to - from);
	}
	splice(composer, from, to, span_of(NULL, 0));
	return true;
}

void
composer_yank(struct composer *composer)
{
	composer_insert(composer, buf_span(&composer->kept));
}

void
composer_transpose(struct composer *composer)
{
	size_t middle = composer->cursor, left, right;
	struct buf swapped;

	/* At the end it is the two before. */
	if (middle == composer->text.len)
		middle = step_left(composer, middle);
	left = step_left(composer, middle);
	right = step_right(composer, middle);
	if (left == middle || right == middle)
		return;
	remember(composer);
	buf_init(&swapped, LIMIT_MESSAGE_TEXT);
	buf_put(&swapped, composer->text.data + middle, right - middle);
	buf_put(&swapped, composer->text.data + left, middle - left);
	splice(composer, left, right, buf_span(&swapped));
	buf_finish(&swapped);
}

/* -- history -------------------------------------------------------------- */

static void
add_history(struct composer *composer, const char *text)
{
	size_t count = composer->history_count;

	if (count > 0 && strcmp(composer->history[count - 1], text) == 0)
		return;
	if (count == COMPOSER_HISTORY) {
		free(composer->history[0]);
		memmove(&composer->history[0], &composer->history[1],
		    (count - 1) * sizeof composer->history[0]);
		composer->history_count--;
	}
	composer->history[composer->history_count++] = xstrdup(text);
}

char *
composer_take(struct composer *composer)
{
	char *text = span_dup(buf_span(&composer->text));

	if (text[0] != '\0')
		add_history(composer, text);
	composer->history_place = composer->history_count;
	free(composer->draft);
	composer->draft = NULL;
	composer_set(composer, span_of(NULL, 0));
	return text;
}

static void
show_history(struct composer *composer, size_t place)
{
	const char *text = place < composer->history_count
			       ? composer->history[place]
			       : composer->draft;

	composer->history_place = place;
	composer_set(composer, span_text(text != NULL ? text : ""));
}

bool
composer_older(struct composer *composer)
{
	if (composer->history_place == 0)
		return false;
	if (composer->history_place == composer->history_count) {
		free(composer->draft);
		composer->draft = span_dup(buf_span(&composer->text));
	}
	show_history(composer, composer->history_place - 1);
	return true;
}

bool
composer_newer(struct composer *composer)
{
	if (composer->history_place == composer->history_count)
		return false;
	show_history(composer, composer->history_place + 1);
	return true;
}
