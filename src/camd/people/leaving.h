/* leaving.h: users who leave the roster: long unheard, or to make room (threat
 * model L3). */
#ifndef CAM_CAMD_LEAVING_H
#define CAM_CAMD_LEAVING_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct camd;
struct leaving;
struct user;

/*
 * Looks once a day, and soon after the start, for users not heard for
 * roster.forget_days. Whoever has talked to us or has a pinned key stays in the
 * history; of others nothing is left. Who is verified does not leave.
 */
struct leaving *leaving_new(struct camd *camd);
/* The writer has ended. NULL is fine. */
void leaving_free(struct leaving *leaving);

/* Looks now. */
void leaving_look(struct leaving *leaving, int64_t now_ms);
/* This one leaves, unless he is heard before that is done. */
void leaving_drop(struct leaving *leaving, const struct user *user);
/* Room for one more at that address, and at all; where there is none somebody
 * leaves, and who comes again finds some. */
bool leaving_has_room(struct leaving *leaving, const struct addr *from);
/* The roster is full: of those without a pinned key some leave, the absent
 * first, then those not heard for longest. */
void leaving_make_room(struct leaving *leaving);

#endif
