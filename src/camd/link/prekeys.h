/* prekeys.h: the keys that envelopes are sealed to, new ones made and old ones
 * destroyed in time (threat model 5.2). */
#ifndef CAM_CAMD_PREKEYS_H
#define CAM_CAMD_PREKEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/device.h"

struct keyfile_lock;
struct prekeys;

/* How long one is told to others, and how long its private half lives. */
enum { PREKEYS_TOLD_DAYS = 7, PREKEYS_KEPT_DAYS = 37, PREKEYS_MAX = 32 };

/*
 * Loads the file or makes it with a first prekey; each is signed by signing
 * (counted). lock as of keyfile_save(), borrowed for as long as the prekeys
 * live. Errors of keyfile_load() and keyfile_save(), CAM_ERR_FORMAT,
 * CAM_ERR_CRYPTO.
 */
int prekeys_open(const char *path, const struct keyfile_lock *lock,
    struct sign_key *signing, int64_t now_ms, struct prekeys **prekeys);
/* From now on the file is sealed by that one (NULL: not sealed). */
void prekeys_set_lock(struct prekeys *prekeys, const struct keyfile_lock *lock);
void prekeys_free(struct prekeys *prekeys);

/* The newest, PREKEY_BYTES as prekey_build() makes them; until it is renewed.
 */
struct span prekeys_current(const struct prekeys *prekeys);
/* One more owner; NULL: never made, or destroyed. */
struct hpke_key *prekeys_private(const struct prekeys *prekeys, uint32_t id);
/*
 * Destroys what is too old and makes a new one where the newest is a week old;
 * nothing counts before it lies in the file. True: there is a new one.
 */
bool prekeys_renew(struct prekeys *prekeys, int64_t now_ms);

/* The file's content, parsed: id, time and secret of each, at most PREKEYS_MAX.
 * Pure. CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_VERSION. */
struct prekey_record {
	uint32_t id; /* growing */
	int64_t made_ms;
	const uint8_t *secret; /* HPKE_KEY_SIZE, borrowed from bytes */
};
int prekeys_parse(
    struct span bytes, struct prekey_record list[PREKEYS_MAX], size_t *count);

#endif
