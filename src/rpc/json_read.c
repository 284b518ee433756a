/*
 * json_read.c: a line of JSON into values.
 *
 * jansson reads byte by byte, which took a sender's loop more time than all
 * else it does for a message, and allocates for 2048 levels and for as many
 * values as fit in a line. So what holds a line together is read here, up to
 * our limits; of what stands in it, whatever is not plain (escapes, fractions)
 * is jansson's to read.
 */
#include "rpc/json.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"

enum { PLAIN_DIGITS = 18 }; /* no such number overflows */

struct reader {
	struct span rest;
	size_t depth, values;
};

static json_t *read_value(struct reader *reader);

static void
skip(struct reader *reader, size_t len)
{
	reader->rest.data += len;
	reader->rest.len -= len;
}

/* The next byte that is no space; 0 at the end, which begins nothing, too. */
static uint8_t
peek(struct reader *reader)
{
	struct span *rest = &reader->rest;

	while (rest->len > 0 && (*rest->data == ' ' || *rest->data == '\t' ||
				    *rest->data == '\n' || *rest->data == '\r'))
		skip(reader, 1);
	return rest->len > 0 ? *rest->data : 0;
}

static bool
take(struct reader *reader, uint8_t byte)
{
	if (peek(reader) != byte)
		return false;
	skip(reader, 1);
	return true;
}

static json_t *
read_by_jansson(struct span token)
{
	return json_loadb(
	    (const char *)token.data, token.len, JSON_DECODE_ANY, NULL);
}

/* -- what stands alone ----------------------------------------------------- */

static json_t *
read_string(struct reader *reader)
{
	const uint8_t *data = reader->rest.data;
	size_t end = 1, len = reader->rest.len;
	bool is_plain = true;
	struct span text;

	for (; end < len && data[end] != '"'; end++) {
		if (data[end] < ' ')
			return NULL;
		if (data[end] == '\\') {
			is_plain = false;
			end++;
		}
	}
	if (end >= len)
		return NULL;
	skip(reader, end + 1);
	if (!is_plain)
		return read_by_jansson(span_of(data, end + 1));
	text = span_of(data + 1, end - 1);
	return utf8_is_valid(text)
		   ? json_stringn_nocheck((const char *)text.data, text.len)
		   : NULL;
}

static bool
is_of_number(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' ||
	       byte == '.' || byte == 'e' || byte == 'E';
}

static json_t *
read_number(struct reader *reader)
{
	struct span token = span_of(reader->rest.data, 0);
	json_int_t number = 0;
	bool is_plain = true;

	for (; token.len < reader->rest.len &&
	       is_of_number(token.data[token.len]);
	     token.len++) {
		is_plain &= token.data[token.len] >= '0';
		is_plain &= token.data[token.len] <= '9';
		is_plain &= token.len < PLAIN_DIGITS;
		if (is_plain)
			number = 10 * number + (token.data[token.len] - '0');
	}
	skip(reader, token.len);
	if (!is_plain || (token.len > 1 && token.data[0] == '0'))
		return read_by_jansson(token);
	return json_integer(number);
}

static json_t *
read_word(struct reader *reader, const char *word, json_t *value)
{
	if (!span_starts(reader->rest, word))
		return NULL;
	skip(reader, strlen(word));
	return value;
}

/* -- what holds others ----------------------------------------------------- */

static bool
read_element(struct reader *reader, json_t *array)
{
	json_t *value = read_value(reader);

	return value != NULL && json_array_append_new(array, value) == 0;
}

/* No name is there twice. */
static bool
read_member(struct reader *reader, json_t *object)
{
	json_t *name = peek(reader) == '"' ? read_string(reader) : NULL;
	const char *text = json_string_value(name);
	json_t *value = NULL;
	bool done = false;

	if (text != NULL && take(reader, ':'))
		value = read_value(reader);
	if (value != NULL && json_object_get(object, text) == NULL)
		done = json_object_set_nocheck(object, text, value) == 0;
	json_decref(value);
	json_decref(name);
	return done;
}

static json_t *
read_container(struct reader *reader, json_t *container, uint8_t end,
    bool (*read_part)(struct reader *reader, json_t *container))
{
	bool done = ++reader->depth <= LIMIT_JSON_DEPTH;

	skip(reader, 1);
	if (done && !take(reader, end)) {
		do
			done = read_part(reader, container);
		while (done && take(reader, ','));
		done = done && take(reader, end);
	}
	reader->depth--;
	if (done)
		return container;
	json_decref(container);
	return NULL;
}

static json_t *
read_value(struct reader *reader)
{
	uint8_t first = peek(reader);

	if (++reader->values > LIMIT_JSON_VALUES)
		return NULL;
	switch (first) {
	case '{':
		return read_container(reader, json_object(), '}', read_member);
	case '[':
		return read_container(reader, json_array(), ']', read_element);
	case '"':
		return read_string(reader);
	case 't':
		return read_word(reader, "true", json_true());
	case 'f':
		return read_word(reader, "false", json_false());
	case 'n':
		return read_word(reader, "null", json_null());
	default:
		return is_of_number(first) ? read_number(reader) : NULL;
	}
}

int
json_parse_line(struct span line, json_t **object)
{
	struct reader reader = { .rest = line };
	json_t *value = peek(&reader) == '{' ? read_value(&reader) : NULL;

	(void)peek(&reader);
	if (value == NULL || reader.rest.len > 0) {
		json_decref(value);
		return CAM_ERR_FORMAT;
	}
	*object = value;
	return 0;
}
