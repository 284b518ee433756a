/* edit_line.c: the line that is being typed, on a terminal that can only step
 * back. */
#include "cam-tui/edit_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void
edit_line_init(struct edit_line *line)
{
	*line = (struct edit_line){ 0 };
}

void
edit_line_finish(struct edit_line *line)
{
	free(line->text);
	edit_line_init(line);
}

static size_t
width(const char *text, size_t len)
{
	return text_width(span_of(text, len));
}

static void
put_times(struct buf *out, char byte, size_t count)
{
	while (count-- > 0)
		buf_put_byte(out, (uint8_t)byte);
}

static size_t
step(const char *text)
{
	uint32_t codepoint;
	size_t len = utf8_next(span_text(text), &codepoint);

	return len > 0 ? len : 1;
}

/* Where what is shown begins, so that the cursor is on it. */
static size_t
begin_of(const char *text, size_t cursor, unsigned columns)
{
	size_t begin = 0;

	while (
	    begin < cursor && width(text + begin, cursor - begin) + 1 > columns)
		begin += step(text + begin);
	return begin;
}

static size_t
end_of(const char *text, size_t begin, unsigned columns)
{
	size_t end = begin;

	while (
	    text[end] != '\0' &&
	    width(text + begin, end + step(text + end) - begin) + 1 <= columns)
		end += step(text + end);
	return end;
}

/* The bytes both begin with; marks stay with the letter they are on. */
static size_t
common(const char *a, const char *b)
{
	size_t len = 0, safe = 0;

	while (a[len] != '\0' && a[len] == b[len]) {
		len++;
		if (((unsigned char)a[len] & 0xC0) != 0x80 &&
		    ((unsigned char)b[len] & 0xC0) != 0x80 &&
		    width(a + len, a[len] == '\0' ? 0 : step(a + len)) ==
			(a[len] == '\0' ? 0 : 1) &&
		    width(b + len, b[len] == '\0' ? 0 : step(b + len)) ==
			(b[len] == '\0' ? 0 : 1))
			safe = len;
	}
	return safe;
}

void
edit_line_show(struct edit_line *line, const char *text, size_t cursor,
    unsigned columns, struct buf *out)
{
	const char *before = line->text != NULL ? line->text : "";
	size_t begin = begin_of(text, cursor, columns);
	size_t end = end_of(text, begin, columns), same, left, used;
	char *now = xstrndup(text + begin, end - begin);

	cursor -= begin;
	if (cursor > strlen(now))
		cursor = strlen(now);
	same = common(before, now);
	if (line->cursor > same)
		put_times(out, '\b',
		    width(before, line->cursor) - width(before, same));
	else
		same = line->cursor;
	buf_put_text(out, now + same);
	left = width(before, strlen(before));
	used = width(now, strlen(now));
	if (left > used) {
		put_times(out, ' ', left - used);
		put_times(out, '\b', left - used);
	}
	put_times(out, '\b', used - width(now, cursor));
	free(line->text);
	line->text = now;
	line->cursor = cursor;
}

void
edit_line_hide(struct edit_line *line, struct buf *out)
{
	if (line->text == NULL)
		return;
	buf_put_byte(out, '\r');
	put_times(out, ' ', width(line->text, strlen(line->text)));
	buf_put_byte(out, '\r');
	edit_line_finish(line);
}

void
edit_line_leave(struct edit_line *line, struct buf *out)
{
	buf_put_text(out, "\r\n");
	edit_line_finish(line);
}
