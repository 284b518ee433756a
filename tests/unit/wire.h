/* wire.h: what the tests of the wire format share. */
#ifndef CAM_TEST_WIRE_H
#define CAM_TEST_WIRE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/span.h"
#include "base/text.h"
#include "ipmsg/charset.h"
#include "test.h"

/* A literal with NULs inside, without the last one. */
#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static inline void
assert_span(struct span span, const char *text)
{
	assert_int_equal(span.len, strlen(text));
	if (span.len > 0)
		assert_memory_equal(span.data, text, span.len);
}

static inline void
assert_bytes(struct span span, struct span want)
{
	assert_int_equal(span.len, want.len);
	if (span.len > 0)
		assert_memory_equal(span.data, want.data, want.len);
}

/* len times the letter, NUL-ended; the caller frees. */
static inline char *
letters(char letter, size_t len)
{
	char *text = xmalloc(len + 1);

	memset(text, letter, len);
	text[len] = '\0';
	return text;
}

/* For a group: the converter is its state's only content. */
static inline int
open_reader(void **state)
{
	struct charset_reader *reader = xcalloc(1, sizeof(*reader));

	reader->configured = CHARSET_CP932;
	*state = reader;
	return charset_converter_new(&reader->converter);
}

static inline int
close_reader(void **state)
{
	struct charset_reader *reader = *state;

	charset_converter_free(reader->converter);
	free(reader);
	return 0;
}

#endif
