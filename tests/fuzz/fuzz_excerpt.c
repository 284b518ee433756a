/* fuzz_excerpt.c: whatever a program prints, what is sent of it is text. */
#include "base/text.h"
#include "cam/excerpt.h"
#include "fuzz.h"

static void
check_text(struct span text)
{
	must(utf8_is_valid(text));
	while (text.len > 0) {
		uint32_t codepoint = 0;
		size_t len = utf8_next(text, &codepoint);

		must(codepoint == '\n' || codepoint == '\t' ||
		     (codepoint >= 0x20 && codepoint < 0x7f) ||
		     codepoint >= 0xa0);
		text = span_of(text.data + len, text.len - len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct excerpt excerpt;
	struct buf out;

	buf_init(&out, 3 * size + 1);
	excerpt_clean(span_of(data, size), &out);
	must(!buf_failed(&out));
	check_text(buf_span(&out));
	buf_finish(&out);
	/* The same again and again, so that something is left out. */
	excerpt_init(&excerpt);
	for (size_t sum = 0; size > 0 && sum < 3 * EXCERPT_TAIL; sum += size)
		excerpt_add(&excerpt, span_of(data, size));
	buf_init(&out, 3 * (EXCERPT_HEAD + EXCERPT_TAIL) + 128);
	excerpt_write(&excerpt, &out);
	must(!buf_failed(&out));
	check_text(buf_span(&out));
	buf_finish(&out);
	return 0;
}
