/* hint.h: where a user known by his key may be now: checked before it is
 * believed (threat model N1, N2). */
#ifndef CAM_CAMD_HINT_H
#define CAM_CAMD_HINT_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct camd;
struct rsa_public;
struct user;

/* At most one a user, in user->hint. */
struct hint;

/*
 * An entry of a user with a pinned key came from another address. That address
 * must show the key, and the one of record be silent, before it takes its
 * place: one spoofed packet moves nobody.
 */
void hint_address(
    struct camd *camd, struct user *user, const struct addr *addr);
/*
 * A newcomer without a key has shown that of somebody known under another
 * name: he is the same person when the one known is silent, else a user of his
 * own.
 */
void hint_twin(struct camd *camd, struct user *newcomer, struct user *known,
    uint32_t word, struct rsa_public *key);

/* The user's own key was shown at that address: true when it was to be. */
bool hint_key_shown(struct user *user, const struct addr *from);
/* The user lives where he is known to be. */
void hint_refute(struct user *user);
/* The time in which the silent are silent has passed. */
void hint_wait_is_over(struct hint *hint);
/* NULL is fine. */
void hint_free(struct hint *hint);

#endif
