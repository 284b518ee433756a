/* fuzz.h: what most targets need. */
#ifndef CAM_FUZZ_H
#define CAM_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "ipmsg/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input. */
static inline void
must(bool property)
{
	if (!property)
		abort();
}

/* Converters are opened once: the process ends with the fuzzing. */
static inline struct charset_reader
fuzz_reader(void)
{
	static struct charset_converter *converter;

	if (converter == NULL)
		must(charset_converter_new(&converter) == 0);
	return (struct charset_reader){ .converter = converter,
		.configured = CHARSET_CP932 };
}

static inline void
must_be_text(const char *text)
{
	must(utf8_is_valid(span_text(text)));
}

#endif
