/* shield.h: SRTP and SRTCP by libsrtp2, AEAD_AES_256_GCM (RFC 3711, 7714): what
 * one sender sends, sealed or opened. It and shield_nettle.h are the only
 * places that know the library. */
#ifndef CAM_SHIELD_H
#define CAM_SHIELD_H

#include <stddef.h>
#include <stdint.h>

#include "rpc/media.h"

struct shield;

/* The most that sealing adds: a tag, and of SRTCP its index too. */
enum { SHIELD_ADDS = 20 };

/*
 * Before everything else, until the end. The library under libsrtp2 (NSS, in
 * Debian) opens files with the first key and forgets all with the last: kept is
 * one that stays, so that no file is opened later. CAM_ERR_CRYPTO.
 */
int shield_start(struct shield **kept);
void shield_stop(struct shield *kept);

/* For what we send with that key, any stream of ours. CAM_ERR_CRYPTO. */
int shield_new_sending(
    const uint8_t secret[MEDIA_SECRET_SIZE], struct shield **shield);
/* For what the sender of the streams sends; other SSRCs are refused. */
int shield_new_receiving(const struct media *sender, struct shield **shield);
void shield_free(struct shield *shield);

/* In place: packet has room for SHIELD_ADDS more; len becomes the new length.
 * CAM_ERR_CRYPTO. */
int shield_seal_rtp(struct shield *shield, void *packet, size_t *len);
int shield_seal_rtcp(struct shield *shield, void *packet, size_t *len);
/* CAM_ERR_CRYPTO: forged, broken or of no stream; CAM_ERR_EXISTS: replayed or
 * too old to tell. Nothing has been decoded then. */
int shield_open_rtp(struct shield *shield, void *packet, size_t *len);
int shield_open_rtcp(struct shield *shield, void *packet, size_t *len);

/* The sequence numbers of a stream have gone round so often before we joined.
 */
void shield_set_rounds(struct shield *shield, uint32_t ssrc, uint32_t rounds);

#endif
