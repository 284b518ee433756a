/* keyring.h: the RSA keys of this user, in a folder. */
#ifndef CAM_KEYRING_H
#define CAM_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/rsa.h"

struct keyring;

/*
 * Loads rsa2048.pem and, with legacy, rsa1024.pem from folder, making the
 * folder (0700) and what is missing in it once: a key is kept for life, since
 * peers know its owner by it (reference 5.3, 5.5). Making takes some tenths of
 * a second. lock opens and seals them (keyfile.h). Two programs that begin at
 * once end up with the same keys. Errors as of rsa_key_load(), rsa_key_save()
 * and path_make_private(); a key of the wrong size is CAM_ERR_KEY.
 */
int keyring_open(const char *folder, bool legacy,
    const struct keyfile_lock *lock, struct keyring **keyring);
void keyring_free(struct keyring *keyring);

/* Borrowed; NULL where legacy was not asked for. */
struct rsa_key *keyring_key(const struct keyring *keyring, enum rsa_size size);
/* Of the 2048 bit key: what goes behind the user name (reference 5.5). */
const char *keyring_fingerprint(const struct keyring *keyring);

/* Whether this is the public half of one of ours, which no peer may show as his
 * (C3). */
bool keyring_has(const struct keyring *keyring, const struct rsa_public *key);

#endif
