/* digest.c: message digests over EVP. */
#include "crypto/digest.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "crypto/evp.h"

struct digest {
	EVP_MD_CTX *context;
	EVP_MD_CTX *copy; /* for looking at the digest so far */
};

const EVP_MD *
digest_evp(enum digest_kind kind)
{
	const struct evp_methods *methods = evp_methods();

	return kind == DIGEST_SHA1 ? methods->sha1 : methods->sha256;
}

size_t
digest_size(enum digest_kind kind)
{
	return kind == DIGEST_SHA1 ? SHA1_SIZE : SHA256_SIZE;
}

void
digest_of(enum digest_kind kind, struct span data, uint8_t *digest)
{
	evp_need(EVP_Digest(data.data, data.len, digest, NULL, digest_evp(kind),
		     NULL) == 1);
}

void
digest_sha256(struct span data, uint8_t digest[SHA256_SIZE])
{
	digest_of(DIGEST_SHA256, data, digest);
}

void
digest_sha256_hex(struct span data, char text[2 * SHA256_SIZE + 1])
{
	uint8_t digest[SHA256_SIZE];

	digest_sha256(data, digest);
	hex_encode(digest, sizeof(digest), text);
}

struct digest *
digest_new(enum digest_kind kind)
{
	struct digest *digest = xcalloc(1, sizeof(*digest));

	digest->context = EVP_MD_CTX_new();
	digest->copy = EVP_MD_CTX_new();
	evp_need(
	    digest->context && digest->copy &&
	    EVP_DigestInit_ex(digest->context, digest_evp(kind), NULL) == 1);
	return digest;
}

void
digest_add(struct digest *digest, struct span data)
{
	evp_need(EVP_DigestUpdate(digest->context, data.data, data.len) == 1);
}

void
digest_peek(const struct digest *digest, uint8_t *bytes)
{
	evp_need(EVP_MD_CTX_copy_ex(digest->copy, digest->context) == 1 &&
		 EVP_DigestFinal_ex(digest->copy, bytes, NULL) == 1);
}

void
digest_free(struct digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	EVP_MD_CTX_free(digest->copy);
	free(digest);
}
