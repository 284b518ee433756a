/* onetimes.h: prekeys of ours for one envelope each, made, kept in the database
 * and destroyed with the commit that stores what they open (threat model 5.2).
 */
#ifndef CAM_CAMD_ONETIMES_H
#define CAM_CAMD_ONETIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/device.h"
#include "crypto/hpke.h"
#include "store/onetime.h"

struct camd;
struct keyfile_lock;
struct onetimes;
struct store;
struct vault;

/* How long one may be handed out, and how long its private half waits for what
 * was sealed to it: what waits at the server for longer is forgotten there. */
enum { ONETIMES_TOLD_DAYS = 30, ONETIMES_KEPT_DAYS = 60 };

/*
 * Loads what seals them from the file, or makes it; lock as of keyfile_save(),
 * for this call. Errors of keyfile_load() and keyfile_save(), CAM_ERR_KEY.
 */
int onetimes_vault(
    const char *path, const struct keyfile_lock *lock, struct vault **vault);

/* Reads them from store; vault and signing keys are camd->identity's.
 * CAM_ERR_STORE, CAM_ERR_FORMAT. */
int onetimes_new(
    struct camd *camd, struct store *store, struct onetimes **onetimes);
/* After the pool and the writer have ended. */
void onetimes_free(struct onetimes *onetimes);

/* The caller's; NULL: it was never made, or is destroyed. *place: for
 * store_onetime_destroy(). */
struct hpke_key *onetimes_private(
    const struct onetimes *onetimes, uint32_t id, int64_t *place);
bool onetimes_has(const struct onetimes *onetimes, uint32_t id);
/* It may still be handed out. */
bool onetimes_is_fresh(
    const struct onetimes *onetimes, uint32_t id, int64_t now_ms);
/* The database has destroyed it. */
void onetimes_forget(struct onetimes *onetimes, uint32_t id);
/* Destroys those that are too old. */
void onetimes_expire(struct onetimes *onetimes, int64_t now_ms);
size_t onetimes_count(const struct onetimes *onetimes);

/* Makes some, at most ONETIMES_AT_ONCE; where there is no place left, the
 * oldest go: what comes for them all the same is sealed anew. on_made follows,
 * never inside: their public halves, once the private ones are stored; err:
 * CAM_ERR_STORE, CAM_ERR_CRYPTO, and CAM_ERR_FULL where some are being made. */
enum { ONETIMES_AT_ONCE = 100 };
void onetimes_make(struct onetimes *onetimes, size_t count,
    void (*on_made)(void *arg, int err, const uint8_t (*prekeys)[PREKEY_BYTES],
	size_t count),
    void *arg);

#endif
