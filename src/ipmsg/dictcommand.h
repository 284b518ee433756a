/* dictcommand.h: commands as IPDict: head, signature, encryption (protocol
 * reference 6.1). */
#ifndef CAM_DICTCOMMAND_H
#define CAM_DICTCOMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "ipmsg/ipdict.h"

/* The keys every command has, and those that Windows adds. */
struct dict_head {
	uint32_t number; /* PKT */
	int64_t date;	 /* DATE, seconds since 1970, 0 when missing */
	char user[LIMIT_NAME + 1];
	char host[LIMIT_NAME + 1];
	uint32_t command; /* CMD and FLG in one, as a classic packet has them */
	char version[LIMIT_VERSION_TEXT + 1]; /* CVER, as a VS line */
	char group[LIMIT_NAME + 1];
	char nick[LIMIT_NAME + 1];
	uint32_t status; /* STAT */
};

/* VER must be 3; PKT, UID, HID, CMD and FLG must be there. */
int dict_head_parse(const struct ipdict *dict, struct dict_head *head);
void dict_head_build(const struct dict_head *head, struct buf *content);

/* PUBE, PUBN, EF, EC, SIGN; spans borrowed, of exactly 256 bytes. */
struct dict_signature {
	uint32_t exponent;
	struct span modulus;
	uint32_t flags;
	uint32_t capability;
	struct span signature;
};

/* CAM_ERR_UNKNOWN: not signed. The bytes it covers: ipdict_signed(). */
int dict_signature_parse(
    const struct ipdict *dict, struct dict_signature *signature);
/* All of the block but SIGN. Sign ipdict_pack() of the content then, and add
 * SIGN by ipdict_put(). */
void dict_signature_build(
    const struct dict_signature *signature, struct buf *content);

/* The outer dict of an encrypted one: EF, EI, EK, EB and nothing else. */
struct dict_cipher {
	uint32_t flags;	  /* RSA_2048, AES_256, IPDICT_CTR */
	struct span iv;	  /* 16 bytes: the first counter block */
	struct span key;  /* 256 bytes */
	struct span body; /* as long as the packed dict inside */
};

bool dict_is_encrypted(const struct ipdict *dict);
int dict_cipher_parse(const struct ipdict *dict, struct dict_cipher *cipher);
void dict_cipher_build(const struct dict_cipher *cipher, struct buf *content);

#endif
