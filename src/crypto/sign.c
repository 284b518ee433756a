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
	EVP_MD_CTX *ready; /* to sign with: copied for each signature */
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
	made->ready = EVP_MD_CTX_new();
	if (made->pkey && made->ready &&
	    EVP_PKEY_get_raw_public_key(made->pkey, made->public, &len) == 1 &&
	    EVP_DigestSignInit(made->ready, NULL, NULL, NULL, made->pkey) ==
		1) {
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
	EVP_MD_CTX_free(key->ready);
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

/* -- public keys ------------------------------------------------------- */

struct sign_public {
	atomic_uint refs;
	EVP_MD_CTX *ready; /* to verify with: copied for each signature */
	uint8_t bytes[SIGN_KEY_SIZE];
};

int
sign_public_new(const uint8_t key[SIGN_KEY_SIZE], struct sign_public **public)
{
	struct sign_public *made = xcalloc(1, sizeof(*made));
	EVP_PKEY *pkey = NULL;
	int rc = CAM_ERR_CRYPTO;

	evp_ready();
	atomic_init(&made->refs, 1);
	memcpy(made->bytes, key, SIGN_KEY_SIZE);
	made->ready = EVP_MD_CTX_new();
	pkey = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "ED25519", NULL, key, SIGN_KEY_SIZE);
	if (made->ready && pkey &&
	    EVP_DigestVerifyInit(made->ready, NULL, NULL, NULL, pkey) == 1)
		rc = 0;
	EVP_PKEY_free(pkey);
	if (rc == 0)
		*public = made;
	else
		sign_public_free(made);
	ERR_clear_error();
	return rc;
}

struct sign_public *
sign_public_ref(struct sign_public *public)
{
	if (public)
		atomic_fetch_add(&public->refs, 1);
	return public;
}

void
sign_public_free(struct sign_public *public)
{
	if (!public || atomic_fetch_sub(&public->refs, 1) > 1)
		return;
	EVP_MD_CTX_free(public->ready);
	free(public);
}

const uint8_t *
sign_public_bytes(const struct sign_public *public)
{
	return public->bytes;
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
	if (context && EVP_MD_CTX_copy_ex(context, key->ready) == 1 &&
	    EVP_DigestSign(
		context, signature, &len, text.text.data, text.text.len) == 1)
		rc = 0;
	signed_text_finish(&text);
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return rc;
}

int
sign_public_verify(const struct sign_public *public, const char *label,
    struct span data, const uint8_t signature[SIGN_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct signed_text text;
	int rc = CAM_ERR_CRYPTO;

	signed_text_init(&text, label, data);
	if (context && EVP_MD_CTX_copy_ex(context, public->ready) == 1 &&
	    EVP_DigestVerify(context, signature, SIGN_SIZE, text.text.data,
		text.text.len) == 1)
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
	struct sign_public *public = NULL;
	int rc = sign_public_new(key, &public);

	if (rc == 0)
		rc = sign_public_verify(public, label, data, signature);
	sign_public_free(public);
	return rc;
}

bool
sign_keys_differ(const uint8_t *const keys[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (memcmp(keys[i], keys[k], SIGN_KEY_SIZE) == 0)
				return false;
		}
	}
	return true;
}
