/* charset.c: text in the three charsets of the wire. */
#include "ipmsg/charset.h"

#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

enum {
	LEGACY_COUNT = 2,
	CHARACTER_MAX = 8, /* bytes, in any of the charsets */
	RUN_MIN = 4,	   /* one character of any form */
	RUN_MAX = 64,
	GROWTH_MAX = 3, /* half-width katakana: one byte becomes three */
	REPLACEMENT = 0xfffd,
};

struct charset_converter {
	iconv_t decode[LEGACY_COUNT];
	iconv_t encode[LEGACY_COUNT];
	size_t open; /* how many of the pairs */
};

const char *
charset_name(enum charset charset)
{
	switch (charset) {
	case CHARSET_UTF8:
		return "UTF-8";
	case CHARSET_CP932:
		return "CP932";
	case CHARSET_GB18030:
		return "GB18030";
	}
	return NULL;
}

int
charset_parse(const char *name, enum charset *charset)
{
	for (int i = CHARSET_UTF8; i <= CHARSET_GB18030; i++) {
		if (text_same(name, charset_name((enum charset)i))) {
			*charset = (enum charset)i;
			return 0;
		}
	}
	return CAM_ERR_UNKNOWN;
}

static size_t
legacy_index(enum charset charset)
{
	return charset == CHARSET_CP932 ? 0 : 1;
}

/* What iconv_open() gives when it fails, without making a pointer of a number.
 */
static bool
is_open(iconv_t handle)
{
	return (intptr_t)handle != -1;
}

static int
open_pair(struct charset_converter *converter, enum charset charset)
{
	size_t i = legacy_index(charset);
	const char *name = charset_name(charset);

	converter->decode[i] = iconv_open("UTF-8", name);
	if (!is_open(converter->decode[i]))
		return CAM_ERR_UNSUPPORTED;
	converter->encode[i] = iconv_open(name, "UTF-8");
	if (!is_open(converter->encode[i])) {
		iconv_close(converter->decode[i]);
		return CAM_ERR_UNSUPPORTED;
	}
	converter->open++;
	return 0;
}

int
charset_converter_new(struct charset_converter **result)
{
	struct charset_converter *converter = xcalloc(1, sizeof(*converter));

	if (open_pair(converter, CHARSET_CP932) < 0 ||
	    open_pair(converter, CHARSET_GB18030) < 0) {
		charset_converter_free(converter);
		return CAM_ERR_UNSUPPORTED;
	}
	*result = converter;
	return 0;
}

void
charset_converter_free(struct charset_converter *converter)
{
	if (converter == NULL)
		return;
	for (size_t i = 0; i < converter->open; i++) {
		iconv_close(converter->decode[i]);
		iconv_close(converter->encode[i]);
	}
	free(converter);
}

/* One character through iconv; returns the bytes written, 0 when there is no
 * such character on the other side. */
static size_t
convert(iconv_t handle, struct span in, char out[CHARACTER_MAX])
{
	char bytes[CHARACTER_MAX];
	char *from = bytes, *to = out;
	size_t from_len = in.len, to_len = CHARACTER_MAX;

	memcpy(bytes, in.data, in.len);
	if (iconv(handle, &from, &from_len, &to, &to_len) == (size_t)-1 ||
	    from_len > 0)
		return 0;
	return CHARACTER_MAX - to_len;
}

static bool
in_range(uint8_t byte, uint8_t low, uint8_t high)
{
	return byte >= low && byte <= high;
}

/* How long the character at the start of bytes is by its form, 0 for a form
 * that does not exist. The first byte is not ASCII. */
static size_t
cp932_length(struct span bytes)
{
	if (in_range(bytes.data[0], 0xa1, 0xdf))
		return 1;
	if (!in_range(bytes.data[0], 0x81, 0x9f) &&
	    !in_range(bytes.data[0], 0xe0, 0xfc))
		return 0;
	if (bytes.len >= 2 && (in_range(bytes.data[1], 0x40, 0x7e) ||
				  in_range(bytes.data[1], 0x80, 0xfc)))
		return 2;
	return 0;
}

static size_t
gb18030_length(struct span bytes)
{
	if (!in_range(bytes.data[0], 0x81, 0xfe) || bytes.len < 2)
		return 0;
	if (in_range(bytes.data[1], 0x40, 0x7e) ||
	    in_range(bytes.data[1], 0x80, 0xfe))
		return 2;
	if (bytes.len >= 4 && in_range(bytes.data[1], 0x30, 0x39) &&
	    in_range(bytes.data[2], 0x81, 0xfe) &&
	    in_range(bytes.data[3], 0x30, 0x39))
		return 4;
	return 0;
}

static size_t
legacy_length(enum charset charset, struct span bytes)
{
	return charset == CHARSET_CP932 ? cp932_length(bytes)
					: gb18030_length(bytes);
}

static size_t
ascii_length(struct span bytes)
{
	size_t len = 0;

	while (len < bytes.len && bytes.data[len] < 0x80)
		len++;
	return len;
}

static struct span
skip(struct span bytes, size_t len)
{
	return len > 0 ? span_of(bytes.data + len, bytes.len - len) : bytes;
}

/* How many bytes at the start, up to max, are characters of a form that exists.
 */
static size_t
run_length(enum charset charset, struct span bytes, size_t max)
{
	size_t len = 0;

	while (len < bytes.len) {
		size_t next = bytes.data[len] < 0x80
				  ? 1
				  : legacy_length(charset, skip(bytes, len));

		if (next == 0 || len + next > max)
			break;
		len += next;
	}
	return len;
}

/* Appends what can be converted of run; returns how much of it that was. */
static size_t
decode_run(iconv_t handle, struct span run, struct buf *out)
{
	char bytes[RUN_MAX], text[RUN_MAX * GROWTH_MAX];
	char *from = bytes, *to = text;
	size_t from_len = run.len, to_len = sizeof(text);

	/* An error needs no reset: these charsets have no states. */
	memcpy(bytes, run.data, run.len);
	iconv(handle, &from, &from_len, &to, &to_len);
	buf_put(out, text, sizeof(text) - to_len);
	return run.len - from_len;
}

static size_t
decode_legacy(struct charset_converter *converter, enum charset charset,
    struct span bytes, struct buf *out)
{
	iconv_t handle = converter->decode[legacy_index(charset)];
	size_t replaced = 0, max = RUN_MAX;

	while (bytes.len > 0 && !buf_failed(out)) {
		size_t run = run_length(charset, bytes, max), done = 0;

		if (run > 0)
			done =
			    decode_run(handle, span_of(bytes.data, run), out);
		bytes = skip(bytes, done);
		if (run > 0 && done == run) {
			max = max < RUN_MAX ? max * 2 : RUN_MAX;
			continue;
		}
		/* The next byte is looked at again: a ':' or NUL behind a lead
		 * byte stays what it is (T1). Where one error is, others are:
		 * short runs from here, not to go over the same bytes often. */
		utf8_put(out, REPLACEMENT);
		bytes = skip(bytes, 1);
		replaced++;
		max = RUN_MIN;
	}
	return replaced;
}

static size_t
decode_utf8(struct span bytes, struct buf *out)
{
	uint32_t codepoint;
	size_t replaced = 0;

	while (bytes.len > 0 && !buf_failed(out)) {
		size_t len = utf8_next(bytes, &codepoint);

		if (len > 0) {
			buf_put(out, bytes.data, len);
		} else {
			utf8_put(out, REPLACEMENT);
			replaced++;
			len = 1;
		}
		bytes = skip(bytes, len);
	}
	return replaced;
}

size_t
charset_decode(struct charset_converter *converter, enum charset charset,
    struct span bytes, struct buf *out)
{
	size_t ascii = ascii_length(bytes);

	buf_put(out, bytes.data, ascii);
	bytes = skip(bytes, ascii);
	if (charset != CHARSET_UTF8)
		return decode_legacy(converter, charset, bytes, out);
	if (utf8_is_valid(bytes)) {
		buf_put_span(out, bytes);
		return 0;
	}
	return decode_utf8(bytes, out);
}

size_t
charset_encode(struct charset_converter *converter, enum charset charset,
    struct span text, struct buf *out)
{
	char character[CHARACTER_MAX];
	uint32_t codepoint;
	size_t replaced = 0;

	while (text.len > 0 && !buf_failed(out)) {
		size_t len = utf8_next(text, &codepoint), written = 0;
		struct span one = span_of(text.data, len);

		if (len == 1 || (len > 0 && charset == CHARSET_UTF8)) {
			buf_put_span(out, one);
			text = skip(text, len);
			continue;
		}
		if (len > 0)
			written =
			    convert(converter->encode[legacy_index(charset)],
				one, character);
		if (written > 0) {
			buf_put(out, character, written);
		} else {
			buf_put_byte(out, '?');
			replaced++;
		}
		text = skip(text, len > 0 ? len : 1);
	}
	return replaced;
}

/* Whether bytes make sense in charset from the first to the last. */
static bool
decodes_cleanly(const struct charset_reader *reader, enum charset charset,
    struct span bytes)
{
	struct buf text;
	bool clean;

	buf_init(&text, bytes.len * 4 + 1);
	clean = charset_decode(reader->converter, charset, bytes, &text) == 0;
	buf_finish(&text);
	return clean;
}

static enum charset
legacy_of(const struct charset_reader *reader)
{
	switch (reader->client) {
	case CLIENT_FEIQ:
		return CHARSET_GB18030;
	case CLIENT_IPTUX:
		/* It answers in what it believes we use, else in GB18030. */
		if (reader->has_used && reader->used != CHARSET_UTF8)
			return reader->used;
		return CHARSET_GB18030;
	case CLIENT_PLAIN:
	case CLIENT_OTHER:
		break;
	}
	return reader->configured;
}

enum charset
charset_guess(const struct charset_reader *reader, struct span bytes)
{
	enum charset legacy = legacy_of(reader);
	bool windows =
	    reader->client == CLIENT_PLAIN || reader->client == CLIENT_OTHER;

	if (reader->utf8 || ascii_length(bytes) == bytes.len)
		return CHARSET_UTF8;
	if (!utf8_is_valid(bytes))
		return legacy;
	/* Short runs of half-width katakana can look like UTF-8. */
	if (windows && reader->sent_legacy &&
	    decodes_cleanly(reader, legacy, bytes))
		return legacy;
	return CHARSET_UTF8;
}

enum charset
charset_read(
    const struct charset_reader *reader, struct span bytes, struct buf *out)
{
	enum charset charset = charset_guess(reader, bytes);

	charset_decode(reader->converter, charset, bytes, out);
	return charset;
}

int
charset_read_name(const struct charset_reader *reader, struct span bytes,
    char *text, size_t size)
{
	struct span head = bytes;
	struct buf name;
	int rc = 0;

	text[0] = '\0';
	if (span_cut(&bytes, '\0', &head))
		bytes = head;
	buf_init(&name, size - 1);
	charset_read(reader, bytes, &name);
	if (buf_failed(&name)) {
		rc = CAM_ERR_LIMIT;
	} else if (name.len > 0) {
		memcpy(text, name.data, name.len);
		text[name.len] = '\0';
	}
	buf_finish(&name);
	return rc;
}

enum charset
charset_towards(enum client_kind client, bool caputf8, enum charset configured)
{
	if (caputf8 || client == CLIENT_IPTUX)
		return CHARSET_UTF8;
	return client == CLIENT_FEIQ ? CHARSET_GB18030 : configured;
}
