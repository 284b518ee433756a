/* enctext.h: encrypted text as it is written, and what is inside (protocol
 * reference 5.4). */
#ifndef CAM_ENCTEXT_H
#define CAM_ENCTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum { ENCTEXT_KEY_MAX = 256 };

struct enctext {
	uint32_t flags;		      /* enum capability */
	uint8_t key[ENCTEXT_KEY_MAX]; /* the session key under RSA */
	size_t key_len;		      /* that of the modulus the flags name */
	uint8_t *data;		      /* ciphertext in whole blocks; owned */
	size_t data_len;
	uint8_t signature[ENCTEXT_KEY_MAX];
	size_t signature_len; /* 128, 256, or 0: none */
};

/*
 * "flags:key:text[:signature]", base64 or hex as the flags say, strictly.
 * CAM_ERR_UNSUPPORTED for combinations nobody uses today (RC2, RSA-512: the
 * sender's client is too old), CAM_ERR_LIMIT above LIMIT_BODY_LEGACY. Empty
 * with enctext_finish().
 */
int enctext_parse(struct span part, struct enctext *text);
void enctext_finish(struct enctext *text);

/* Appends the same; the three are the raw bytes, signature may be empty. */
void enctext_build(uint32_t flags, struct span key, struct span data,
    struct span signature, struct buf *buf);

/* The plaintext (5.4.2, 5.4.3), borrowed. */
struct enctext_plain {
	struct span text;
	struct span files;	  /* empty: none */
	struct span to;		  /* a TO list with its "TO:", empty: none */
	struct span signed_short; /* text and its NUL: all that macOS signs */
};

/* extended: the command has ENCEXTMSGOPT; else what follows the first NUL is
 * ignored. */
void enctext_split(
    struct span plain, bool extended, struct enctext_plain *parts);

/* Appends text NUL [files NUL [to NUL]]; empty ones at the end are left out. */
void enctext_join(
    struct span text, struct span files, struct span to, struct buf *buf);

#endif
