/* session.h: one end of JSON-RPC 2.0 that answers requests and sends
 * notifications (architecture, section 6). */
#ifndef CAM_RPC_SESSION_H
#define CAM_RPC_SESSION_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

struct rpc_session;
struct rpc_call;

/* A request being answered: now or later, exactly once, by rpc_reply() or
 * rpc_fail(). */
struct rpc_method {
	const char *name;
	/* params is an object, borrowed. 0 when the call was or will be
	 * answered, else the error to answer with. */
	int (*handle)(struct rpc_call *call, json_t *params);
};

struct rpc_session_ops {
	const struct rpc_method *methods; /* ends with a NULL name */
	/* Sends a line's bytes to the other end. */
	void (*write)(void *arg, const void *data, size_t len);
	/* NULL, or asked before each method but hello is handled: false when it
	 * has answered the call by an error, or will hand it on later by
	 * rpc_call_resume(). */
	bool (*admit)(
	    struct rpc_call *call, const char *method, json_t *params);
};

/* arg goes to write and is what rpc_call_owner() returns. */
struct rpc_session *rpc_session_new(
    const struct rpc_session_ops *ops, void *arg);
/* Calls not yet answered stay valid; their answers go nowhere. */
void rpc_session_free(struct rpc_session *session);

/*
 * Bytes as they arrived, any pieces. Handles every whole line; a line over
 * LIMIT_RPC_LINE or a broken one is answered by an error and CAM_ERR_FORMAT or
 * CAM_ERR_LIMIT is returned: close. The session may be freed inside a handler;
 * then 0 is returned.
 */
int rpc_session_feed(struct rpc_session *session, const void *data, size_t len);
/* The line of a notification, for as many as it is sent to; params is an object
 * as text. Finish line in any case. CAM_ERR_LIMIT: it is too long. */
int rpc_notification(const char *event, struct span params, struct buf *line);
void rpc_notify(struct rpc_session *session, struct span notification);
/* True after hello with our version; other methods are refused before. */
bool rpc_session_greeted(const struct rpc_session *session);
void rpc_session_greet(struct rpc_session *session);

/* The session of a call, or NULL once it has gone; a hello's handler greets it.
 */
struct rpc_session *rpc_call_session(const struct rpc_call *call);
/* The session's arg, or NULL once it has gone. */
void *rpc_call_owner(const struct rpc_call *call);
/* A call that was not admitted before goes to its method now; params is
 * borrowed. */
void rpc_call_resume(struct rpc_call *call, json_t *params);
/* Takes the reference to result (NULL: an empty object). */
void rpc_reply(struct rpc_call *call, json_t *result);
/* The same with an object as text, for what is answered often. */
void rpc_reply_text(struct rpc_call *call, const struct buf *result);
/* The message is made from format; NULL: cam_strerror(err). data.exit is
 * cam_exit_code(err). */
void rpc_fail(struct rpc_call *call, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with more members for the error's data (candidates, id ...); takes
 * the reference. */
void rpc_fail_data(struct rpc_call *call, int err, json_t *data,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
