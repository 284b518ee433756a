/* keystream.h: AES-256-CTR over a stream that comes in pieces (protocol
 * reference 4.5). */
#ifndef CAM_CRYPTO_KEYSTREAM_H
#define CAM_CRYPTO_KEYSTREAM_H

#include <stdint.h>

#include "base/span.h"

enum { KEYSTREAM_KEY_SIZE = 32 };

/*
 * The first counter block is the number's decimal digits, filled with NULs to
 * 16 bytes; it counts up as one big-endian number. Both directions are the
 * same. It hides and protects nothing against change (threat model C6); a key
 * and number are used for one stream.
 */
struct keystream;
struct keystream *keystream_new(
    const uint8_t key[KEYSTREAM_KEY_SIZE], uint32_t number);
/* result has in.len bytes and may be in.data. */
void keystream_apply(
    struct keystream *keystream, struct span in, uint8_t *result);
void keystream_free(struct keystream *keystream);

#endif
