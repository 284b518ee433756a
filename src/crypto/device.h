/* device.h: what a user's devices are, signed by the user's key. */
#ifndef CAM_CRYPTO_DEVICE_H
#define CAM_CRYPTO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/hpke.h"
#include "crypto/sign.h"

enum {
	DEVICE_ID_SIZE = 16,
	DEVICES_MAX = 16, /* of one user */
	DEVICES_BYTES_MAX = 4096,
	PREKEY_BYTES = 4 + 8 + HPKE_KEY_SIZE + SIGN_SIZE
};

/* One device: a key for TLS only, a key for envelopes, receipts and prekeys
 * only (threat model 5.2). */
struct device {
	uint8_t link_key[SIGN_KEY_SIZE];
	uint8_t signing_key[SIGN_KEY_SIZE];
};

/* The first 16 bytes of SHA-256 over "cam/device/1", a zero byte and the link
 * key: whoever holds the link has the id. */
void device_id(const struct device *device, uint8_t id[DEVICE_ID_SIZE]);

/*
 * The device list of a user: signed by the user key under "cam/devices/1". A
 * greater version takes the place of a smaller one, never the other way. rsa is
 * SHA-256 of the user's IPMSG key as rsa_public_digest() gives it (zeros:
 * none), so that the two identities of one user hang together.
 */
struct devices {
	uint8_t user_key[SIGN_KEY_SIZE];
	uint64_t version;
	int64_t issued_ms; /* wall time */
	uint8_t rsa[32];
	struct device list[DEVICES_MAX];
	size_t count; /* 1 .. DEVICES_MAX */
};

/* Appends fields and signature. CAM_ERR_LIMIT (count), CAM_ERR_CRYPTO (user is
 * not user_key). */
int devices_build(const struct devices *devices, const struct sign_key *user,
    struct buf *buf);
/* Parsed and the signature checked. CAM_ERR_FORMAT (also when a key is there
 * twice), CAM_ERR_LIMIT, CAM_ERR_VERSION (a form of later cams),
 * CAM_ERR_CRYPTO. */
int devices_parse(struct span bytes, struct devices *devices);
/* The same without a look at the signature: of bytes that are kept since it was
 * checked. */
int devices_read(struct span bytes, struct devices *devices);
/* NULL: none with that link key; with that id. */
const struct device *devices_by_link_key(
    const struct devices *devices, const uint8_t key[SIGN_KEY_SIZE]);
const struct device *devices_by_id(
    const struct devices *devices, const uint8_t id[DEVICE_ID_SIZE]);

/*
 * A device's prekey, signed by its signing key: one that serves for a week
 * under "cam/prekey/1", one for a single envelope under "cam/onetime/1" (threat
 * model 5.2). Its id tells which of them it is.
 */
#define PREKEY_ONETIME 0x80000000u /* of ids */
struct prekey {
	uint32_t id; /* > 0 */
	int64_t made_ms;
	uint8_t key[HPKE_KEY_SIZE];
};
int prekey_build(const struct prekey *prekey, const struct sign_key *signing,
    uint8_t bytes[PREKEY_BYTES]);
/* The one and the other kind. CAM_ERR_FORMAT (also: it is of the other),
 * CAM_ERR_CRYPTO. */
int prekey_parse(struct span bytes, const uint8_t signing_key[SIGN_KEY_SIZE],
    struct prekey *prekey);
int prekey_parse_onetime(struct span bytes,
    const uint8_t signing_key[SIGN_KEY_SIZE], struct prekey *prekey);
/* The id that it says to have, nothing of it checked. CAM_ERR_FORMAT: it is
 * none of PREKEY_BYTES for a single envelope. */
int prekey_peek_onetime(struct span bytes, uint32_t *id);

#endif
