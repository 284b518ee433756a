/* suite.h: one IPMSG text encrypted and signed, and the way back. */
#ifndef CAM_SUITE_H
#define CAM_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/cipher.h"
#include "crypto/rsa.h"

/* The bits of the flags that make up a suite (reference 5.1). */
enum suite_bit {
	SUITE_RSA_1024 = 0x2,
	SUITE_RSA_2048 = 0x4,
	SUITE_BLOWFISH_128 = 0x20000,
	SUITE_AES_256 = 0x100000,
	SUITE_IPDICT_CTR = 0x400000,
	SUITE_PACKETNO_IV = 0x800000,
	SUITE_SIGN_SHA1 = 0x20000000,
	SUITE_SIGN_SHA256 = 0x40000000,
};

enum suite_sign { SUITE_UNSIGNED, SUITE_SHA256, SUITE_SHA1 };
enum suite_iv {
	SUITE_IV_ZERO,
	SUITE_IV_PACKETNO, /* the packet number's text (reference 5.4.1) */
	SUITE_IV_GIVEN, /* sixteen bytes of their own: EI of an IPDict (6.1) */
};

/* How one text is protected. RSA-2048 goes with AES-256, RSA-1024 with
 * Blowfish-128. */
struct suite {
	enum cipher_kind cipher;
	enum suite_sign sign;
	enum suite_iv iv;
};

/*
 * The suite that the flags of a text name, received or about to be sent
 * (reference 5.6: 2048 before 1024, AES before Blowfish, SHA-256 before
 * SHA-1). CAM_ERR_UNSUPPORTED for RSA-512, RC2 and mixtures that nobody sends.
 */
int suite_from_flags(uint32_t flags, struct suite *suite);
/* Whose key it takes to open a text of the suite. */
enum rsa_size suite_rsa_size(const struct suite *suite);
/* "rsa2048-aes256" or "rsa1024-blowfish128", as the contract names them. */
const char *suite_name(const struct suite *suite);

/* The three parts of an encrypted text, decoded from hex or base64; borrowed
 * bytes. */
struct suite_parts {
	struct span key;       /* the session key under RSA */
	struct span text;      /* under the session key */
	struct span signature; /* empty when there is none */
};

/* Owned bytes, made by suite_encrypt. */
struct suite_text {
	uint8_t key[RSA_SIZE_MAX];
	size_t key_len;
	struct buf text;
	uint8_t signature[RSA_SIZE_MAX];
	size_t signature_len; /* 0: unsigned */
};

/*
 * Encrypts plain (text, its NUL, and what follows: reference 5.4.2) for
 * recipient and signs all of it with own, which may be NULL when the suite is
 * unsigned. iv is the packet number's text, or the sixteen bytes of
 * SUITE_IV_GIVEN, or empty. CAM_ERR_KEY when a key has not the suite's size,
 * CAM_ERR_LIMIT above LIMIT_BODY_LEGACY, CAM_ERR_UNSUPPORTED when this OpenSSL
 * has not the cipher, CAM_ERR_CRYPTO. Two RSA operations:
 * worker pool. Release with suite_text_finish().
 */
int suite_encrypt(struct crypto *crypto, const struct suite *suite,
    const struct rsa_public *recipient, const struct rsa_key *own,
    struct span iv, struct span plain, struct suite_text *text);
void suite_text_finish(struct suite_text *text);

enum suite_signature {
	SIGNATURE_ABSENT,	   /* the suite is unsigned */
	SIGNATURE_VALID,	   /* of every byte, by SHA-256 */
	SIGNATURE_VALID_TEXT_ONLY, /* of the text only: lists after it prove
				      nothing (macOS, reference 5.4.3) */
	SIGNATURE_WEAK, /* right, but by SHA-1; see signed_len for what of it */
	SIGNATURE_INVALID,   /* only from suite_inspect */
	SIGNATURE_UNCHECKED, /* signed, but no key to check with was given */
};

/* "valid", "weak", "invalid", "absent", "unchecked", as the contract names
 * them; text-only counts as valid. */
const char *suite_signature_name(enum suite_signature signature);

struct suite_opened {
	struct buf plain; /* without padding; release with buf_wipe() */
	enum suite_signature signature;
	size_t signed_len; /* how many bytes from the beginning the signature
			      covers */
};

/*
 * Decrypts with own and checks the signature with sender (NULL: unknown).
 * No oracle (threat model C2): a wrong RSA block, a wrong session key length,
 * wrong CBC padding and, where sender is given, a wrong or missing signature
 * all return CAM_ERR_CRYPTO, write nothing and take the same time. What anyone
 * on the wire can see for himself returns at once: CAM_ERR_FORMAT when key or
 * text have a length that cannot be, CAM_ERR_KEY when own has not the suite's
 * size, CAM_ERR_LIMIT above LIMIT_BODY_LEGACY, CAM_ERR_UNSUPPORTED. A caller
 * that gets SIGNATURE_UNCHECKED asks for the sender's key and opens again
 * before it acknowledges anything. A private RSA operation: worker pool.
 */
int suite_decrypt(struct crypto *crypto, const struct suite *suite,
    const struct rsa_key *own, const struct rsa_public *sender, struct span iv,
    const struct suite_parts *parts, struct suite_opened *opened);

/*
 * The same for the owner at his own terminal, who sends nothing back: a text
 * with a wrong signature is shown as SIGNATURE_INVALID. Never in camd.
 */
int suite_inspect(struct crypto *crypto, const struct suite *suite,
    const struct rsa_key *own, const struct rsa_public *sender, struct span iv,
    const struct suite_parts *parts, struct suite_opened *opened);

#endif
