/* absence.h: who writes to somebody absent hears so. */
#ifndef CAM_CAMD_ABSENCE_H
#define CAM_CAMD_ABSENCE_H

struct camd;
struct user;

/* The user has written, and not automatically or to everybody: where we are
 * away he is told so, once a minute at most, so that two absent programs do not
 * talk for ever. */
void absence_answer(struct camd *camd, struct user *user);

#endif
