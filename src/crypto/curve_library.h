/* curve_library.h: Curve25519 by the fastest library there is. */
#ifndef CAM_CRYPTO_CURVE_LIBRARY_H
#define CAM_CRYPTO_CURVE_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Any thread may call these. No copy of a secret outlives a call. */
struct curve_library {
	/*
	 * Ed25519 as in ed25519.h. public belongs to secret, or the signature
	 * gives the secret away. verify looks at the equation only: what it is
	 * given is well formed.
	 */
	bool (*derive)(const uint8_t secret[32], uint8_t public[32]);
	bool (*sign)(const uint8_t secret[32], const uint8_t public[32],
	    struct span data, uint8_t signature[64]);
	bool (*verify)(const uint8_t public[32], struct span data,
	    const uint8_t signature[64]);
	/* X25519 (RFC 7748, 5). False where the result is zero, as with every
	 * point of small order (6.1). */
	bool (*x25519)(const uint8_t secret[32], const uint8_t point[32],
	    uint8_t result[32]);
};
extern const struct curve_library curve_evp;
/* Where HAVE_SODIUM. Once before its first use: whether the libsodium that is
 * there works and has the rule of ed25519.h. */
extern const struct curve_library curve_sodium;
bool curve_sodium_is_fit(void);

/* The one in use. */
const struct curve_library *curve_library(void);

#endif
