/* ed25519_library.h: what ed25519.c asks of a library, and the two it knows. */
#ifndef CAM_CRYPTO_ED25519_LIBRARY_H
#define CAM_CRYPTO_ED25519_LIBRARY_H

#include <stdbool.h>

#include "crypto/ed25519.h"

/* As in ed25519.h. Key and signature that verify is given are well formed: it
 * needs to look at the equation only. */
struct ed25519_library {
	bool (*derive)(const uint8_t secret[32], uint8_t public[32]);
	bool (*sign)(const uint8_t secret[32], const uint8_t public[32],
	    struct span data, uint8_t signature[64]);
	bool (*verify)(const uint8_t public[32], struct span data,
	    const uint8_t signature[64]);
};
extern const struct ed25519_library ed25519_evp;

/* Where HAVE_SODIUM. Once before its first use: whether the libsodium that is
 * there works and has our rule. */
extern const struct ed25519_library ed25519_sodium;
bool ed25519_sodium_is_fit(void);

/* The one in use. */
const struct ed25519_library *ed25519_library(void);
/* The rule of ed25519_verify() with a chosen one. */
int ed25519_verify_by(const struct ed25519_library *library,
    const uint8_t public[32], struct span data, const uint8_t signature[64]);

#endif
