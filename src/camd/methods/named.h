/* named.h: the users that requests name. */
#ifndef CAM_CAMD_NAMED_H
#define CAM_CAMD_NAMED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/people/who.h"

struct camd;
struct rpc_call;

/* Answers with the error of who_resolve(); who is still to be finished. Returns
 * 0. */
int named_fail(
    struct rpc_call *call, const char *text, int err, struct who *who);

/* Resolves and, on an error, answers: then false. */
bool named_users(
    struct rpc_call *call, const char *text, bool history, struct who *who);
/* One user who is in the roster. */
bool named_one(struct rpc_call *call, const char *text, struct user **user);
/* Uids of all users whom a WHO means, for the history: the caller's to free. */
bool named_uids(struct rpc_call *call, const char *text, size_t max,
    int64_t **uids, size_t *count);

/* The uids of a talk's users, named by their whole ids, ascending; none is
 * everybody's. The caller's to free. */
bool named_talk(
    struct rpc_call *call, const json_t *talk, int64_t **uids, size_t *count);

#endif
