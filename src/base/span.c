/* span.c: bytes that someone else owns. */
#include "base/span.h"

#include <string.h>

#include "base/mem.h"

struct span
span_of(const void *data, size_t len)
{
	return (struct span){ data, len };
}

struct span
span_text(const char *text)
{
	return span_of(text, strlen(text));
}

bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool
span_equal_text(struct span span, const char *text)
{
	return span_equal(span, span_text(text));
}

bool
span_starts(struct span span, const char *prefix)
{
	size_t len = strlen(prefix);

	return span.len >= len &&
	       span_equal(span_of(span.data, len), span_of(prefix, len));
}

bool
span_cut(struct span *rest, uint8_t separator, struct span *head)
{
	const uint8_t *at = NULL;
	size_t len;

	if (rest->len > 0)
		at = memchr(rest->data, separator, rest->len);
	if (at == NULL)
		return false;
	len = (size_t)(at - rest->data);
	*head = span_of(rest->data, len);
	*rest = span_of(at + 1, rest->len - len - 1);
	return true;
}

char *
span_dup(struct span span)
{
	char *text = xmalloc(span.len + 1);

	if (span.len > 0)
		memcpy(text, span.data, span.len);
	text[span.len] = '\0';
	return text;
}
