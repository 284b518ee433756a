/* keyfile.h: a secret in a file, sealed by a passphrase where there is one. */
#ifndef CAM_CRYPTO_KEYFILE_H
#define CAM_CRYPTO_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum {
	KEYFILE_SECRET_MAX = 16 * 1024,
	KEYFILE_KIND_MAX = 32,
	KEYFILE_PASSPHRASE_MAX = 1024
};

/*
 * What opens the sealed files of a folder: 32 random bytes, kept in a file of
 * their own, and only that one is sealed by the passphrase itself: scrypt
 * (N 2^17, r 8, p 1: 0.6 s and 128 MiB) and AES-256-GCM. So another passphrase
 * is one file replaced, whole or not at all. Unchanging and counted, in the
 * locked heap; any thread may use or release it.
 */
struct keyfile_lock;

/*
 * All three take that long: worker pool. make: a new lock and its file
 * (CAM_ERR_EXISTS). open: CAM_ERR_KEY: the passphrase is another, or the file
 * is damaged. change: the file under another passphrase. CAM_ERR_LIMIT:
 * passphrase empty or too long; other errors as of keyfile_save() and
 * keyfile_load().
 */
int keyfile_lock_make(
    const char *path, struct span passphrase, struct keyfile_lock **lock);
int keyfile_lock_open(
    const char *path, struct span passphrase, struct keyfile_lock **lock);
int keyfile_lock_change(
    const struct keyfile_lock *lock, const char *path, struct span passphrase);
struct keyfile_lock *keyfile_lock_ref(struct keyfile_lock *lock);
void keyfile_lock_free(struct keyfile_lock *lock);

/*
 * A file of ours with mode 0600 (threat model U2). kind, at most
 * KEYFILE_KIND_MAX bytes, names what is inside and is authenticated: a file of
 * another kind is CAM_ERR_KEY. save: whole or not at all, durable when it
 * returns; replace: over an existing file, else CAM_ERR_EXISTS; lock NULL: not
 * sealed. load: appends the secret to buf (wipe it); what is not sealed is
 * loaded with a lock, too: it waits for a change to end. CAM_ERR_UNSAFE: others
 * have rights on it; CAM_ERR_SYSTEM (ENOENT: there is none); CAM_ERR_REFUSED:
 * sealed and lock is NULL; CAM_ERR_KEY: sealed by another lock, or damaged;
 * CAM_ERR_LIMIT: too large.
 *
 * Of kind KEYFILE_PEM the file that is not sealed is the PEM text alone.
 */
#define KEYFILE_PEM "pem"
int keyfile_save(const char *path, const char *kind, struct span secret,
    const struct keyfile_lock *lock, bool replace);
int keyfile_load(const char *path, const char *kind,
    const struct keyfile_lock *lock, struct buf *secret);

/* CAM_ERR_SYSTEM, CAM_ERR_UNSAFE; CAM_ERR_FORMAT: no file of keys. */
int keyfile_is_sealed(const char *path, bool *sealed);
/* Makes the file, of whatever kind, one sealed by to (NULL: not sealed); from
 * opens it where it is sealed. Its times stay: they tell when a key was made.
 * Nothing is written where it is so already.
 * Errors of the two above. */
int keyfile_reseal(const char *path, const struct keyfile_lock *from,
    const struct keyfile_lock *to);

#endif
