/* capability.h: what a peer can encrypt, its public key as text, and the choice
 * of both sides (protocol reference 5.1-5.4). */
#ifndef CAM_CAPABILITY_H
#define CAM_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* Bits of the capability word, and of the flags of an encrypted text (5.1). */
enum capability {
	CAPA_RSA_512 = 0x00000001,
	CAPA_RSA_1024 = 0x00000002,
	CAPA_RSA_2048 = 0x00000004,
	CAPA_RSA_4096 = 0x00000008,
	CAPA_RC2_40 = 0x00001000,
	CAPA_BLOWFISH_128 = 0x00020000,
	CAPA_AES_256 = 0x00100000,
	CAPA_IPDICT_CTR = 0x00400000,
	CAPA_PACKETNO_IV = 0x00800000,
	CAPA_BASE64 = 0x01000000,
	CAPA_NOENC_FILEBODY = 0x04000000,
	CAPA_SIGN_SHA1 = 0x20000000,
	CAPA_SIGN_SHA256 = 0x40000000,
	/* What camd announces, and the same without RSA-1024 and Blowfish. Both
	 * begin with a decimal digit, which macOS needs. */
	CAPA_OURS = 0x65920006,
	CAPA_OURS_STRONG = 0x65900004,
};

/* The body of GETPUBKEY: one to eight hex digits. */
int capability_parse(struct span text, uint32_t *word);
/* Appends upper-case hex without leading zeros. */
void capability_build(uint32_t word, struct buf *buf);

/*
 * The flags to encrypt with, given both words (5.4.4); 0: nothing in common.
 * What is not wanted is left out of ours. AES is not used with a peer that
 * lacks PACKETNO_IV: its bit means something else there (7.4).
 */
uint32_t capability_choose(uint32_t ours, uint32_t theirs);

/*
 * Which of our keys answers a GETPUBKEY: its modulus in bytes, 256 or 128, or
 * 0 for no answer. A fingerprint user must offer RSA-2048 and a signature
 * (5.3).
 */
size_t capability_answer(uint32_t ours, uint32_t theirs, bool fingerprint_user);

enum { PUBKEY_MODULUS_MAX = 256 };

/* The body of ANSPUBKEY: "CAPA:E-N". */
struct pubkey_text {
	uint32_t capability; /* the sender's whole word */
	uint32_t exponent;
	uint8_t modulus[PUBKEY_MODULUS_MAX]; /* big-endian */
	size_t modulus_len;		     /* 128 or 256 */
};

/*
 * Only what threat model C3 lets in: exactly 1024 or 2048 bits, both numbers
 * odd, exponent 3 or more. Whether it is our own is for the caller.
 */
int pubkey_text_parse(struct span body, struct pubkey_text *key);
void pubkey_text_build(const struct pubkey_text *key, struct buf *buf);

#endif
