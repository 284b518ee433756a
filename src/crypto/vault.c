/* vault.c: AES-256-GCM under a key in the locked heap. */
#include "crypto/vault.h"

#include <stdatomic.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "base/random.h"
#include "crypto/evp.h"

struct vault {
	atomic_uint refs;
	uint8_t key[VAULT_KEY_SIZE];
};

struct vault *
vault_new(const uint8_t key[VAULT_KEY_SIZE])
{
	struct vault *vault = NULL;

	evp_ready();
	vault = OPENSSL_secure_zalloc(sizeof(*vault));
	evp_need(vault != NULL);
	atomic_init(&vault->refs, 1);
	memcpy(vault->key, key, VAULT_KEY_SIZE);
	return vault;
}

struct vault *
vault_ref(struct vault *vault)
{
	atomic_fetch_add(&vault->refs, 1);
	return vault;
}

void
vault_free(struct vault *vault)
{
	if (vault && atomic_fetch_sub(&vault->refs, 1) == 1)
		OPENSSL_secure_clear_free(vault, sizeof(*vault));
}

void
vault_seal(const struct vault *vault, struct span place, struct span secret,
    uint8_t *sealed)
{
	random_bytes(sealed, AEAD_NONCE_SIZE);
	aead_seal(AEAD_AES256_GCM, vault->key, sealed, place, secret,
	    sealed + AEAD_NONCE_SIZE);
}

int
vault_open(const struct vault *vault, struct span place, struct span sealed,
    uint8_t *secret)
{
	if (sealed.len < VAULT_OVERHEAD)
		return CAM_ERR_CRYPTO;
	return aead_open(AEAD_AES256_GCM, vault->key, sealed.data, place,
	    span_of(
		sealed.data + AEAD_NONCE_SIZE, sealed.len - AEAD_NONCE_SIZE),
	    secret);
}
