/* fuzz_content.c: any bytes as the body of an envelope; the first is its type.
 */
#include "camd/message/content.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct content content;
	struct buf again;
	struct span body;

	if (size == 0)
		return 0;
	body = span_of(data + 1, size - 1);
	if (content_parse(data[0], body, &content) < 0)
		return 0;
	must(content.text.len <= LIMIT_MESSAGE_TEXT);
	must(utf8_is_valid(content.text));
	must((content.text.len == 0) == (content.type == CONTENT_DELETION));
	must(content.type == CONTENT_MESSAGE || content.has_target);
	/* There is one way only to write it. */
	buf_init(&again, CONTENT_HEAD_MAX + LIMIT_MESSAGE_TEXT);
	content_write(&content, &again);
	must(span_equal(buf_span(&again), body));
	buf_finish(&again);
	return 0;
}
