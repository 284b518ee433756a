/* linkhello.h: how two camd introduce themselves to each other. */
#ifndef CAM_LINK_LINKHELLO_H
#define CAM_LINK_LINKHELLO_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "crypto/device.h"
#include "crypto/rsa.h"

/* What the other end can do, as it says in its hello. */
enum link_capability {
	LINK_MESSAGES = 1,
	LINK_CHANGES = 2, /* edits and deletions */
	LINK_TYPING = 4,
	LINK_FILES = 8,
	LINK_CALLS = 16,
};

/* What an IPMSG key signs (RSA, SHA-256) to say whose it is:
 * LINKHELLO_RSA_LABEL, a zero byte, the user key. */
#define LINKHELLO_RSA_LABEL "cam/ipmsg/1"
enum { LINKHELLO_RSA_CLAIM_SIZE = sizeof LINKHELLO_RSA_LABEL + SIGN_KEY_SIZE };
void linkhello_rsa_claim(const uint8_t user_key[SIGN_KEY_SIZE],
    uint8_t claim[LINKHELLO_RSA_CLAIM_SIZE]);

/* What one end says of itself; nothing of it is proved yet. */
struct linkhello {
	unsigned capabilities; /* enum link_capability */
	char program[LIMIT_VERSION_TEXT + 1];
	char version[LIMIT_VERSION_TEXT + 1];
	char user[LIMIT_NAME + 1]; /* logon without fingerprint */
	char host[LIMIT_NAME + 1];
	char nick[LIMIT_NAME + 1];
	char group[LIMIT_NAME + 1];
	uint16_t port; /* where he listens; 0: not said */
	uint8_t devices[DEVICES_BYTES_MAX];
	size_t devices_len;
	uint8_t prekey[PREKEY_BYTES];
	size_t rsa_len; /* 0: no IPMSG key shown */
	uint8_t rsa_modulus[RSA_SIZE_MAX];
	uint8_t rsa_proof[RSA_SIZE_MAX]; /* rsa_len bytes too */
	uint32_t rsa_exponent;
};

/* The params of LINK_HELLO. */
json_t *linkhello_write(const struct linkhello *hello);
/* Pure. CAM_ERR_REQUEST: a field is missing, too long or of the wrong type;
 * CAM_ERR_VERSION: another protocol. */
int linkhello_parse(const json_t *params, struct linkhello *hello);

/* What is proved by the signatures in a hello. */
struct linkhello_proof {
	struct devices devices;
	const struct device *device; /* in devices: whose link it is */
	struct prekey prekey;
	struct rsa_public *rsa; /* the owner's to free; NULL: none shown */
};
/*
 * Checks the signatures of the list, of the prekey and of the IPMSG key over
 * the user key, and that the list names link_key, the key that the TLS peer has
 * proved to hold: a list copied from somebody else does not. CAM_ERR_CRYPTO: a
 * signature is wrong; CAM_ERR_KEY: the list is another's, or names another
 * IPMSG key; CAM_ERR_FORMAT, CAM_ERR_VERSION. Takes a millisecond: worker pool.
 */
int linkhello_check(const struct linkhello *hello,
    const uint8_t link_key[SIGN_KEY_SIZE], struct linkhello_proof *proof);

#endif
