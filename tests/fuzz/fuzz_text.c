/* fuzz_text.c: whatever is printed is valid, safe and stays so (threat model
 * T2, T3). */
#include "fuzz.h"

#include "base/text.h"

static void
check_safe(struct span text, enum text_kind kind)
{
	while (text.len > 0) {
		uint32_t codepoint = 0;
		size_t len = utf8_next(text, &codepoint);

		must(len > 0);
		must(codepoint >= 0x20 ||
		     (kind == TEXT_BLOCK &&
			 (codepoint == '\n' || codepoint == '\t')));
		must(codepoint < 0x7f || codepoint > 0x9f);
		must(codepoint < 0x2028 || codepoint > 0x202e);
		must(codepoint < 0x2060 || codepoint > 0x206f);
		must(codepoint < 0xe0000 || codepoint > 0xe007f);
		text = span_of(text.data + len, text.len - len);
	}
}

static void
check_printed(struct span text, enum text_kind kind)
{
	struct buf once, twice;

	buf_init(&once, 8 * text.len);
	text_print(&once, text, kind);
	must(!buf_failed(&once));
	check_safe(buf_span(&once), kind);
	must(text_width(buf_span(&once)) <= 2 * once.len);
	buf_init(&twice, once.len);
	text_print(&twice, buf_span(&once), kind);
	must(span_equal(buf_span(&once), buf_span(&twice)));
	buf_finish(&once);
	buf_finish(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	struct buf repaired;

	check_printed(text, TEXT_BLOCK);
	check_printed(text, TEXT_LINE);
	buf_init(&repaired, 3 * size);
	utf8_repair(text, &repaired);
	must(!buf_failed(&repaired) && utf8_is_valid(buf_span(&repaired)));
	must(!utf8_is_valid(text) || span_equal(text, buf_span(&repaired)));
	for (size_t max = 0; max <= repaired.len && max < 64; max++) {
		size_t cut = utf8_cut(buf_span(&repaired), max);

		must(cut <= max && max - cut < 4);
		must(utf8_is_valid(span_of(repaired.data, cut)));
	}
	buf_finish(&repaired);
	return 0;
}
