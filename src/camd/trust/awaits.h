/* awaits.h: those who wait until a key of somebody is known. */
#ifndef CAM_CAMD_AWAITS_H
#define CAM_CAMD_AWAITS_H

#include <stdint.h>

struct awaits;
struct camd;
struct user;

struct awaits *awaits_new(struct camd *camd);
/* Whoever still waits is called. NULL is fine. */
void awaits_free(struct awaits *awaits);

/* fn(arg) follows once: after awaits_tell() for that user or who he turned out
 * to be, when timeout_ms have passed, or from awaits_free(); it must not add
 * another. */
void awaits_add(struct awaits *awaits, const struct user *user,
    uint64_t timeout_ms, void (*fn)(void *arg), void *arg);
/* A key of his has come, or cannot be had now. */
void awaits_tell(struct awaits *awaits, const struct user *user);

#endif
