/* aead.h: encryption that shows every change. */
#ifndef CAM_CRYPTO_AEAD_H
#define CAM_CRYPTO_AEAD_H

#include <stdint.h>

#include "base/span.h"

/* RFC 8439; NIST SP 800-38D with a key of 256 bits. Sizes in bytes. */
enum aead_kind { AEAD_CHACHA20_POLY1305, AEAD_AES256_GCM };
enum { AEAD_KEY_SIZE = 32, AEAD_NONCE_SIZE = 12, AEAD_TAG_SIZE = 16 };

/* At most INT32_MAX bytes each of aad and text. sealed has text.len +
 * AEAD_TAG_SIZE bytes. */
void aead_seal(enum aead_kind kind, const uint8_t key[AEAD_KEY_SIZE],
    const uint8_t nonce[AEAD_NONCE_SIZE], struct span aad, struct span text,
    uint8_t *sealed);
/* text has sealed.len - AEAD_TAG_SIZE bytes, wiped unless it is genuine:
 * CAM_ERR_CRYPTO. */
int aead_open(enum aead_kind kind, const uint8_t key[AEAD_KEY_SIZE],
    const uint8_t nonce[AEAD_NONCE_SIZE], struct span aad, struct span sealed,
    uint8_t *text);

#endif
