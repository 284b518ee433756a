/* hkdf.c: HKDF, from digests over EVP. */
#include "crypto/hkdf.h"

#include <string.h>

#include "base/mem.h"
#include "crypto/evp.h"

enum { BLOCK_SIZE = 64, SHA_SIZE = HKDF_KEY_SIZE };

/*
 * HMAC-SHA-256 (RFC 2104). OpenSSL 3.0's own HKDF and HMAC look every part of
 * theirs up by name each time, which takes four times as long as the work; a
 * message needs twenty of these.
 */
static void
hmac(struct span key, const struct span *parts, size_t count,
    uint8_t result[SHA_SIZE])
{
	uint8_t pad[BLOCK_SIZE] = { 0 };
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t i;

	evp_need(context != NULL);
	if (key.len > BLOCK_SIZE)
		digest_of(DIGEST_SHA256, key, pad);
	else if (key.len > 0)
		memcpy(pad, key.data, key.len);
	for (i = 0; i < BLOCK_SIZE; i++)
		pad[i] ^= 0x36;
	evp_need(EVP_DigestInit_ex2(context, evp_methods()->sha256, NULL) == 1);
	evp_need(EVP_DigestUpdate(context, pad, BLOCK_SIZE) == 1);
	for (i = 0; i < count; i++)
		evp_need(EVP_DigestUpdate(
			     context, parts[i].data, parts[i].len) == 1);
	evp_need(EVP_DigestFinal_ex(context, result, NULL) == 1);
	for (i = 0; i < BLOCK_SIZE; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	evp_need(EVP_DigestInit_ex2(context, NULL, NULL) == 1);
	evp_need(EVP_DigestUpdate(context, pad, BLOCK_SIZE) == 1);
	evp_need(EVP_DigestUpdate(context, result, SHA_SIZE) == 1);
	evp_need(EVP_DigestFinal_ex(context, result, NULL) == 1);
	EVP_MD_CTX_free(context);
	wipe(pad, sizeof(pad));
}

/* RFC 5869, 2.2. No salt is one of zeros, which HMAC makes of none. */
void
hkdf_extract(
    struct span salt, struct span key, uint8_t extracted[HKDF_KEY_SIZE])
{
	hmac(salt, &key, 1, extracted);
}

/* RFC 5869, 2.3 */
void
hkdf_expand(const uint8_t extracted[HKDF_KEY_SIZE], struct span info,
    uint8_t *bytes, size_t size)
{
	uint8_t block[SHA_SIZE] = { 0 }, number = 1;
	struct span parts[] = { span_of(block, 0), info, span_of(&number, 1) };
	size_t done = 0, len;

	for (; done < size; number++) {
		hmac(span_of(extracted, HKDF_KEY_SIZE), parts, 3, block);
		parts[0].len = SHA_SIZE;
		len = size - done < SHA_SIZE ? size - done : SHA_SIZE;
		memcpy(bytes + done, block, len);
		done += len;
	}
	wipe(block, sizeof(block));
}
