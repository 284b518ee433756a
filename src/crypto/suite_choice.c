/* suite_choice.c: capability words turned into suites and back
 * (reference 5.1, 5.4.4, 5.6). */
#include "crypto/suite.h"

#include "base/err.h"

static enum suite_sign
sign_of(uint32_t flags)
{
	if (flags & SUITE_SIGN_SHA256)
		return SUITE_SHA256;
	return flags & SUITE_SIGN_SHA1 ? SUITE_SHA1 : SUITE_UNSIGNED;
}

int
suite_from_flags(uint32_t flags, struct suite *suite)
{
	struct suite found = { 0 };
	bool strong = flags & SUITE_RSA_2048;

	if (strong && (flags & SUITE_AES_256))
		found.cipher = flags & SUITE_IPDICT_CTR ? CIPHER_AES256_CTR
							: CIPHER_AES256_CBC;
	else if (!strong && (flags & SUITE_RSA_1024) &&
		 !(flags & SUITE_AES_256) && (flags & SUITE_BLOWFISH_128))
		found.cipher = CIPHER_BLOWFISH128_CBC;
	else
		return CAM_ERR_UNSUPPORTED;
	found.sign = sign_of(flags);
	if (found.cipher == CIPHER_AES256_CTR)
		found.iv = SUITE_IV_GIVEN;
	else
		found.iv = flags & SUITE_PACKETNO_IV ? SUITE_IV_PACKETNO
						     : SUITE_IV_ZERO;
	*suite = found;
	return 0;
}

uint32_t
suite_flags(const struct suite *suite)
{
	static const uint32_t ciphers[] = {
		[CIPHER_AES256_CBC] = SUITE_RSA_2048 | SUITE_AES_256,
		[CIPHER_BLOWFISH128_CBC] = SUITE_RSA_1024 | SUITE_BLOWFISH_128,
		[CIPHER_AES256_CTR] =
		    SUITE_RSA_2048 | SUITE_AES_256 | SUITE_IPDICT_CTR,
	};
	static const uint32_t signs[] = {
		[SUITE_UNSIGNED] = 0,
		[SUITE_SHA256] = SUITE_SIGN_SHA256,
		[SUITE_SHA1] = SUITE_SIGN_SHA1,
	};

	return ciphers[suite->cipher] | signs[suite->sign] |
	       (suite->iv == SUITE_IV_PACKETNO ? SUITE_PACKETNO_IV : 0);
}

int
suite_choose(uint32_t peer_word, bool weak_ok, struct suite *suite)
{
	uint32_t ours = SUITE_RSA_2048 | SUITE_AES_256 | SUITE_PACKETNO_IV |
			SUITE_SIGN_SHA1 | SUITE_SIGN_SHA256;
	uint32_t weak = SUITE_RSA_1024 | SUITE_BLOWFISH_128;

	if (suite_from_flags(peer_word & ours, suite) == 0)
		return 0;
	if (weak_ok && suite_from_flags(
			   peer_word & (weak | SUITE_PACKETNO_IV), suite) == 0)
		return 0;
	return CAM_ERR_KEY;
}

enum rsa_size
suite_rsa_size(const struct suite *suite)
{
	return suite->cipher == CIPHER_BLOWFISH128_CBC ? RSA_1024 : RSA_2048;
}

const char *
suite_name(const struct suite *suite)
{
	return suite->cipher == CIPHER_BLOWFISH128_CBC ? "rsa1024-blowfish128"
						       : "rsa2048-aes256";
}

const char *
suite_signature_name(enum suite_signature signature)
{
	switch (signature) {
	case SIGNATURE_ABSENT:
		return "absent";
	case SIGNATURE_VALID:
	case SIGNATURE_VALID_TEXT_ONLY:
		return "valid";
	case SIGNATURE_WEAK:
		return "weak";
	case SIGNATURE_INVALID:
		return "invalid";
	case SIGNATURE_UNCHECKED:
		return "unchecked";
	}
	return "absent";
}
