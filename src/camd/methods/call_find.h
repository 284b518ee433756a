/* call_find.h: which call a request means. */
#ifndef CAM_CAMD_METHODS_CALL_FIND_H
#define CAM_CAMD_METHODS_CALL_FIND_H

#include <jansson.h>
#include <stdbool.h>

struct call;
struct rpc_call;

/* The one of id; without an id, where several could be meant, the one that is
 * spoken in. False: answered. */
bool call_find_current(
    struct rpc_call *request, json_t *params, struct call **call);

#endif
