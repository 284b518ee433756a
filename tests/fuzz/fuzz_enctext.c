/* fuzz_enctext.c: any text as an encrypted one, and as what is inside. */
#include "fuzz.h"
#include "ipmsg/enctext.h"
#include "ipmsg/tolist.h"

static void
write_again(const struct enctext *text)
{
	struct span key = span_of(text->key, text->key_len);
	struct span data = span_of(text->data, text->data_len);
	struct span signature = span_of(text->signature, text->signature_len);
	struct enctext again;
	struct buf buf;

	buf_init(&buf, 4 * LIMIT_BODY_LEGACY);
	enctext_build(text->flags, key, data, signature, &buf);
	must(enctext_parse(buf_span(&buf), &again) == 0);
	must(again.data_len == text->data_len);
	must(memcmp(again.data, text->data, text->data_len) == 0);
	enctext_finish(&again);
	buf_finish(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct enctext_plain parts;
	struct enctext text;

	if (enctext_parse(span_of(data, size), &text) == 0) {
		must(text.key_len == 128 || text.key_len == 256);
		write_again(&text);
		enctext_finish(&text);
	}
	enctext_split(span_of(data, size), size & 1, &parts);
	must(parts.signed_short.len <= size);
	return 0;
}
