/* sign.h: Ed25519 keys and signatures, each under a label of its own. */
#ifndef CAM_CRYPTO_SIGN_H
#define CAM_CRYPTO_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* RFC 8032. Sizes in bytes. */
enum { SIGN_KEY_SIZE = 32, SIGN_SIZE = 64 };

/* A private key and its public half; unchanging and counted: any thread may use
 * or release it. Its 32 secret bytes lie in the locked heap. */
struct sign_key;

/* CAM_ERR_CRYPTO. */
int sign_key_generate(struct sign_key **key);
/* From the 32 bytes of RFC 8032, 5.1.5; for tests and key files. */
int sign_key_new(const uint8_t secret[SIGN_KEY_SIZE], struct sign_key **key);
struct sign_key *sign_key_ref(struct sign_key *key);
void sign_key_free(struct sign_key *key);
void sign_key_public(const struct sign_key *key, uint8_t bytes[SIGN_KEY_SIZE]);
/* For a key file; the caller wipes them. */
void sign_key_secret(const struct sign_key *key, uint8_t bytes[SIGN_KEY_SIZE]);

/*
 * A signature covers label, a zero byte and the data, so that no signature can
 * stand for another kind (threat model 5.2: "cam/…/1"). label NULL: the data
 * alone (RFC vectors). sign: CAM_ERR_CRYPTO. verify: 0, or CAM_ERR_CRYPTO when
 * it is not this key's signature by the rule of ed25519.h.
 */
int sign_make(const struct sign_key *key, const char *label, struct span data,
    uint8_t signature[SIGN_SIZE]);
int sign_verify(const uint8_t key[SIGN_KEY_SIZE], const char *label,
    struct span data, const uint8_t signature[SIGN_SIZE]);

/* No two of the public keys are the same: no key serves two purposes (threat
 * model 5.2). */
bool sign_keys_differ(const uint8_t *const keys[], size_t count);

#endif
