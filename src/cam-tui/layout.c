/* layout.c: styled text broken into lines, grapheme by grapheme. */
#include "cam-tui/layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/width.h"
#include "cam-tui/link.h"

enum { ESCAPE_GROWTH = 8, TAB_COLUMNS = 8 };

void
layout_init(struct layout *layout, unsigned columns)
{
	*layout = (struct layout){ .columns = columns > 0 ? columns : 1 };
	buf_init(&layout->text, LAYOUT_TEXT_MAX);
}

void
layout_finish(struct layout *layout)
{
	buf_finish(&layout->text);
	free(layout->pieces);
	for (size_t i = 0; i < layout->link_count; i++)
		free(layout->links[i]);
	free(layout->links);
	*layout = (struct layout){ 0 };
}

static bool
is_full(const struct layout *layout)
{
	return layout->lines > LAYOUT_LINES_MAX || buf_failed(&layout->text);
}

/* On a very narrow screen text matters more than its indent. */
static unsigned
start_of(const struct layout *layout, unsigned indent)
{
	return indent < layout->columns / 2 ? indent : 0;
}

static void
begin_line(struct layout *layout, unsigned indent)
{
	layout->lines++;
	layout->column = start_of(layout, indent);
}

static void
add_piece(struct layout *layout, enum style style, struct span text,
    unsigned columns, uint16_t link)
{
	struct piece *last =
	    layout->count > 0 ? &layout->pieces[layout->count - 1] : NULL;
	uint32_t line = (uint32_t)layout->lines - 1;
	size_t offset = layout->text.len;

	buf_put_span(&layout->text, text);
	if (text.len == 0 || is_full(layout))
		return;
	if (last != NULL && !layout->is_apart && last->line == line &&
	    last->style == style && last->link == link &&
	    last->offset + last->len == offset) {
		last->len += (uint32_t)text.len;
		layout->column += columns;
		return;
	}
	layout->is_apart = false;
	if (layout->count == layout->size) {
		layout->size = 2 * layout->size + 8;
		layout->pieces = xreallocarray(
		    layout->pieces, layout->size, sizeof *layout->pieces);
	}
	layout->pieces[layout->count++] = (struct piece){ .line = line,
		.offset = (uint32_t)offset,
		.len = (uint32_t)text.len,
		.column = (uint16_t)layout->column,
		.style = (uint8_t)style,
		.link = link };
	layout->column += columns;
}

/* -- links ---------------------------------------------------------------- */

/* The first in text is the next one to come; a link that goes over lines is
 * put piece by piece. */
static void
find_link(struct layout *layout, struct span text)
{
	layout->next_link = span_of(NULL, 0);
	if (layout->finds_links && layout->link_count < LAYOUT_LINKS_MAX &&
	    link_find(text, 0, &layout->next_link)) {
		layout->links = xreallocarray(layout->links,
		    layout->link_count + 1, sizeof *layout->links);
		layout->links[layout->link_count++] =
		    span_dup(layout->next_link);
	}
}

/* Text is a part of what is being put, up to end. */
static void
add_text(struct layout *layout, enum style style, struct span text,
    unsigned columns, const uint8_t *end)
{
	while (text.len > 0 && layout->next_link.data != NULL) {
		struct span link = layout->next_link, part = text;
		uint16_t number = 0;
		unsigned width;

		if (text.data + text.len <= link.data)
			break;
		if (text.data < link.data) {
			part.len = (size_t)(link.data - text.data);
		} else {
			size_t left =
			    (size_t)(link.data + link.len - text.data);

			number = (uint16_t)layout->link_count;
			part.len = text.len < left ? text.len : left;
		}
		width =
		    part.len == text.len ? columns : (unsigned)text_width(part);
		add_piece(layout, style, part, width, number);
		columns -= width;
		text = span_of(text.data + part.len, text.len - part.len);
		if (part.data + part.len == link.data + link.len)
			find_link(
			    layout, span_of(link.data + link.len,
					(size_t)(end - link.data) - link.len));
	}
	if (text.len > 0)
		add_piece(layout, style, text, columns, 0);
}

/* -- lines ---------------------------------------------------------------- */

/* Marks that do not begin a line: closing brackets, full stops and their like
 * of East Asian text (the commonest of JIS X 4051). */
static bool
is_closing(struct span grapheme)
{
	static const char *const closing[] = { "\xe3\x80\x81", "\xe3\x80\x82",
		"\xef\xbc\x8c", "\xef\xbc\x8e", "\xe3\x80\x8d", "\xe3\x80\x8f",
		"\xef\xbc\x89", "\xe3\x80\x91", "\xef\xbc\x81", "\xef\xbc\x9f",
		"\xe3\x83\xbc", "\xe3\x80\x9c", "\xe3\x80\x85", "\xef\xbc\x9a",
		"\xef\xbc\x9b", "\xe2\x80\xa6" };

	for (size_t i = 0;
	     grapheme.len == 3 && i < sizeof closing / sizeof closing[0]; i++) {
		if (span_equal_text(grapheme, closing[i]))
			return true;
	}
	return false;
}

/* What is kept together: a word up to the next blank, or one wide character
 * with the marks behind it. */
static size_t
next_word(struct span text, unsigned *columns)
{
	size_t taken = 0;
	bool wide = false;

	*columns = 0;
	while (taken < text.len) {
		struct span rest = span_of(text.data + taken, text.len - taken);
		unsigned width;
		size_t len = grapheme_next(rest, 1, &width);
		struct span grapheme = span_of(rest.data, len);

		if (taken > 0 && !is_closing(grapheme) && (wide || width == 2))
			break;
		if (rest.data[0] == ' ' || rest.data[0] == '\n' ||
		    rest.data[0] == '\t')
			break;
		wide = width == 2;
		*columns += width;
		taken += len;
	}
	return taken;
}

/* A word that is longer than a line. */
static void
put_long(struct layout *layout, enum style style, struct span word,
    const uint8_t *end)
{
	while (word.len > 0 && !is_full(layout)) {
		unsigned width;
		size_t len = grapheme_next(word, 1, &width);

		if (layout->column + width > layout->columns &&
		    layout->column > start_of(layout, layout->indent))
			begin_line(layout, layout->indent);
		add_text(layout, style, span_of(word.data, len), width, end);
		word = span_of(word.data + len, word.len - len);
	}
}

static void
put_word(struct layout *layout, enum style style, struct span word,
    unsigned columns, const uint8_t *end)
{
	unsigned start = start_of(layout, layout->indent);

	if (!layout->breaks_anywhere &&
	    layout->column + columns > layout->columns &&
	    columns <= layout->columns - start && layout->column > start)
		begin_line(layout, layout->indent);
	if (layout->column + columns > layout->columns)
		put_long(layout, style, word, end);
	else
		add_text(layout, style, word, columns, end);
}

/* Blanks at the end of a line are what it was broken at. */
static void
put_blanks(struct layout *layout, enum style style, unsigned count)
{
	if (layout->breaks_anywhere && layout->column >= layout->columns)
		begin_line(layout, layout->indent);
	for (; count > 0 && layout->column < layout->columns; count--)
		add_piece(layout, style, span_text(" "), 1, 0);
}

static void
put_printable(struct layout *layout, enum style style, struct span text)
{
	const uint8_t *end;
	unsigned columns;

	if (text.len == 0)
		return;
	end = text.data + text.len;
	find_link(layout, text);
	while (text.len > 0 && !is_full(layout)) {
		size_t len = 1;

		if (layout->lines == 0)
			begin_line(layout, 0);
		switch (text.data[0]) {
		case '\n':
			begin_line(layout, layout->margin);
			break;
		case '\t':
			put_blanks(layout, style,
			    TAB_COLUMNS - layout->column % TAB_COLUMNS);
			break;
		case ' ':
			put_blanks(layout, style, 1);
			break;
		default:
			len = next_word(text, &columns);
			put_word(layout, style, span_of(text.data, len),
			    columns, end);
		}
		text = span_of(text.data + len, text.len - len);
	}
}

void
layout_put(struct layout *layout, enum style style, struct span text)
{
	struct buf printable;

	if (text.len > LIMIT_MESSAGE_TEXT)
		text.len = utf8_cut(text, LIMIT_MESSAGE_TEXT);
	buf_init(&printable, text.len * ESCAPE_GROWTH + 1);
	text_print(&printable, text, TEXT_BLOCK);
	put_printable(layout, style, buf_span(&printable));
	buf_finish(&printable);
}

void
layout_text(struct layout *layout, enum style style, const char *text)
{
	layout_put(layout, style, span_text(text));
}

void
layout_printf(struct layout *layout, enum style style, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	layout_text(layout, style, text);
	free(text);
}

void
layout_break(struct layout *layout)
{
	begin_line(layout, layout->margin);
}

void
layout_part(struct layout *layout)
{
	layout->is_apart = true;
}

/* The first piece of a line, or of what is below it. */
static size_t
first_of(const struct layout *layout, size_t line)
{
	size_t low = 0, high = layout->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (layout->pieces[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
layout_draw(const struct layout *layout, struct canvas *canvas, struct box box,
    unsigned row, size_t from, size_t count)
{
	for (size_t i = first_of(layout, from);
	     i < layout->count && layout->pieces[i].line < from + count; i++) {
		const struct piece *piece = &layout->pieces[i];
		unsigned to = row + (unsigned)(piece->line - from), taken;

		taken = canvas_put(canvas, box, to, piece->column, piece->style,
		    span_of(layout->text.data + piece->offset, piece->len));
		if (piece->link > 0)
			canvas_link(canvas, box, to, piece->column, taken,
			    layout->links[piece->link - 1]);
	}
}
