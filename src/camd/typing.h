/* typing.h: who is writing, told and heard, never kept. */
#ifndef CAM_CAMD_TYPING_H
#define CAM_CAMD_TYPING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct camd;
struct link;
struct typing;
struct user;

struct typing *typing_new(struct camd *camd);
void typing_free(struct typing *typing);

/* We write to these users, or have stopped: those with an open link are told,
 * not more often than now and then. typing.send off: nobody is. */
void typing_tell(struct typing *typing, struct user *const *users, size_t count,
    bool writes);
/* LINK_TYPING_NOTICE of the other end; params are not checked yet. Over once
 * nothing more is heard for a while. */
void typing_hear(
    struct typing *typing, struct link *link, const json_t *params);
/* The user goes, or his link does: he writes no more. */
void typing_user_gone(struct typing *typing, const struct user *user);

#endif
