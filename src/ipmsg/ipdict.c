/* ipdict.c: the IPDict encoding. */
#include "ipmsg/ipdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "base/text.h"

enum { LENGTH_DIGITS_MAX = 8, PREFIX_LEN = 4, END_LEN = 2 };

static struct span
skip(struct span span, size_t len)
{
	return span_of(span.data + len, span.len - len);
}

/* -- reading
 * -------------------------------------------------------------------- */

/* Takes "hexlen:" and that many bytes off rest. */
static int
cut_value(struct span *rest, struct span *value)
{
	struct span digits = { NULL, 0 };
	uint64_t len = 0;

	if (!span_cut(rest, ':', &digits) || digits.len > LENGTH_DIGITS_MAX ||
	    number_hex(digits, rest->len, &len) < 0)
		return CAM_ERR_FORMAT;
	*value = span_of(rest->data, (size_t)len);
	*rest = skip(*rest, (size_t)len);
	return 0;
}

static struct ipdict_pair *
find(const struct ipdict *dict, struct span key)
{
	for (size_t i = 0; i < dict->count; i++)
		if (span_equal(dict->pairs[i].key, key))
			return (struct ipdict_pair *)&dict->pairs[i];
	return NULL;
}

static int
add_pair(struct ipdict *dict, struct span key, struct span value)
{
	struct ipdict_pair *pair = find(dict, key);

	if (pair == NULL) {
		if (dict->count == LIMIT_IPDICT_KEYS)
			return CAM_ERR_LIMIT;
		pair = &dict->pairs[dict->count++];
		pair->key = key;
	} else {
		dict->repeated = true;
	}
	pair->value = value;
	return 0;
}

/* Between pairs and between items stands one colon; none at the end. */
static int
cut_separator(struct span *rest)
{
	if (rest->len == 0)
		return 0;
	if (rest->len == 1 || rest->data[0] != ':')
		return CAM_ERR_FORMAT;
	*rest = skip(*rest, 1);
	return 0;
}

int
ipdict_parse_content(struct span content, unsigned depth, struct ipdict *dict)
{
	struct span rest = content;
	int rc = 0;

	if (depth >= LIMIT_IPDICT_DEPTH)
		return CAM_ERR_LIMIT;
	dict->count = 0;
	dict->content = content;
	dict->depth = depth;
	dict->repeated = false;
	while (rc == 0 && rest.len > 0) {
		struct span key = { NULL, 0 }, value = { NULL, 0 };

		if (!span_cut(&rest, ':', &key) || key.len == 0)
			rc = CAM_ERR_FORMAT;
		else if ((rc = cut_value(&rest, &value)) == 0 &&
			 (rc = add_pair(dict, key, value)) == 0)
			rc = cut_separator(&rest);
	}
	if (rc < 0)
		dict->count = 0;
	return rc;
}

/* "IP2:len:" and where the content begins. CAM_ERR_MORE: cut off in the middle
 * of that. */
static int
parse_head(struct span bytes, size_t *start, uint64_t *len)
{
	struct span rest = bytes, digits = { NULL, 0 };
	size_t seen = bytes.len < PREFIX_LEN ? bytes.len : PREFIX_LEN;

	if (seen > 0 && memcmp(bytes.data, "IP2:", seen) != 0)
		return CAM_ERR_FORMAT;
	if (seen < PREFIX_LEN)
		return CAM_ERR_MORE;
	rest = skip(bytes, PREFIX_LEN);
	if (!span_cut(&rest, ':', &digits)) {
		if (rest.len > LENGTH_DIGITS_MAX)
			return CAM_ERR_FORMAT;
		return rest.len == 0 || number_hex(rest, UINT32_MAX, len) == 0
			   ? CAM_ERR_MORE
			   : CAM_ERR_FORMAT;
	}
	if (digits.len > LENGTH_DIGITS_MAX ||
	    number_hex(digits, UINT32_MAX, len) < 0)
		return CAM_ERR_FORMAT;
	*start = PREFIX_LEN + digits.len + 1;
	return 0;
}

int
ipdict_frame(struct span bytes, size_t *result)
{
	size_t start = 0;
	uint64_t len = 0;
	int rc = parse_head(bytes, &start, &len);

	if (rc < 0)
		return rc;
	if (len > LIMIT_IPDICT_TCP || start + len + END_LEN > LIMIT_IPDICT_TCP)
		return CAM_ERR_LIMIT;
	len += start + END_LEN;
	if (bytes.len < len)
		return CAM_ERR_MORE;
	if (memcmp(bytes.data + len - END_LEN, ":Z", END_LEN) != 0)
		return CAM_ERR_FORMAT;
	*result = (size_t)len;
	return 0;
}

int
ipdict_parse(struct span packed, struct ipdict *dict)
{
	size_t len = 0;
	int rc = ipdict_frame(packed, &len);

	if (rc == CAM_ERR_MORE)
		return CAM_ERR_FORMAT;
	if (rc < 0)
		return rc;
	/* Windows pads late retries with NULs and then drops them itself. */
	for (size_t i = len; i < packed.len; i++)
		if (packed.data[i] != '\0')
			return CAM_ERR_FORMAT;
	packed.len = len - END_LEN;
	for (int colons = 0; colons < 2; colons++)
		span_cut(&packed, ':', &(struct span){ NULL, 0 });
	return ipdict_parse_content(packed, 0, dict);
}

int
ipdict_get(const struct ipdict *dict, const char *key, struct span *value)
{
	const struct ipdict_pair *pair = find(dict, span_text(key));

	if (pair == NULL)
		return CAM_ERR_UNKNOWN;
	*value = pair->value;
	return 0;
}

int
ipdict_int(struct span text, int64_t *value)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	uint64_t number = 0;
	int rc;

	if (negative)
		text = skip(text, 1);
	if (text.len > 16)
		return CAM_ERR_FORMAT;
	rc = number_hex(text, (uint64_t)INT64_MAX + negative, &number);
	if (rc < 0)
		return rc;
	*value = negative ? (int64_t)(0 - number) : (int64_t)number;
	return 0;
}

int
ipdict_get_int(const struct ipdict *dict, const char *key, int64_t *value)
{
	struct span text;
	int rc = ipdict_get(dict, key, &text);

	return rc < 0 ? rc : ipdict_int(text, value);
}

int
ipdict_get_float(const struct ipdict *dict, const char *key, double *value)
{
	struct span text;
	uint64_t bits = 0;
	int rc = ipdict_get(dict, key, &text);

	if (rc < 0)
		return rc;
	if (text.len > sizeof(bits))
		return CAM_ERR_FORMAT;
	for (size_t i = 0; i < text.len; i++)
		bits |= (uint64_t)text.data[i] << (8 * i);
	memcpy(value, &bits, sizeof(*value));
	return 0;
}

int
ipdict_get_text(
    const struct ipdict *dict, const char *key, char *text, size_t size)
{
	struct span value;
	int rc = ipdict_get(dict, key, &value);

	if (rc < 0)
		return rc;
	if (value.len >= size)
		return CAM_ERR_LIMIT;
	if (!utf8_is_valid(value) ||
	    (value.len > 0 && memchr(value.data, '\0', value.len) != NULL))
		return CAM_ERR_FORMAT;
	if (value.len > 0)
		memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	return 0;
}

int
ipdict_get_dict(
    const struct ipdict *dict, const char *key, struct ipdict *value)
{
	struct span content;
	int rc = ipdict_get(dict, key, &content);

	return rc < 0 ? rc
		      : ipdict_parse_content(content, dict->depth + 1, value);
}

int
ipdict_get_list(const struct ipdict *dict, const char *key, struct span *list)
{
	return ipdict_get(dict, key, list);
}

int
ipdict_list_next(struct span *list, struct span *item)
{
	int rc;

	if (list->len == 0)
		return CAM_ERR_MORE;
	rc = cut_value(list, item);
	if (rc == 0)
		rc = cut_separator(list);
	if (rc < 0)
		list->len = 0;
	return rc;
}

/* -- signatures
 * ----------------------------------------------------------------- */

int
ipdict_signed(const struct ipdict *dict, struct buf *buf)
{
	const struct ipdict_pair *last;
	struct span before = dict->content;
	struct span value;

	if (ipdict_get(dict, "SIGN", &value) < 0)
		return CAM_ERR_UNKNOWN;
	last = &dict->pairs[dict->count - 1];
	if (dict->repeated || !span_equal_text(last->key, "SIGN"))
		return CAM_ERR_FORMAT;
	before.len = (size_t)(last->key.data - dict->content.data);
	if (before.len > 0)
		before.len--;
	ipdict_pack(before, buf);
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

/* -- writing
 * -------------------------------------------------------------------- */

void
ipdict_put(struct buf *content, const char *key, struct span value)
{
	if (content->len > 0)
		buf_put_byte(content, ':');
	buf_printf(content, "%s:%zx:", key, value.len);
	buf_put_span(content, value);
}

void
ipdict_put_int(struct buf *content, const char *key, int64_t value)
{
	char text[24];
	int len;

	if (value < 0)
		len = snprintf(text, sizeof(text), "-%" PRIx64,
		    (uint64_t)0 - (uint64_t)value);
	else
		len = snprintf(text, sizeof(text), "%" PRIx64, (uint64_t)value);
	ipdict_put(content, key, span_of(text, (size_t)len));
}

void
ipdict_put_float(struct buf *content, const char *key, double value)
{
	uint64_t bits;
	uint8_t bytes[sizeof(bits)];
	size_t len = 0;

	memcpy(&bits, &value, sizeof(bits));
	for (; bits != 0; bits >>= 8)
		bytes[len++] = (uint8_t)bits;
	ipdict_put(content, key, span_of(bytes, len));
}

void
ipdict_put_text(struct buf *content, const char *key, const char *text)
{
	ipdict_put(content, key, span_text(text));
}

void
ipdict_list_add(struct buf *list, struct span item)
{
	if (list->len > 0)
		buf_put_byte(list, ':');
	buf_printf(list, "%zx:", item.len);
	buf_put_span(list, item);
}

void
ipdict_pack(struct span content, struct buf *packed)
{
	buf_printf(packed, "IP2:%zx:", content.len);
	buf_put_span(packed, content);
	buf_put_text(packed, ":Z");
}
