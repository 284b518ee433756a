/* identity.h: who we are to other camd: our user key, our device, its prekeys.
 */
#ifndef CAM_CAMD_IDENTITY_H
#define CAM_CAMD_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/device.h"

struct camd;
struct identity;
struct keyfile_lock;
struct vault;

/*
 * Loads user.key, link.key, signing.key, devices, prekeys and onetime.key from
 * the folder of keys, making what is missing once; lock opens and seals them
 * (NULL: protected by file permissions only, K1) and is borrowed until
 * identity_set_lock(). The keyring of camd must be there. Errors of
 * keyfile_load(); *problem is a sentence for people (free it).
 */
int identity_open(struct camd *camd, const struct keyfile_lock *lock,
    struct identity **identity, char **problem);
void identity_free(struct identity *identity);

/* From now on what is written is sealed by that one (NULL: not sealed). */
void identity_set_lock(
    struct identity *identity, const struct keyfile_lock *lock);

/* Public halves; ours. */
const uint8_t *identity_user_key(const struct identity *identity);
const struct device *identity_device(const struct identity *identity);
const uint8_t *identity_device_id(const struct identity *identity);
/* Private ones, borrowed. */
struct sign_key *identity_link_key(const struct identity *identity);
struct sign_key *identity_signing_key(const struct identity *identity);
/* What seals onetimes in the database; borrowed. */
struct vault *identity_vault(const struct identity *identity);

/* The signed device list, and the current prekey, as they go into a hello; and
 * our IPMSG key's signature over its claim. Borrowed until the next change. */
struct span identity_devices(const struct identity *identity);
struct span identity_prekey(const struct identity *identity);
struct span identity_rsa_proof(const struct identity *identity);

/* Counted; NULL: never made, or destroyed (30 days after its week). */
struct hpke_key *identity_prekey_private(
    const struct identity *identity, uint32_t id);
/* A new prekey every 7 days; true when there is one to tell. */
bool identity_renew(struct identity *identity, int64_t now_ms);

#endif
