/* protection.h: whether a passphrase protects the keys at rest (threat model
 * 5.8, K1). */
#ifndef CAM_CAMD_PROTECTION_H
#define CAM_CAMD_PROTECTION_H

#include <stdbool.h>

#include "base/span.h"

struct camd;
struct keyfile_lock;
struct protection;

/*
 * With a file "lock" in the folder of keys they are protected: it is opened
 * with the passphrase that the file security.passphrase_file holds; without one
 * that fits we are locked. A change may have been interrupted: files that are
 * not sealed are read all the same, and sealed once the lock is open. *problem
 * is a sentence for people (free it).
 */
int protection_open(
    struct camd *camd, struct protection **protection, char **problem);
/* camd is ending: a change under way ends with CAM_ERR_CLOSED. */
void protection_stop(struct protection *protection);
/* After the pool has ended. */
void protection_free(struct protection *protection);

/* There is a lock; NULL has none. */
bool protection_is_on(const struct protection *protection);
/* And it is not open. */
bool protection_is_locked(const struct protection *protection);
/* NULL: not protected, or locked. Borrowed until the next change. */
const struct keyfile_lock *protection_lock(const struct protection *protection);

/*
 * Each copies and wipes the passphrase, works in the pool for half a second and
 * then calls done, on the loop, with 0 or: CAM_ERR_KEY: it is another;
 * CAM_ERR_LIMIT: it is empty or too long; CAM_ERR_FULL: another of them is
 * under way; what else the files gave. unlock: only where locked. protect:
 * under that passphrase from now on; unprotect: under none. Both only where not
 * locked, and where there is a passphrase it must be said again as old: who
 * finds an unlocked terminal cannot change it.
 */

int protection_unlock(struct protection *protection, struct span passphrase,
    void (*done)(void *arg, int err), void *arg);
int protection_protect(struct protection *protection, struct span passphrase,
    struct span old, void (*done)(void *arg, int err), void *arg);
int protection_unprotect(struct protection *protection, struct span old,
    void (*done)(void *arg, int err), void *arg);
/* Seals what is not: after a change that was interrupted. Told in the log. */
void protection_mend(struct protection *protection);

#endif
