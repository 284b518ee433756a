/* evp.h: what the files of this folder share of OpenSSL; no other folder
 * includes it. */
#ifndef CAM_EVP_H
#define CAM_EVP_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "crypto/aead.h"
#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "crypto/rsa.h"

struct crypto;

/* Before the first use of OpenSSL in every way into this folder; the work is
 * done once. */
void evp_ready(void);
/*
 * Looked up by name once in a process, unchanging: OpenSSL 3.0 would do it at
 * every use, behind locks that all threads share.
 */
struct evp_methods {
	EVP_MD *sha1, *sha256;
	EVP_CIPHER *chacha20_poly1305, *aes256_gcm;
};
const struct evp_methods *evp_methods(void);
/* Ends the program: for what fails only without memory, in calls that return no
 * error. */
_Noreturn void evp_fail(void);
static inline void
evp_need(bool done)
{
	if (!done)
		evp_fail();
}

/* Borrowed from crypto; NULL when this OpenSSL has no such cipher. */
const EVP_CIPHER *crypto_cipher(struct crypto *crypto, enum cipher_kind kind);
const EVP_MD *digest_evp(enum digest_kind kind);

/* One operation after the other with the same key; as aead_seal() and
 * aead_open(). Free it with EVP_CIPHER_CTX_free(). */
EVP_CIPHER_CTX *aead_context_new(
    enum aead_kind kind, const uint8_t key[AEAD_KEY_SIZE], bool seals);
void aead_context_seal(EVP_CIPHER_CTX *context,
    const uint8_t nonce[AEAD_NONCE_SIZE], struct span aad, struct span text,
    uint8_t *sealed);
int aead_context_open(EVP_CIPHER_CTX *context,
    const uint8_t nonce[AEAD_NONCE_SIZE], struct span aad, struct span sealed,
    uint8_t *text);

/* CAM_ERR_KEY unless pkey is RSA of our sizes; takes pkey over in any case.
 * private: it must have both halves. */
int rsa_key_from_pkey(EVP_PKEY *pkey, struct rsa_key **key);
int rsa_public_from_pkey(EVP_PKEY *pkey, struct rsa_public **key);
/* Borrowed. That of a public key is made on first use: NULL when out of memory.
 */
EVP_PKEY *rsa_key_pkey(const struct rsa_key *key);
EVP_PKEY *rsa_public_pkey(const struct rsa_public *key);

#endif
