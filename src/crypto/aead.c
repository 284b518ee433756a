/* aead.c: ChaCha20-Poly1305 and AES-256-GCM over EVP. */
#include "crypto/aead.h"

#include <openssl/err.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/evp.h"

static const EVP_CIPHER *
cipher_of(enum aead_kind kind)
{
	const struct evp_methods *methods = evp_methods();

	return kind == AEAD_AES256_GCM ? methods->aes256_gcm
				       : methods->chacha20_poly1305;
}

EVP_CIPHER_CTX *
aead_context_new(
    enum aead_kind kind, const uint8_t key[AEAD_KEY_SIZE], bool seals)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	evp_need(context != NULL && EVP_CipherInit_ex2(context, cipher_of(kind),
					key, NULL, seals, NULL) == 1);
	return context;
}

/* No bytes at all would be the end of it for OpenSSL. */
static void
add(EVP_CIPHER_CTX *context, struct span in, uint8_t *out)
{
	int len;

	if (in.len > 0)
		evp_need(EVP_CipherUpdate(
			     context, out, &len, in.data, (int)in.len) == 1);
}

static void
begin(EVP_CIPHER_CTX *context, const uint8_t nonce[AEAD_NONCE_SIZE],
    struct span aad)
{
	evp_need(EVP_CipherInit_ex2(context, NULL, NULL, nonce, -1, NULL) == 1);
	add(context, aad, NULL);
}

void
aead_context_seal(EVP_CIPHER_CTX *context, const uint8_t nonce[AEAD_NONCE_SIZE],
    struct span aad, struct span text, uint8_t *sealed)
{
	int len;

	begin(context, nonce, aad);
	add(context, text, sealed);
	evp_need(EVP_CipherFinal_ex(context, sealed + text.len, &len) == 1);
	evp_need(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG,
		     AEAD_TAG_SIZE, sealed + text.len) == 1);
}

int
aead_context_open(EVP_CIPHER_CTX *context, const uint8_t nonce[AEAD_NONCE_SIZE],
    struct span aad, struct span sealed, uint8_t *text)
{
	uint8_t rest[AEAD_TAG_SIZE];
	size_t text_len;
	int len;

	if (sealed.len < AEAD_TAG_SIZE)
		return CAM_ERR_CRYPTO;
	text_len = sealed.len - AEAD_TAG_SIZE;
	begin(context, nonce, aad);
	evp_need(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
		     AEAD_TAG_SIZE, (void *)(sealed.data + text_len)) == 1);
	add(context, span_of(sealed.data, text_len), text);
	if (EVP_CipherFinal_ex(context, rest, &len) == 1)
		return 0;
	wipe(text, text_len);
	ERR_clear_error();
	return CAM_ERR_CRYPTO;
}

void
aead_seal(enum aead_kind kind, const uint8_t key[AEAD_KEY_SIZE],
    const uint8_t nonce[AEAD_NONCE_SIZE], struct span aad, struct span text,
    uint8_t *sealed)
{
	EVP_CIPHER_CTX *context = aead_context_new(kind, key, true);

	aead_context_seal(context, nonce, aad, text, sealed);
	EVP_CIPHER_CTX_free(context);
}

int
aead_open(enum aead_kind kind, const uint8_t key[AEAD_KEY_SIZE],
    const uint8_t nonce[AEAD_NONCE_SIZE], struct span aad, struct span sealed,
    uint8_t *text)
{
	EVP_CIPHER_CTX *context = aead_context_new(kind, key, false);
	int rc = aead_context_open(context, nonce, aad, sealed, text);

	EVP_CIPHER_CTX_free(context);
	return rc;
}
