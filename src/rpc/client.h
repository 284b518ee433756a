/* client.h: the asking end of the local protocol, for commands that do one
 * thing: it blocks. */
#ifndef CAM_RPC_CLIENT_H
#define CAM_RPC_CLIENT_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

struct rpc_client;

/* What the other side refused with. */
struct rpc_error {
	int exit;      /* data.exit, or 1 */
	char *message; /* as sent: print it through text_print */
	json_t *data;  /* may be NULL */
};
void rpc_error_finish(struct rpc_error *error);

/* Connects to the socket's path and says hello. CAM_ERR_UNREACHABLE,
 * CAM_ERR_VERSION, CAM_ERR_REFUSED when camd is another user's. */
int rpc_client_connect(
    const char *path, const char *program, struct rpc_client **client);
/* The same where another user's program is meant: that of owner, or of root,
 * who can be anybody. CAM_ERR_REFUSED: it is a third one's. */
int rpc_client_connect_to(const char *path, uid_t owner, const char *program,
    struct rpc_client **client);
/*
 * rpc_client_connect() without waiting: hello goes out with the first call,
 * which saves a round trip and may then return CAM_ERR_VERSION.
 * rpc_client_greet() waits for its answer; it is done where it has come
 * already.
 */
int rpc_client_begin(
    const char *path, const char *program, struct rpc_client **client);
int rpc_client_greet(struct rpc_client *client);
/* The same on a connected descriptor, which it takes. */
int rpc_client_open(int fd, const char *program, struct rpc_client **client);
void rpc_client_free(struct rpc_client *client);
/* camd's answer to hello, borrowed; NULL before it has come. */
const json_t *rpc_client_hello(const struct rpc_client *client);

/*
 * Sends the request and waits for its answer; events that arrive meanwhile
 * are kept for rpc_client_next(). Takes params (NULL: none). On 0 result is the
 * caller's reference. CAM_ERR_REQUEST: the other side answered with an error,
 * then in error. Else CAM_ERR_TIMEOUT, CAM_ERR_CLOSED, CAM_ERR_FORMAT, or
 * CAM_ERR_SYSTEM with EINTR after a signal that has a handler (so also
 * rpc_client_next()). timeout_ms < 0: for ever.
 */
int rpc_client_call(struct rpc_client *client, const char *method,
    json_t *params, int64_t timeout_ms, json_t **result,
    struct rpc_error *error);
/* The next event: a name (valid until the next call) and its params, the
 * caller's reference. */
int rpc_client_next(struct rpc_client *client, int64_t timeout_ms,
    const char **event, json_t **params);
int rpc_client_fd(const struct rpc_client *client);
/* The descriptor of that number, which an answer has named: the first that has
 * come is 0, the next 1. Close-on-exec, from now on the caller's; -1: none has
 * come, or it was taken. */
int rpc_client_take(struct rpc_client *client, json_int_t number);

#endif
