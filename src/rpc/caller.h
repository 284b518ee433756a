/* caller.h: the asking end of JSON-RPC for programs with an event loop: answers
 * and events come as calls. Bytes in and out, no socket. */
#ifndef CAM_RPC_CALLER_H
#define CAM_RPC_CALLER_H

#include <jansson.h>
#include <stddef.h>

#include "rpc/client.h"

struct rpc_caller;

struct rpc_caller_ops {
	/* Sends a line's bytes to the other end. */
	void (*write)(void *arg, const void *data, size_t len);
	/* A notification; params is an object, borrowed. */
	void (*on_event)(void *arg, const char *event, const json_t *params);
};

/*
 * The answer to a call: err 0 and the result, CAM_ERR_REQUEST and what the
 * other side refused with, or CAM_ERR_CLOSED. All borrowed.
 */
typedef void rpc_caller_answer(
    void *arg, int err, const json_t *result, const struct rpc_error *error);

struct rpc_caller *rpc_caller_new(const struct rpc_caller_ops *ops, void *arg);
/* Every call that waits is answered by CAM_ERR_CLOSED. */
void rpc_caller_free(struct rpc_caller *caller);

/*
 * Bytes as they arrived, any pieces. CAM_ERR_FORMAT, CAM_ERR_LIMIT: what came
 * is no JSON-RPC: close. The caller may be freed inside a callback; then 0.
 */
int rpc_caller_feed(struct rpc_caller *caller, const void *data, size_t len);

/* Takes params (NULL: none). CAM_ERR_LIMIT, CAM_ERR_FORMAT: it cannot be sent,
 * and on_answer is not called. */
int rpc_caller_call(struct rpc_caller *caller, const char *method,
    json_t *params, rpc_caller_answer *on_answer, void *arg);

#endif
