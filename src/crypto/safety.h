/* safety.h: what two people compare to know that nobody stands between them. */
#ifndef CAM_CRYPTO_SAFETY_H
#define CAM_CRYPTO_SAFETY_H

#include <stdint.h>

#include "crypto/sign.h"

enum {
	SAFETY_DIGITS = 60,
	SAFETY_FINGERPRINT_SIZE = 32,
	SAFETY_QR_SIZE = 1 + 2 * SAFETY_FINGERPRINT_SIZE
};

/* One half: 5,200 rounds of SHA-512 over version, stable id and key (threat
 * model 5.7). Takes some milliseconds. The id is the key as well: names and
 * hosts may change. */
void safety_fingerprint(const uint8_t key[SIGN_KEY_SIZE],
    uint8_t fingerprint[SAFETY_FINGERPRINT_SIZE]);
/* Both halves as 60 digits and a NUL, the same whichever key comes first. */
void safety_number(const uint8_t a[SIGN_KEY_SIZE],
    const uint8_t b[SIGN_KEY_SIZE], char digits[SAFETY_DIGITS + 1]);
/* The bytes of the QR code of ours for theirs: version, our fingerprint,
 * theirs. */
void safety_qr(const uint8_t ours[SIGN_KEY_SIZE],
    const uint8_t theirs[SIGN_KEY_SIZE], uint8_t bytes[SAFETY_QR_SIZE]);

#endif
