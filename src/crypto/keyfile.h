/* keyfile.h: a secret in a file, sealed by a passphrase where there is one. */
#ifndef CAM_CRYPTO_KEYFILE_H
#define CAM_CRYPTO_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum { KEYFILE_SECRET_MAX = 8192, KEYFILE_PASSPHRASE_MAX = 1024 };

/*
 * What opens sealed files: derived once from a passphrase with scrypt
 * (N 2^17, r 8, p 1: 0.6 s and 128 MiB) and the salt of the folder's files.
 * Unchanging and counted, in the locked heap.
 */
struct keyfile_lock;

/* With the salt of the file at path, or a fresh one where path is NULL. Worker
 * pool. CAM_ERR_LIMIT: passphrase empty or too long. */
int keyfile_lock_new(
    const char *path, struct span passphrase, struct keyfile_lock **lock);
void keyfile_lock_free(struct keyfile_lock *lock);

/*
 * A file of ours with mode 0600 (threat model U2). kind names what is inside
 * and is authenticated: a file of another kind is CAM_ERR_KEY. save: whole or
 * not at all, durable when it returns; replace: over an existing file, else
 * CAM_ERR_EXISTS; lock NULL: not sealed. load: appends the secret to buf (wipe
 * it). CAM_ERR_UNSAFE: others have rights on it; CAM_ERR_SYSTEM (ENOENT: there
 * is none); CAM_ERR_REFUSED: sealed and lock is NULL; CAM_ERR_KEY: the
 * passphrase is another, or the file is damaged.
 */
int keyfile_save(const char *path, const char *kind, struct span secret,
    const struct keyfile_lock *lock, bool replace);
int keyfile_load(const char *path, const char *kind,
    const struct keyfile_lock *lock, struct buf *secret);
/* CAM_ERR_SYSTEM, CAM_ERR_UNSAFE. */
int keyfile_is_sealed(const char *path, bool *sealed);

#endif
