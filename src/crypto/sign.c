/* sign.c: Ed25519 over EVP. */
#include "crypto/sign.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/certificate.h"
#include "crypto/evp.h"

/* OpenSSL keeps the secret half of a raw key in the locked heap. */
struct sign_key {
	atomic_uint refs;
	EVP_PKEY *pkey;
	uint8_t public[SIGN_KEY_SIZE];
};

/* -- keys -------------------------------------------------------------- */

int
sign_key_new(const uint8_t secret[SIGN_KEY_SIZE], struct sign_key **key)
{
	struct sign_key *made = xcalloc(1, sizeof(*made));
	size_t len = SIGN_KEY_SIZE;

	evp_ready();
	atomic_init(&made->refs, 1);
	made->pkey = EVP_PKEY_new_raw_private_key_ex(
	    NULL, "ED25519", NULL, secret, SIGN_KEY_SIZE);
	if (made->pkey &&
	    EVP_PKEY_get_raw_public_key(made->pkey, made->public, &len) == 1) {
		*key = made;
		return 0;
	}
	sign_key_free(made);
	ERR_clear_error();
	return CAM_ERR_CRYPTO;
}

int
sign_key_generate(struct sign_key **key)
{
	uint8_t secret[SIGN_KEY_SIZE];
	int rc;

	random_bytes(secret, sizeof(secret));
	rc = sign_key_new(secret, key);
	wipe(secret, sizeof(secret));
	return rc;
}

struct sign_key *
sign_key_ref(struct sign_key *key)
{
	if (key)
		atomic_fetch_add(&key->refs, 1);
	return key;
}

void
sign_key_free(struct sign_key *key)
{
	if (!key || atomic_fetch_sub(&key->refs, 1) > 1)
		return;
	EVP_PKEY_free(key->pkey); /* which overwrites the secret half */
	free(key);
}

void
sign_key_public(const struct sign_key *key, uint8_t bytes[SIGN_KEY_SIZE])
{
	memcpy(bytes, key->public, SIGN_KEY_SIZE);
}

void
sign_key_secret(const struct sign_key *key, uint8_t bytes[SIGN_KEY_SIZE])
{
	size_t len = SIGN_KEY_SIZE;

	evp_need(EVP_PKEY_get_raw_private_key(key->pkey, bytes, &len) == 1);
}

struct evp_pkey_st *
certificate_private(const struct sign_key *key)
{
	return key->pkey;
}

/* -- signatures -------------------------------------------------------- */

/* Ed25519 goes over its bytes twice, so they must stand in one piece: text is
 * what is signed; copy, if any, is released with its size. */
struct signed_text {
	struct span text;
	uint8_t *copy;
};

static void
signed_text_init(struct signed_text *text, const char *label, struct span data)
{
	size_t label_len;

	text->copy = NULL;
	text->text = data;
	if (!label)
		return;
	label_len = strlen(label) + 1;
	text->copy = xmalloc(label_len + data.len);
	memcpy(text->copy, label, label_len);
	if (data.len > 0)
		memcpy(text->copy + label_len, data.data, data.len);
	text->text = span_of(text->copy, label_len + data.len);
}

/* What was signed may be what was sealed. */
static void
signed_text_finish(struct signed_text *text)
{
	wipe_free(text->copy, text->text.len);
}

int
sign_make(const struct sign_key *key, const char *label, struct span data,
    uint8_t signature[SIGN_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct signed_text text;
	size_t len = SIGN_SIZE;
	int rc = CAM_ERR_CRYPTO;

	signed_text_init(&text, label, data);
	if (context &&
	    EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
	    EVP_DigestSign(
		context, signature, &len, text.text.data, text.text.len) == 1)
		rc = 0;
	signed_text_finish(&text);
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return rc;
}

int
sign_verify(const uint8_t key[SIGN_KEY_SIZE], const char *label,
    struct span data, const uint8_t signature[SIGN_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY *pkey = NULL;
	struct signed_text text;
	int rc = CAM_ERR_CRYPTO;

	evp_ready();
	signed_text_init(&text, label, data);
	pkey = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "ED25519", NULL, key, SIGN_KEY_SIZE);
	if (context && pkey &&
	    EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(context, signature, SIGN_SIZE, text.text.data,
		text.text.len) == 1)
		rc = 0;
	signed_text_finish(&text);
	EVP_PKEY_free(pkey);
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return rc;
}
