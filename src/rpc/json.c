/* json.c: JSON as we read and write it: strict, bounded, one object a line. */
#include "rpc/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/text.h"

#include "config.h"

#ifdef HAVE_MALLOC_H
#include <malloc.h>
#endif

/* Most lines are no longer. */
enum { LINE_GUESS = 2048 };

/*
 * jansson parses 2048 levels and as many values as fit in the line, each of
 * which takes a hundred bytes: both are counted before. What is no JSON at
 * all may be counted wrongly here; the parser refuses it anyway.
 */
static bool
is_within_limits(struct span line)
{
	size_t depth = 0, values = 1;
	bool in_string = false;

	for (size_t i = 0; i < line.len; i++) {
		uint8_t byte = line.data[i];

		if (in_string) {
			if (byte == '\\')
				i++;
			else if (byte == '"')
				in_string = false;
			continue;
		}
		if (byte == '"')
			in_string = true;
		else if (byte == '{' || byte == '[')
			depth++, values++;
		else if ((byte == '}' || byte == ']') && depth > 0)
			depth--;
		else if (byte == ',')
			values++;
		if (depth > LIMIT_JSON_DEPTH || values > LIMIT_JSON_VALUES)
			return false;
	}
	return true;
}

int
json_parse_line(struct span line, json_t **object)
{
	json_t *parsed = NULL;

	if (!is_within_limits(line))
		return CAM_ERR_FORMAT;
	parsed = json_loadb(
	    (const char *)line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(parsed)) {
		json_decref(parsed);
		return CAM_ERR_FORMAT;
	}
	*object = parsed;
	return 0;
}

/*
 * What JSON lets stand as it is but a terminal would act on when a line is
 * shown as it is (threat model T2, T3): DEL, C1, line separators, direction
 * controls, tags.
 */
static bool
is_escaped(uint32_t codepoint)
{
	return (codepoint >= 0x7f && codepoint <= 0x9f) || codepoint == 0x61c ||
	       (codepoint >= 0x200b && codepoint <= 0x200f &&
		   codepoint != 0x200d) ||
	       (codepoint >= 0x2028 && codepoint <= 0x202e) ||
	       (codepoint >= 0x2060 && codepoint <= 0x206f) ||
	       codepoint == 0xfeff ||
	       (codepoint >= 0xe0000 && codepoint <= 0xe007f);
}

/* Whether a character of is_escaped() may begin with this byte: CJK text never
 * does. */
static bool
may_begin_escaped(uint8_t byte)
{
	return byte == 0x7f || byte == 0xc2 || byte == 0xd8 || byte == 0xe2 ||
	       byte == 0xef || byte == 0xf3;
}

static void
put_escape(struct buf *out, uint32_t codepoint)
{
	if (codepoint < 0x10000) {
		buf_printf(out, "\\u%04x", (unsigned)codepoint);
		return;
	}
	codepoint -= 0x10000;
	buf_printf(out, "\\u%04x\\u%04x", 0xd800 | (unsigned)(codepoint >> 10),
	    0xdc00 | (unsigned)(codepoint & 0x3ff));
}

static void
put_escaped(struct buf *out, struct span rest)
{
	size_t plain = 0;

	while (plain < rest.len) {
		uint32_t codepoint;
		size_t size = 0;

		if (may_begin_escaped(rest.data[plain]))
			size = utf8_next(
			    span_of(rest.data + plain, rest.len - plain),
			    &codepoint);
		if (size == 0 || !is_escaped(codepoint)) {
			plain++;
			continue;
		}
		buf_put(out, rest.data, plain);
		put_escape(out, codepoint);
		rest =
		    span_of(rest.data + plain + size, rest.len - plain - size);
		plain = 0;
	}
	buf_put_span(out, rest);
}

void
json_put(struct buf *out, const json_t *value)
{
	/* A tenth is "0.1", not all that a double knows of it. */
	const size_t flags =
	    JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9);
	char space[LINE_GUESS], *text = space;
	size_t size;

	if (json_is_integer(value)) {
		buf_put_decimal(out, json_integer_value(value));
		return;
	}
	size = json_dumpb(value, space, sizeof space, flags);
	if (size > sizeof space) {
		text = xmalloc(size);
		(void)json_dumpb(value, text, size, flags);
	}
	(void)buf_reserve(out, size + 1);
	put_escaped(out, span_of(text, size));
	/* It may have been a passphrase. */
	if (text != space)
		wipe_free(text, size);
	wipe(space, sizeof space);
}

char *
json_line(const json_t *object, size_t *len)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 4);
	out.failed = !json_is_object(object) && !json_is_array(object);
	json_put(&out, object);
	buf_put_byte(&out, '\n');
	*len = out.len;
	return buf_steal_text(&out);
}

/* Nothing of it needs an escape. */
static bool
is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];

		if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\')
			return false;
	}
	return true;
}

void
json_put_text(struct buf *out, struct span text)
{
	uint8_t *place = is_plain(text) ? buf_reserve(out, text.len + 2) : NULL;
	json_t *string = NULL;

	if (place != NULL) {
		place[0] = place[text.len + 1] = '"';
		memcpy(place + 1, text.data, text.len);
		out->len += text.len + 2;
		return;
	}
	string = json_text(text);
	json_put(out, string);
	json_decref(string);
}

json_t *
json_text(struct span text)
{
	json_t *string = NULL;
	struct buf repaired;
	struct span rest = text, head;

	if (text.len == 0)
		return json_string("");
	if (memchr(text.data, '\0', text.len) == NULL && utf8_is_valid(text))
		return json_stringn_nocheck((const char *)text.data, text.len);
	buf_init(&repaired, 3 * text.len);
	while (span_cut(&rest, '\0', &head)) {
		utf8_repair(head, &repaired);
		utf8_put(&repaired, 0xfffd);
	}
	utf8_repair(rest, &repaired);
	string =
	    json_stringn_nocheck((const char *)repaired.data, repaired.len);
	buf_finish(&repaired);
	return string;
}

json_t *
json_text_or_null(const char *text)
{
	return text != NULL ? json_text(span_text(text)) : json_null();
}

json_t *
json_time(int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(wall_ms, text, sizeof text);
	return json_string(text);
}

void
json_put_time(struct buf *out, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(wall_ms, text, sizeof text);
	json_put_text(out, span_text(text));
}

/* How large a block is only its allocator knows. */
static void
wipe_and_free(void *mem)
{
#ifdef HAVE_MALLOC_USABLE_SIZE
	wipe(mem, malloc_usable_size(mem));
#endif
	free(mem);
}

void
json_wipe_freed(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

json_t *
json_nearest(const struct nearest *nearest)
{
	json_t *names = json_array();

	for (size_t i = 0; i < nearest->count; i++)
		json_array_append_new(
		    names, json_text(span_text(nearest->best[i].name)));
	return names;
}

/* -- members -----------------------------------------------------------------
 */

const char *
json_text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

bool
json_text_is(const json_t *object, const char *name, const char *text)
{
	return strcmp(json_text_at(object, name), text) == 0;
}

bool
json_true_at(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* -- bytes -------------------------------------------------------------------
 */

json_t *
json_hex(struct span bytes)
{
	char *text = xmalloc(2 * bytes.len + 1);
	json_t *string;

	hex_encode(bytes.data, bytes.len, text);
	string = json_string(text);
	wipe_free(text, 2 * bytes.len + 1);
	return string;
}

int
json_hex_get(const json_t *object, const char *name, void *bytes, size_t size,
    size_t *len)
{
	const json_t *value = json_object_get(object, name);
	size_t digits = json_string_length(value);

	if (!json_is_string(value) || digits == 0 || digits % 2 != 0 ||
	    digits / 2 > size)
		return CAM_ERR_REQUEST;
	if (hex_decode(span_of(json_string_value(value), digits), bytes,
		digits / 2) < 0)
		return CAM_ERR_REQUEST;
	*len = digits / 2;
	return 0;
}

int
json_hex_get_all(
    const json_t *object, const char *name, void *bytes, size_t size)
{
	size_t len = 0;

	if (json_string_length(json_object_get(object, name)) != 2 * size)
		return CAM_ERR_REQUEST;
	return json_hex_get(object, name, bytes, size, &len);
}
