/* session.h: the connection to camd: made, kept, made again, and camd started
 * where it does not run. */
#ifndef CAM_TUI_SESSION_H
#define CAM_TUI_SESSION_H

#include <jansson.h>
#include <stdbool.h>

#include "base/span.h"
#include "rpc/caller.h"

struct loop;
struct session;

enum session_state {
	/*
	 *                 +-------------- lost, retry after a while ---+
	 *                 v                                            |
	 *   CONNECTING -> GREETING -> ONLINE ----------------------> WAITING
	 *        |            \-> LOCKED (until key.unlock) -> GREETING
	 *        \-> STARTING (cam starts camd) -> CONNECTING
	 */
	SESSION_CONNECTING,
	SESSION_STARTING,
	SESSION_GREETING,
	SESSION_LOCKED,
	SESSION_ONLINE,
	SESSION_WAITING
};

struct session_ops {
	/* Greeted and subscribed to everything but levels of calls: what is
	 * asked for now misses nothing that is told from now on. Again after
	 * each new connection. */
	void (*on_online)(const json_t *hello, void *arg);
	/* The state has changed; why is a sentence for people, or NULL. */
	void (*on_state)(enum session_state state, const char *why, void *arg);
	void (*on_event)(const char *event, const json_t *params, void *arg);
};

/* cam is the path of the command that starts camd, NULL: it is not to be
 * started. */
struct session *session_new(struct loop *loop, const char *socket,
    const char *cam, const struct session_ops *ops, void *arg);
void session_free(struct session *session);
enum session_state session_state(const struct session *session);
/*
 * key.unlock, while the state is LOCKED; once the keys are open the connection
 * is made anew. on_done is always called, once, as in session_call().
 */
void session_unlock(struct session *session, struct span passphrase,
    void (*on_done)(void *arg, int err, const struct rpc_error *error),
    void *arg);
/* Whether call.levels is told, four times a second while a call lasts. */
void session_want_levels(struct session *session, bool wanted);
/* Tries at once instead of after a while. */
void session_hurry(struct session *session);

/*
 * Asks camd; takes params. on_answer is always called, once: with
 * CAM_ERR_CLOSED when the connection breaks, or at once where there is none.
 */
void session_call(struct session *session, const char *method, json_t *params,
    rpc_caller_answer *on_answer, void *arg);

#endif
