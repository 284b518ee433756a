/* fuzz_charset.c: any bytes in each charset and guessed: always text, never an
 * ASCII byte lost. */
#include "fuzz.h"
#include "ipmsg/message.h"

/* Separators, which must never vanish into a character (T1). */
static size_t
separators(struct span text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == ':' || text.data[i] == '/' ||
			 text.data[i] == '\a' || text.data[i] == '\0';
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset_reader reader = fuzz_reader();
	struct span bytes = span_of(data, size);
	struct buf text;

	buf_init(&text, 4 * size + 4);
	for (int i = CHARSET_UTF8; i <= CHARSET_GB18030; i++) {
		buf_clear(&text);
		charset_decode(reader.converter, (enum charset)i, bytes, &text);
		must(utf8_is_valid(buf_span(&text)));
		must(separators(buf_span(&text)) == separators(bytes));
	}
	reader.client = size > 0 && data[0] & 1 ? CLIENT_FEIQ : CLIENT_PLAIN;
	reader.sent_legacy = size > 0 && data[0] & 2;
	buf_clear(&text);
	message_text_read(&reader, bytes, "[image]", &text);
	must(buf_failed(&text) || utf8_is_valid(buf_span(&text)));
	buf_finish(&text);
	return 0;
}
