/* trustfile.h: what is pinned, written to the database. */
#ifndef CAM_CAMD_TRUSTFILE_H
#define CAM_CAMD_TRUSTFILE_H

#include <stdint.h>

struct camd;
struct trusted;
struct user;

/*
 * Each hands a copy to the writer, after the users' own rows; on_done (may be
 * NULL) follows once it is committed, with the error.
 */
void trustfile_put(struct camd *camd, struct trusted *trusted,
    void (*on_done)(void *arg, int err), void *arg);
/* The user key of the user with uid from is pinned to another now. */
void trustfile_rename(struct camd *camd, int64_t from, struct trusted *trusted);
/* What is pinned to the user with uid from has become into's: its user key, and
 * its IPMSG keys in place of all of into's. One commit. */
void trustfile_move(struct camd *camd, int64_t from, struct user *into,
    void (*on_done)(void *arg, int err), void *arg);
/* Whether the user's IPMSG key was compared, and who has shown another. */
void trustfile_mark_pin(struct camd *camd, struct user *user,
    void (*on_done)(void *arg, int err), void *arg);

#endif
