/* markup.c: plain text where a service reads markup. */
#include "cam-notify/markup.h"

#include <string.h>

#include "base/buf.h"

/* The longest escape for each byte. */
enum { ESCAPE_SIZE = 6 };

static const char *
escape_of(char sign)
{
	switch (sign) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

char *
markup_escape(const char *text)
{
	struct buf out;

	buf_init(&out, strlen(text) * ESCAPE_SIZE + 1);
	for (; *text != '\0'; text++) {
		const char *escape = escape_of(*text);

		if (escape != NULL)
			buf_put_text(&out, escape);
		else
			buf_put_byte(&out, (uint8_t)*text);
	}
	return buf_steal_text(&out);
}
