/* leaving.h: users who leave the roster: long unheard, or to make room (threat
 * model L3). */
#ifndef CAM_CAMD_LEAVING_H
#define CAM_CAMD_LEAVING_H

#include <stdint.h>

struct camd;
struct leaving;
struct user;

/*
 * Looks once a day, and soon after the start, for users not heard for
 * roster.forget_days. Whoever has talked to us or has a pinned key stays in the
 * history; of others nothing is left.
 */
struct leaving *leaving_new(struct camd *camd);
/* The writer has ended. NULL is fine. */
void leaving_free(struct leaving *leaving);

/* Looks now. */
void leaving_look(struct leaving *leaving, int64_t now_ms);
/* This one leaves, unless he is heard before that is done. */
void leaving_drop(struct leaving *leaving, const struct user *user);
/* The roster is full: of those without a pinned key some leave, the absent
 * first, then those not heard for longest. */
void leaving_make_room(struct leaving *leaving);

#endif
