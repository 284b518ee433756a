/* digest.h: SHA-256, and SHA-1 where IPMSG asks for it. */
#ifndef CAM_DIGEST_H
#define CAM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* SHA-1 is for fingerprint user names and for old signatures, shown as weak;
 * never for anything of our own. */
enum digest_kind { DIGEST_SHA256, DIGEST_SHA1 };

enum { SHA256_SIZE = 32, SHA1_SIZE = 20, DIGEST_SIZE_MAX = SHA256_SIZE };

size_t digest_size(enum digest_kind kind);

void digest_sha256(struct span data, uint8_t digest[SHA256_SIZE]);
/* 64 lower-case hex digits and a NUL. */
void digest_sha256_hex(struct span data, char text[2 * SHA256_SIZE + 1]);
void digest_of(enum digest_kind kind, struct span data, uint8_t *digest);

/* A digest of bytes that come in pieces. Out of memory ends the program. */
struct digest;
struct digest *digest_new(enum digest_kind kind);
void digest_add(struct digest *digest, struct span data);
/* What it is so far; more may be added afterwards. */
void digest_peek(const struct digest *digest, uint8_t *bytes);
void digest_free(struct digest *digest);

#endif
