/* fuzz_pubkey.c: any body as a public key: only those of threat model C3. */
#include "fuzz.h"
#include "ipmsg/capability.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pubkey_text key, again;
	struct buf buf;
	uint32_t word = 0;

	if (capability_parse(span_of(data, size), &word) == 0)
		must((capability_choose(CAPA_OURS, word) & ~CAPA_OURS) == 0);
	if (pubkey_text_parse(span_of(data, size), &key) < 0)
		return 0;
	must(key.modulus_len == 128 || key.modulus_len == 256);
	must(key.modulus[0] & 0x80 && key.modulus[key.modulus_len - 1] & 1);
	must(key.exponent >= 3 && key.exponent & 1);
	buf_init(&buf, LIMIT_DATAGRAM);
	pubkey_text_build(&key, &buf);
	must(pubkey_text_parse(buf_span(&buf), &again) == 0);
	must(memcmp(&key, &again, sizeof(key)) == 0);
	buf_finish(&buf);
	return 0;
}
