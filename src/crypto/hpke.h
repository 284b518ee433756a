/* hpke.h: RFC 9180 in base mode: something short for the holder of an X25519
 * key. */
#ifndef CAM_CRYPTO_HPKE_H
#define CAM_CRYPTO_HPKE_H

#include <stdint.h>

#include "base/span.h"

/* DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305; one shot, the
 * first sequence number only (RFC 9180, 6.1). Sizes in bytes. */
enum {
	HPKE_KEY_SIZE = 32,
	HPKE_ENC_SIZE = 32,
	HPKE_TAG_SIZE = 16,
	HPKE_INFO_MAX = 128
};

/* A private X25519 key; unchanging and counted, in the locked heap. */
struct hpke_key;

int hpke_key_generate(struct hpke_key **key);
int hpke_key_new(const uint8_t secret[HPKE_KEY_SIZE], struct hpke_key **key);
struct hpke_key *hpke_key_ref(struct hpke_key *key);
void hpke_key_free(struct hpke_key *key);
void hpke_key_public(const struct hpke_key *key, uint8_t bytes[HPKE_KEY_SIZE]);
void hpke_key_secret(const struct hpke_key *key, uint8_t bytes[HPKE_KEY_SIZE]);

/*
 * SealBase: enc and text.len + HPKE_TAG_SIZE bytes of sealed. CAM_ERR_CRYPTO:
 * the public key is none (a small-order point). CAM_ERR_LIMIT: info is over
 * HPKE_INFO_MAX.
 */
int hpke_seal(const uint8_t to[HPKE_KEY_SIZE], struct span info,
    struct span aad, struct span text, uint8_t enc[HPKE_ENC_SIZE],
    uint8_t *sealed);
/* The same with a chosen ephemeral key: for the RFC's vectors and for what
 * receivers must be able to rebuild (threat model 5.4). */
int hpke_seal_with(const struct hpke_key *ephemeral,
    const uint8_t to[HPKE_KEY_SIZE], struct span info, struct span aad,
    struct span text, uint8_t enc[HPKE_ENC_SIZE], uint8_t *sealed);
/* OpenBase: sealed.len - HPKE_TAG_SIZE bytes of text. CAM_ERR_CRYPTO: not for
 * this key, or changed. */
int hpke_open(const struct hpke_key *key, const uint8_t enc[HPKE_ENC_SIZE],
    struct span info, struct span aad, struct span sealed, uint8_t *text);

#endif
