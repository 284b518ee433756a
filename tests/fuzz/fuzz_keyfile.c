/* fuzz_keyfile.c: any bytes as a file of keys: its parts, and what a key of
 * ours opens of them. */
#include "crypto/crypto.h"
#include "crypto/keyfile_form.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *crypto;
	static const uint8_t key[AEAD_KEY_SIZE] = { 1 };
	struct keyfile_parts parts;
	struct buf secret;

	if (!crypto)
		crypto = crypto_new(); /* the process ends with the fuzzing */
	if (keyfile_parse(span_of(data, size), &parts) < 0)
		return 0;
	must(parts.kind.len <= KEYFILE_KIND_MAX);
	must(parts.head.len + parts.rest.len == size);
	must((parts.form == KEYFILE_BARE) == (parts.head.len == 0));
	buf_init(&secret, KEYFILE_SECRET_MAX);
	if (keyfile_get_sealed(parts.head, parts.rest, key, &secret) < 0)
		must(secret.len == 0);
	buf_finish(&secret);
	return 0;
}
