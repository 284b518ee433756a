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
/* LINK_TYPING_NOTICE of the other end (struct link_method). He is taken to have
 * stopped when nothing more is heard for a while. */
int typing_hear(struct link *link, json_t *params, const json_int_t *id);
/* The user goes, or his link does: he writes no more. */
void typing_user_gone(struct typing *typing, const struct user *user);

#endif
