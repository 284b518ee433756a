/* excerpt.c: the beginning and the end of what a program prints, as text for
 * people. */
#include "cam/excerpt.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { ESC = 0x1b, BEL = 0x07, CSI = 0x9b, OSC = 0x9d, ST = 0x9c };

/* -- cleaned ----------------------------------------------------------------
 */

static struct span
skip(struct span text, size_t len)
{
	return span_of(text.data + len, text.len - len);
}

/* Behind a CSI: parameters, then a letter. */
static struct span
skip_csi(struct span text)
{
	size_t len = 0;

	while (
	    len < text.len && text.data[len] >= 0x20 && text.data[len] < 0x40)
		len++;
	return skip(text, len < text.len ? len + 1 : len);
}

/* Behind an OSC, or another that is ended by ST or BEL; a line feed ends what
 * nobody has ended. */
static struct span
skip_string(struct span text)
{
	uint32_t codepoint = 0;
	size_t len;

	while ((len = utf8_next(text, &codepoint)) > 0 && codepoint != '\n') {
		text = skip(text, len);
		if (codepoint == BEL || codepoint == ST)
			break;
		if (codepoint == ESC) {
			if (text.len > 0 && text.data[0] == '\\')
				text = skip(text, 1);
			break;
		}
	}
	return text;
}

/* Behind an ESC. */
static struct span
skip_escape(struct span text)
{
	size_t len = 0;

	if (text.len == 0)
		return text;
	if (text.data[0] == '[')
		return skip_csi(skip(text, 1));
	if (strchr("]PX^_", text.data[0]) != NULL && text.data[0] != '\0')
		return skip_string(skip(text, 1));
	while (
	    len < text.len && text.data[len] >= 0x20 && text.data[len] < 0x30)
		len++;
	if (len < text.len && text.data[len] >= 0x30 && text.data[len] < 0x7f)
		len++;
	return skip(text, len);
}

/* What CR and BS do, without leaving the line: line is where it begins. */
static void
go_back(struct buf *out, size_t line, uint32_t codepoint)
{
	if (codepoint == '\r') {
		out->len = line;
		return;
	}
	while (out->len > line && (out->data[--out->len] & 0xc0) == 0x80)
		;
}

static bool
is_line_end(struct span text)
{
	return text.len == 0 || text.data[0] == '\n' ||
	       (text.len > 1 && text.data[0] == '\r' && text.data[1] == '\n');
}

/* text is UTF-8. */
static void
put_clean(struct span text, struct buf *out)
{
	uint32_t codepoint = 0;
	size_t line = out->len, len;

	while ((len = utf8_next(text, &codepoint)) > 0) {
		struct span rest = skip(text, len);

		if (codepoint == ESC)
			rest = skip_escape(rest);
		else if (codepoint == CSI)
			rest = skip_csi(rest);
		else if (codepoint == OSC)
			rest = skip_string(rest);
		else if (codepoint == '\b' ||
			 (codepoint == '\r' && !is_line_end(rest)))
			go_back(out, line, codepoint);
		else if (codepoint == '\n' || codepoint == '\t' ||
			 (codepoint >= 0x20 && codepoint < 0x7f) ||
			 codepoint >= 0xa0)
			buf_put(out, text.data, len);
		if (codepoint == '\n')
			line = out->len;
		text = rest;
	}
}

void
excerpt_clean(struct span bytes, struct buf *out)
{
	size_t begin = out->len;
	struct buf text;

	/* An invalid byte becomes three. */
	buf_init(&text, 3 * bytes.len + 1);
	utf8_repair(bytes, &text);
	put_clean(buf_span(&text), out);
	buf_finish(&text);
	while (out->len > begin && (out->data[out->len - 1] == '\n' ||
				       out->data[out->len - 1] == ' '))
		out->len--;
}

/* -- kept -------------------------------------------------------------------
 */

void
excerpt_init(struct excerpt *excerpt)
{
	excerpt->total = 0;
}

void
excerpt_add(struct excerpt *excerpt, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++, excerpt->total++) {
		if (excerpt->total < EXCERPT_HEAD)
			excerpt->head[excerpt->total] = bytes.data[i];
		excerpt->tail[excerpt->total % EXCERPT_TAIL] = bytes.data[i];
	}
}

/* The last len bytes, in order. */
static void
put_tail(const struct excerpt *excerpt, size_t len, struct buf *out)
{
	for (uint64_t i = excerpt->total - len; i < excerpt->total; i++)
		buf_put_byte(out, excerpt->tail[i % EXCERPT_TAIL]);
}

static struct span
whole_lines_of_head(const struct excerpt *excerpt)
{
	size_t len = EXCERPT_HEAD;

	while (len > 0 && excerpt->head[len - 1] != '\n')
		len--;
	return span_of(excerpt->head, len > 0 ? len : EXCERPT_HEAD);
}

static struct span
whole_lines_of_tail(struct span tail)
{
	const uint8_t *end = memchr(tail.data, '\n', tail.len);

	if (end == NULL || (size_t)(end - tail.data) + 1 == tail.len)
		return tail;
	return skip(tail, (size_t)(end - tail.data) + 1);
}

static void
put_both_ends(const struct excerpt *excerpt, struct span tail, struct buf *out)
{
	struct span head = whole_lines_of_head(excerpt);
	uint64_t missing;

	tail = whole_lines_of_tail(tail);
	missing = excerpt->total - head.len - tail.len;
	excerpt_clean(head, out);
	buf_put_text(out, "\n\n");
	buf_printf(out,
	    ngettext("[... %llu byte is left out ...]",
		"[... %llu bytes are left out ...]", (unsigned long)missing),
	    (unsigned long long)missing);
	buf_put_text(out, "\n\n");
	excerpt_clean(tail, out);
}

void
excerpt_write(const struct excerpt *excerpt, struct buf *out)
{
	enum { BOTH = EXCERPT_HEAD + EXCERPT_TAIL };
	size_t behind = 0;
	struct buf bytes;

	buf_init(&bytes, BOTH);
	if (excerpt->total <= BOTH) {
		size_t first = excerpt->total < EXCERPT_HEAD
				   ? (size_t)excerpt->total
				   : EXCERPT_HEAD;

		buf_put(&bytes, excerpt->head, first);
		behind = (size_t)excerpt->total - first;
		put_tail(excerpt, behind, &bytes);
		excerpt_clean(buf_span(&bytes), out);
	} else {
		put_tail(excerpt, EXCERPT_TAIL, &bytes);
		put_both_ends(excerpt, buf_span(&bytes), out);
	}
	buf_finish(&bytes);
}
