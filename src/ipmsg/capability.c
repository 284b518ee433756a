/* capability.c: capability words and public keys as text. */
#include "ipmsg/capability.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"

int
capability_parse(struct span text, uint32_t *word)
{
	uint64_t value = 0;

	if (text.len > 8 || number_hex(text, UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	*word = (uint32_t)value;
	return 0;
}

void
capability_build(uint32_t word, struct buf *buf)
{
	buf_printf(buf, "%X", (unsigned)word);
}

static bool
has(uint32_t word, uint32_t bits)
{
	return (word & bits) == bits;
}

uint32_t
capability_choose(uint32_t ours, uint32_t theirs)
{
	uint32_t common = ours & theirs;
	uint32_t form = common & (CAPA_PACKETNO_IV | CAPA_BASE64);
	const uint32_t strong = CAPA_RSA_2048 | CAPA_AES_256;
	const uint32_t weak = CAPA_RSA_1024 | CAPA_BLOWFISH_128;

	if (has(common, strong) && has(theirs, CAPA_PACKETNO_IV)) {
		if (has(common, CAPA_SIGN_SHA256))
			return strong | form | CAPA_SIGN_SHA256;
		return strong | form | (common & CAPA_SIGN_SHA1);
	}
	return has(common, weak) ? weak | form : 0;
}

size_t
capability_answer(uint32_t ours, uint32_t theirs, bool fingerprint_user)
{
	uint32_t common = ours & theirs;

	if (fingerprint_user &&
	    (!has(theirs, CAPA_RSA_2048) ||
		!(theirs & (CAPA_SIGN_SHA1 | CAPA_SIGN_SHA256))))
		return 0;
	if (common & CAPA_RSA_2048)
		return 256;
	return common & CAPA_RSA_1024 ? 128 : 0;
}

static int
parse_modulus(struct span text, struct pubkey_text *key)
{
	if (text.len != 256 && text.len != 512)
		return CAM_ERR_FORMAT;
	key->modulus_len = text.len / 2;
	if (hex_decode(text, key->modulus, key->modulus_len) < 0)
		return CAM_ERR_FORMAT;
	if (!(key->modulus[0] & 0x80) ||
	    !(key->modulus[key->modulus_len - 1] & 1))
		return CAM_ERR_FORMAT;
	return 0;
}

int
pubkey_text_parse(struct span body, struct pubkey_text *result)
{
	struct pubkey_text key = { 0 };
	struct span field = { NULL, 0 };
	uint64_t exponent = 0;

	if (!span_cut(&body, ':', &field) ||
	    capability_parse(field, &key.capability) < 0)
		return CAM_ERR_FORMAT;
	if (!span_cut(&body, '-', &field) || field.len > 8 ||
	    number_hex(field, UINT32_MAX, &exponent) < 0 || exponent < 3 ||
	    !(exponent & 1))
		return CAM_ERR_FORMAT;
	key.exponent = (uint32_t)exponent;
	if (parse_modulus(body, &key) < 0)
		return CAM_ERR_FORMAT;
	*result = key;
	return 0;
}

void
pubkey_text_build(const struct pubkey_text *key, struct buf *buf)
{
	char modulus[2 * PUBKEY_MODULUS_MAX + 1];

	hex_encode(key->modulus, key->modulus_len, modulus);
	capability_build(key->capability, buf);
	buf_printf(buf, ":%x-%s", (unsigned)key->exponent, modulus);
}
