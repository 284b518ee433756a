/* line.c: JSON as cam-debug writes it. */
#include "cam-debug/line.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/text.h"

json_t *
line_text(struct span text)
{
	json_t *string;
	struct buf repaired;

	buf_init(&repaired, 3 * text.len + 1);
	utf8_repair(text, &repaired);
	string = json_stringn((const char *)repaired.data, repaired.len);
	buf_finish(&repaired);
	return string != NULL ? string : json_string("");
}

/* DEL, C1, and what turns, joins or hides the text around it; jansson escapes
 * what is below 0x20. */
static bool
is_hidden(uint32_t codepoint)
{
	return (codepoint >= 0x7f && codepoint <= 0x9f) || codepoint == 0xad ||
	       codepoint == 0x61c || codepoint == 0x180e ||
	       (codepoint >= 0x200b && codepoint <= 0x200f) ||
	       (codepoint >= 0x2028 && codepoint <= 0x202e) ||
	       (codepoint >= 0x2060 && codepoint <= 0x206f) ||
	       codepoint == 0xfeff ||
	       (codepoint >= 0xfff0 && codepoint <= 0xfffb) ||
	       (codepoint >= 0xe0000 && codepoint <= 0xe0fff);
}

static void
put_escape(uint32_t codepoint, struct buf *out)
{
	if (codepoint < 0x10000) {
		buf_printf(out, "\\u%04x", (unsigned)codepoint);
		return;
	}
	codepoint -= 0x10000;
	buf_printf(out, "\\u%04x\\u%04x", 0xd800 + (unsigned)(codepoint >> 10),
	    0xdc00 + (unsigned)(codepoint & 0x3ff));
}

/* jansson hands over whole characters. */
static int
on_piece(const char *piece, size_t len, void *arg)
{
	struct span text = span_of(piece, len);
	struct buf *out = arg;

	while (text.len > 0) {
		uint32_t codepoint = 0;
		size_t taken = utf8_next(text, &codepoint);

		if (taken == 0)
			return -1;
		if (is_hidden(codepoint))
			put_escape(codepoint, out);
		else
			buf_put(out, text.data, taken);
		text = span_of(text.data + taken, text.len - taken);
	}
	return 0;
}

void
line_write(const json_t *object)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 4);
	if (json_dump_callback(object, on_piece, &out, JSON_COMPACT) == 0) {
		buf_put_byte(&out, '\n');
		fwrite(out.data, 1, out.len, stdout);
	}
	buf_finish(&out);
}
