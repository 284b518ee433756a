/* hkdf.h: keys out of keys, RFC 5869 with SHA-256. */
#ifndef CAM_CRYPTO_HKDF_H
#define CAM_CRYPTO_HKDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* In bytes. OpenSSL 3.0 takes no longer info. */
enum { HKDF_KEY_SIZE = 32, HKDF_INFO_MAX = 1024 };

/* Neither fails but without memory, which ends the program. key is not empty.
 */
void hkdf_extract(
    struct span salt, struct span key, uint8_t extracted[HKDF_KEY_SIZE]);
/* info of at most HKDF_INFO_MAX, size of at most 255 * HKDF_KEY_SIZE bytes. */
void hkdf_expand(const uint8_t extracted[HKDF_KEY_SIZE], struct span info,
    uint8_t *bytes, size_t size);

#endif
