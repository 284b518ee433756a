/* suite_flags.c: what the flags of an encrypted text say. */
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
	static const char *const names[] = {
		[SIGNATURE_ABSENT] = "absent",
		[SIGNATURE_VALID] = "valid",
		[SIGNATURE_VALID_TEXT_ONLY] = "valid",
		[SIGNATURE_WEAK] = "weak",
		[SIGNATURE_INVALID] = "invalid",
		[SIGNATURE_UNCHECKED] = "unchecked",
	};

	return names[signature];
}
