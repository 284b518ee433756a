/* sign.c: Ed25519 keys in locked memory, and what their signatures cover. */
#include "crypto/sign.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/ed25519.h"

struct sign_key {
	atomic_uint refs;
	uint8_t *secret; /* in the locked heap, which is OpenSSL's */
	uint8_t public[SIGN_KEY_SIZE];
};

/* -- keys -------------------------------------------------------------- */

int
sign_key_new(const uint8_t secret[SIGN_KEY_SIZE], struct sign_key **key)
{
	struct sign_key *made = xcalloc(1, sizeof(*made));

	atomic_init(&made->refs, 1);
	made->secret = OPENSSL_secure_malloc(SIGN_KEY_SIZE);
	if (!made->secret || ed25519_public(secret, made->public) < 0) {
		sign_key_free(made);
		return CAM_ERR_CRYPTO;
	}
	memcpy(made->secret, secret, SIGN_KEY_SIZE);
	*key = made;
	return 0;
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
	OPENSSL_secure_clear_free(key->secret, SIGN_KEY_SIZE);
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
	memcpy(bytes, key->secret, SIGN_KEY_SIZE);
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
	struct signed_text text;
	int rc;

	signed_text_init(&text, label, data);
	rc = ed25519_sign(key->secret, key->public, text.text, signature);
	signed_text_finish(&text);
	return rc;
}

int
sign_verify(const uint8_t key[SIGN_KEY_SIZE], const char *label,
    struct span data, const uint8_t signature[SIGN_SIZE])
{
	struct signed_text text;
	int rc;

	signed_text_init(&text, label, data);
	rc = ed25519_verify(key, text.text, signature);
	signed_text_finish(&text);
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
