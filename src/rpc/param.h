/* param.h: what every method does with its request: its members read, its
 * errors answered. */
#ifndef CAM_RPC_PARAM_H
#define CAM_RPC_PARAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rpc_call;

/*
 * Answers with an error, its reason of cam-rpc(7) among the data. Takes data
 * (NULL: nothing more to tell). Returns 0, so that a handler can end by it.
 */
int method_fail(struct rpc_call *call, int err, json_t *data,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same with a reason that is not that of err. */
int method_fail_as(
    struct rpc_call *call, int err, const char *reason, const char *text);

/*
 * Members of a request. A member that is null is not there; then the result is
 * left as it is. False when the call has been answered by an error, because the
 * member is wrong or, needed, missing.
 */
bool param_text(struct rpc_call *call, const json_t *params, const char *name,
    bool needed, const char **text);
bool param_switch(
    struct rpc_call *call, const json_t *params, const char *name, bool *on);
bool param_number(struct rpc_call *call, const json_t *params, const char *name,
    int64_t min, int64_t max, int64_t *number);
/* Strings, borrowed. */
bool param_list(struct rpc_call *call, const json_t *params, const char *name,
    bool needed, const json_t **list);
/* A time in any form of clock_parse(). */
bool param_time(struct rpc_call *call, const json_t *params, const char *name,
    int64_t *wall_ms);

#endif
