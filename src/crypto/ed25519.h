/* ed25519.h: the signatures of RFC 8032. */
#ifndef CAM_CRYPTO_ED25519_H
#define CAM_CRYPTO_ED25519_H

#include <stdint.h>

#include "base/span.h"

/* Any thread may call these. The 32 secret bytes are those of RFC 8032, 5.1.5;
 * no copy of them outlives a call. */
int ed25519_public(const uint8_t secret[32], uint8_t public[32]);
/* public belongs to secret, or the signature gives the secret away. */
int ed25519_sign(const uint8_t secret[32], const uint8_t public[32],
    struct span data, uint8_t signature[64]);
/*
 * All give 0, or CAM_ERR_CRYPTO; this one, when the signature R, S of the key A
 * is not good. One rule, whatever library was found, so that no two cams differ
 * about a signature:
 *
 *   - S is less than the order of the base point (RFC 8032, 5.1.7);
 *   - R and A are encoded in the only way: y is less than p (5.1.3);
 *   - neither is a point of small order, as libsodium rules and the RFC does
 *     not: such a key "signs" whatever one likes;
 *   - S·B = R + k·A as it stands, not eight times both sides, which 5.1.7
 *     allows, and which OpenSSL and libsodium before 1.0.19 do not do. A later
 *     libsodium does, and verifies nothing here.
 */
int ed25519_verify(
    const uint8_t public[32], struct span data, const uint8_t signature[64]);

/* The same by a chosen library. */
struct curve_library;
int ed25519_verify_by(const struct curve_library *library,
    const uint8_t public[32], struct span data, const uint8_t signature[64]);

#endif
