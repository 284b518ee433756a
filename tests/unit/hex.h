/* hex.h: the bytes of published vectors, as their documents print them. */
#ifndef CAM_TEST_HEX_H
#define CAM_TEST_HEX_H

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/span.h"
#include "test.h"

struct hex {
	uint8_t bytes[256];
	size_t len;
};

static inline struct hex
hex(const char *text)
{
	struct hex made = { .len = strlen(text) / 2 };

	assert_true(made.len <= sizeof(made.bytes));
	assert_int_equal(hex_decode(span_text(text), made.bytes, made.len), 0);
	return made;
}

/* The span lives as long as the hex. */
static inline struct span
hex_span(const struct hex *hex)
{
	return span_of(hex->bytes, hex->len);
}

static inline void
assert_hex(const void *bytes, const char *text)
{
	struct hex expected = hex(text);

	assert_memory_equal(bytes, expected.bytes, expected.len);
}

#endif
