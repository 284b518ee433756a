/* seal.h: envelopes of parcels: each sealed once, then written for each
 * recipient, in the pool. */
#ifndef CAM_CAMD_SEAL_H
#define CAM_CAMD_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "crypto/device.h"

struct camd;
struct parcel;
struct seal;
struct sealing;
struct seals;

/* Envelopes that nobody waits for are kept for the next recipient, some few of
 * all. */
struct seals *seals_new(struct camd *camd);
/* Nothing more is sealed: before the pool ends. */
void seals_stop(struct seals *seals);
/* After the pool and the writer have ended, and after all parcels. */
void seals_free(struct seals *seals);

/* Whom one is for; borrowed for the call. */
struct seal_to {
	const uint8_t *user_key; /* SIGN_KEY_SIZE */
	uint8_t device[DEVICE_ID_SIZE];
	const struct prekey *prekey;
};
/*
 * The parcel's envelope for one device. packet_no: the parcel has left by IPMSG
 * to him under that number (0: it has not). on_done follows once, never inside,
 * in any order: with bytes to be taken (buf_finish()), or err: CAM_ERR_LIMIT
 * (too long, or too many recipients), CAM_ERR_CRYPTO, CAM_ERR_STORE.
 */
struct sealing *seals_ask(struct seals *seals, struct parcel *parcel,
    uint32_t packet_no, const struct seal_to *to,
    void (*on_done)(void *arg, int err, struct buf *bytes), void *arg);
/* Nothing follows any more. NULL is fine; not after on_done. */
void sealing_cancel(struct sealing *sealing);
/* About how long the envelope will be, in bytes. */
size_t seal_size(const struct parcel *parcel);

/* Of a parcel that goes. NULL is fine. */
void seal_free(struct seal *seal);

#endif
