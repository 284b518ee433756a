/* certificate.h: an Ed25519 key in the clothes that TLS wants. */
#ifndef CAM_CRYPTO_CERTIFICATE_H
#define CAM_CRYPTO_CERTIFICATE_H

#include <stdint.h>

#include "base/span.h"
#include "crypto/sign.h"

/* OpenSSL's own, for net/tls.c alone. */
struct x509_st;
struct evp_pkey_st;

/* Self-signed, without names and for all times: nothing of it but the key
 * counts. Release with certificate_free(). CAM_ERR_CRYPTO. */
int certificate_make(const struct sign_key *key, struct x509_st **certificate);
void certificate_free(struct x509_st *certificate);
/* The key of a peer's certificate. CAM_ERR_KEY: not an Ed25519 one. */
int certificate_key(
    const struct x509_st *certificate, uint8_t key[SIGN_KEY_SIZE]);
/* For TLS; release with EVP_PKEY_free(). NULL without memory. */
struct evp_pkey_st *certificate_private(const struct sign_key *key);

#endif
