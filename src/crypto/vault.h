/* vault.h: what seals short secrets that lie in a database. */
#ifndef CAM_CRYPTO_VAULT_H
#define CAM_CRYPTO_VAULT_H

#include <stdint.h>

#include "base/span.h"
#include "crypto/aead.h"

/* Sizes in bytes; a sealed secret: nonce, secret, tag. */
enum {
	VAULT_KEY_SIZE = AEAD_KEY_SIZE,
	VAULT_OVERHEAD = AEAD_NONCE_SIZE + AEAD_TAG_SIZE
};

/* The key of a vault: unchanging and counted, in the locked heap; any thread
 * may use or release it. AES-256-GCM with random nonces: for at most 2^32
 * secrets. */
struct vault;

struct vault *vault_new(const uint8_t key[VAULT_KEY_SIZE]);
struct vault *vault_ref(struct vault *vault);
/* NULL is fine. */
void vault_free(struct vault *vault);

/* place says where the sealed secret lies, so that none stands for another.
 * sealed has secret.len + VAULT_OVERHEAD bytes. */
void vault_seal(const struct vault *vault, struct span place,
    struct span secret, uint8_t *sealed);
/* secret has sealed.len - VAULT_OVERHEAD bytes. CAM_ERR_CRYPTO: sealed by
 * another, for another place, or changed. */
int vault_open(const struct vault *vault, struct span place, struct span sealed,
    uint8_t *secret);

#endif
