/* rsa.h: RSA keys, ours and other people's; signatures made and checked. */
#ifndef CAM_RSA_H
#define CAM_RSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/digest.h"

/*
 * Sizes of modulus, signature and encrypted block in bytes; IPMSG knows these
 * two (reference 5.1). A fingerprint is 16 hex digits and a NUL.
 */
enum rsa_size { RSA_1024 = 128, RSA_2048 = 256 };
enum {
	RSA_SIZE_MAX = RSA_2048,
	RSA_FINGERPRINT_SIZE = 17,
	RSA_PEM_MAX = 16 * 1024
};

/* Both are unchanging and counted; any thread may use or release them. */
struct rsa_key;	   /* a pair of ours */
struct rsa_public; /* the public half, of anybody */
struct keyfile_lock;

/* Exponent 65537. Takes a tenth of a second or more: worker pool.
 * CAM_ERR_CRYPTO. */
int rsa_key_generate(enum rsa_size size, struct rsa_key **key);
struct rsa_key *rsa_key_ref(struct rsa_key *key);
void rsa_key_free(struct rsa_key *key);

/*
 * A file of kind KEYFILE_PEM: errors as of keyfile_load(), and CAM_ERR_KEY when
 * it holds no RSA key of 1024 or 2048 bits. save: never over an existing file.
 */
int rsa_key_load(
    const char *path, const struct keyfile_lock *lock, struct rsa_key **key);
int rsa_key_save(const struct rsa_key *key, const char *path,
    const struct keyfile_lock *lock);

/*
 * PEM text in memory, at most RSA_PEM_MAX bytes: CAM_ERR_LIMIT, CAM_ERR_KEY
 * (no RSA key of these sizes, or one locked by a passphrase). public takes a
 * public key or the public half of a private one.
 */
int rsa_key_from_pem(struct span pem, struct rsa_key **key);
int rsa_public_from_pem(struct span pem, struct rsa_public **key);

/* The public half: borrowed, lives as long as key. */
struct rsa_public *rsa_key_public(const struct rsa_key *key);
enum rsa_size rsa_key_size(const struct rsa_key *key);

/*
 * A key from the wire (threat model C3): modulus big-endian, exactly 128 or
 * 256 bytes with the first bit set, odd; exponent odd, 3 .. 2^32 - 1.
 * CAM_ERR_KEY for anything else. Whether it is one of ours is for
 * keyring_has(). Takes some 300 bytes until it is first used to encrypt or
 * verify, then one KiB more.
 */
int rsa_public_new(
    struct span modulus, uint64_t exponent, struct rsa_public **key);
/* One owner more; NULL stays NULL. */
struct rsa_public *rsa_public_ref(struct rsa_public *key);
void rsa_public_free(struct rsa_public *key);

enum rsa_size rsa_public_size(const struct rsa_public *key);
/* Big-endian, rsa_public_size() bytes, borrowed. */
struct span rsa_public_modulus(const struct rsa_public *key);
uint32_t rsa_public_exponent(const struct rsa_public *key);
bool rsa_public_equal(const struct rsa_public *a, const struct rsa_public *b);

/* The 64 bits of fingerprint user names (reference 5.5): recognises, never
 * proves (C4). */
void rsa_public_fingerprint(
    const struct rsa_public *key, char text[RSA_FINGERPRINT_SIZE]);
/* For people to compare: SHA-256 of the key as DER SubjectPublicKeyInfo, as the
 * openssl command shows it too. */
void rsa_public_digest(
    const struct rsa_public *key, uint8_t digest[SHA256_SIZE]);

/*
 * RSASSA-PKCS1-v1_5 (RFC 8017, 8.2). sign writes rsa_key_size() bytes:
 * CAM_ERR_CRYPTO. verify: 0, or CAM_ERR_CRYPTO when it is not this key's
 * signature of these bytes.
 */
int rsa_sign(const struct rsa_key *key, enum digest_kind kind, struct span data,
    uint8_t *signature);
int rsa_verify(const struct rsa_public *key, enum digest_kind kind,
    struct span data, struct span signature);

#endif
