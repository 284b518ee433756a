/* pinning.h: keys that users show, kept from the first on (threat model I1). */
#ifndef CAM_CAMD_PINNING_H
#define CAM_CAMD_PINNING_H

#include <stdint.h>

struct addr;
struct camd;
struct rsa_public;
struct user;

/* The user showed a key when asked; from is where the answer came from. */
void pinning_key_shown(struct camd *camd, struct user *user,
    const struct addr *from, uint32_t word, struct rsa_public *key);
/* Pins it: the user had none. */
void pinning_take(struct camd *camd, struct user *user, uint32_t word,
    struct rsa_public *key);
/* The user key that is pinned says that this one is his now, in place of any
 * other. */
void pinning_replace(struct camd *camd, struct user *user, uint32_t word,
    struct rsa_public *key);
/*
 * The newcomer is the user known before, on a new machine: known goes on under
 * the newcomer's name and address, and the newcomer is freed.
 */
void pinning_merge(
    struct camd *camd, struct user *known, struct user *newcomer);
/* Where the name of the user is known under another key he gets an id of his
 * own, and that is said aloud. */
void pinning_tell_second(
    struct camd *camd, struct user *user, const char *fingerprint);

#endif
