/* utf8.c: strict UTF-8, character by character. */
#include "base/text.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

/* What RFC 3629 section 4 allows after each first byte: the length, and the
 * range of the second byte. */
struct lead {
	uint8_t first, last;
	uint8_t len;
	uint8_t low, high;
};

static const struct lead leads[] = {
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct lead *
find_lead(uint8_t byte)
{
	for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	}
	return NULL;
}

size_t
utf8_next(struct span text, uint32_t *codepoint)
{
	const struct lead *lead = NULL;
	uint32_t value;

	if (text.len == 0)
		return 0;
	if (text.data[0] < 0x80) {
		*codepoint = text.data[0];
		return 1;
	}
	lead = find_lead(text.data[0]);
	if (lead == NULL || text.len < lead->len || text.data[1] < lead->low ||
	    text.data[1] > lead->high)
		return 0;
	value = text.data[0] & (0x7fu >> lead->len);
	for (size_t i = 1; i < lead->len; i++) {
		if ((text.data[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text.data[i] & 0x3fu);
	}
	*codepoint = value;
	return lead->len;
}

/* How many of the first bytes are ASCII, in steps of eight. */
static size_t
skip_ascii(struct span text)
{
	size_t at = 0;
	uint64_t eight;

	for (; text.len - at >= sizeof eight; at += sizeof eight) {
		memcpy(&eight, text.data + at, sizeof eight);
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return at;
}

bool
utf8_is_valid(struct span text)
{
	uint32_t codepoint;

	while (text.len > 0) {
		size_t len = skip_ascii(text);

		if (len == 0)
			len = utf8_next(text, &codepoint);
		if (len == 0)
			return false;
		text = span_of(text.data + len, text.len - len);
	}
	return true;
}

void
utf8_put(struct buf *out, uint32_t codepoint)
{
	uint8_t bytes[4];
	size_t len = 0;

	if (codepoint > 0x10ffff ||
	    (codepoint >= 0xd800 && codepoint <= 0xdfff))
		codepoint = REPLACEMENT;
	if (codepoint < 0x80) {
		bytes[len++] = (uint8_t)codepoint;
	} else if (codepoint < 0x800) {
		bytes[len++] = (uint8_t)(0xc0 | codepoint >> 6);
	} else if (codepoint < 0x10000) {
		bytes[len++] = (uint8_t)(0xe0 | codepoint >> 12);
		bytes[len++] = (uint8_t)(0x80 | (codepoint >> 6 & 0x3f));
	} else {
		bytes[len++] = (uint8_t)(0xf0 | codepoint >> 18);
		bytes[len++] = (uint8_t)(0x80 | (codepoint >> 12 & 0x3f));
		bytes[len++] = (uint8_t)(0x80 | (codepoint >> 6 & 0x3f));
	}
	if (codepoint >= 0x80)
		bytes[len++] = (uint8_t)(0x80 | (codepoint & 0x3f));
	buf_put(out, bytes, len);
}

void
utf8_repair(struct span text, struct buf *out)
{
	while (text.len > 0) {
		uint32_t codepoint = REPLACEMENT;
		size_t len = utf8_next(text, &codepoint);

		utf8_put(out, codepoint);
		len = len > 0 ? len : 1;
		text = span_of(text.data + len, text.len - len);
	}
}

size_t
utf8_cut(struct span text, size_t max)
{
	size_t start = max;
	uint32_t codepoint;

	if (text.len <= max)
		return text.len;
	while (
	    start > 0 && max - start < 3 && (text.data[start] & 0xc0) == 0x80)
		start--;
	/* Only a whole character that reaches past max is a reason to cut
	 * before it. */
	if (start + utf8_next(span_of(text.data + start, text.len - start),
			&codepoint) >
	    max)
		return start;
	return max;
}
