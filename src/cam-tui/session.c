/* session.c: the connection to camd: made, kept, made again. */
#include "cam-tui/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "loop/child.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/unix.h"
#include "rpc/names.h"

enum {
	RETRY_FIRST_MS = 100,
	RETRY_MAX_MS = 5000,
	START_TIMEOUT_MS = 60000,
	LOCKED_RETRY_MS = 1000,
};

struct session {
	struct loop *loop;
	char *socket;
	char *cam; /* or NULL */
	const struct session_ops *ops;
	void *arg;
	enum session_state state;
	struct stream *stream;
	struct rpc_caller *caller;
	struct timer retry;
	unsigned retry_ms;
	struct child *starter;
	void (*on_unlocked)(
	    void *arg, int err, const struct rpc_error *error); /* or NULL */
	void *unlock_arg;
	bool wants_levels; /* of calls */
	bool has_started;  /* camd was started once since the last connection */
	bool is_ending;
};

static void connect_now(struct session *session);
static rpc_caller_answer on_status;

static void
change_state(struct session *session, enum session_state state, const char *why)
{
	session->state = state;
	if (!session->is_ending)
		session->ops->on_state(state, why, session->arg);
}

static void
hang_up(struct session *session)
{
	struct rpc_caller *caller = session->caller;

	session->caller = NULL;
	stream_free(session->stream);
	session->stream = NULL;
	rpc_caller_free(caller);
}

/* Tries again later, the next time later still. */
static void
wait_and_retry(struct session *session, const char *why)
{
	hang_up(session);
	timer_start(&session->retry, session->retry_ms);
	session->retry_ms = session->retry_ms * 2 < RETRY_MAX_MS
				? session->retry_ms * 2
				: RETRY_MAX_MS;
	change_state(session, SESSION_WAITING, why);
}

static void
on_retry(void *arg)
{
	struct session *session = arg;

	if (session->state == SESSION_LOCKED && session->caller != NULL)
		rpc_caller_call(
		    session->caller, RPC_STATUS, NULL, on_status, session);
	else
		connect_now(session);
}

/* -- camd started --------------------------------------------------------- */

static void
on_started(int status, void *arg)
{
	struct session *session = arg;

	session->starter = NULL;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		connect_now(session);
	else
		wait_and_retry(session,
		    _("camd does not start: 'cam daemon start' says why"));
}

static void
start_camd(struct session *session)
{
	const char *const argv[] = { session->cam, "wait", "ready", NULL };

	session->has_started = true;
	if (child_run(session->loop, argv, NULL, 0, START_TIMEOUT_MS,
		on_started, session, &session->starter) != 0) {
		wait_and_retry(session, _("camd does not run"));
		return;
	}
	change_state(session, SESSION_STARTING, NULL);
}

/* -- greeting ------------------------------------------------------------- */

static void
on_subscribed(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct session *session = arg;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err != 0) {
		wait_and_retry(session, _("camd does not tell what happens"));
		return;
	}
	session->retry_ms = RETRY_FIRST_MS;
	session->has_started = false;
	change_state(session, SESSION_ONLINE, NULL);
}

/* -- locked keys ---------------------------------------------------------- */

static void
begin_anew(struct session *session)
{
	session->retry_ms = RETRY_FIRST_MS;
	hang_up(session);
	timer_start(&session->retry, 0);
}

/* Another program may unlock them too. */
static void
on_status(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct session *session = arg;
	const char *state = json_string_value(json_object_get(result, "state"));

	if (err == CAM_ERR_CLOSED || session->state != SESSION_LOCKED)
		return;
	if (err == 0 && state != NULL && strcmp(state, "locked") == 0)
		timer_start(&session->retry, LOCKED_RETRY_MS);
	else
		begin_anew(session);
}

static void
on_unlocked(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct session *session = arg;
	void (*on_done)(void *arg, int err, const struct rpc_error *error) =
	    session->on_unlocked;

	session->on_unlocked = NULL;
	if (on_done != NULL)
		on_done(session->unlock_arg, err, error);
	if (err == 0)
		begin_anew(session);
}

void
session_unlock(struct session *session, struct span passphrase,
    void (*on_done)(void *arg, int err, const struct rpc_error *error),
    void *arg)
{
	json_t *text =
	    json_stringn((const char *)passphrase.data, passphrase.len);

	if (session->state != SESSION_LOCKED || text == NULL) {
		json_decref(text);
		on_done(arg, CAM_ERR_CLOSED, NULL);
		return;
	}
	session->on_unlocked = on_done;
	session->unlock_arg = arg;
	session_call(session, RPC_KEY_UNLOCK,
	    json_pack("{s:o}", "passphrase", text), on_unlocked, session);
}

/* All but levels: while those are wanted the media process measures them. */
static json_t *
types_wanted(const struct session *session)
{
	static const char *const types[] = { "message", "user", "talk", "offer",
		"question", "transfer", "key", "presence", "attention",
		EVENT_CALL_INCOMING, EVENT_CALL_RINGING, EVENT_CALL_ACTIVE,
		EVENT_CALL_CHANGED, EVENT_CALL_ENDED, EVENT_CALL_KEPT };
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		json_array_append_new(list, json_string(types[i]));
	if (session->wants_levels)
		json_array_append_new(list, json_string(EVENT_CALL_LEVELS));
	return list;
}

static void
subscribe(struct session *session, rpc_caller_answer *on_answer)
{
	rpc_caller_call(session->caller, RPC_SUBSCRIBE,
	    json_pack("{s:o}", "types", types_wanted(session)), on_answer,
	    session);
}

static void
on_hello(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct session *session = arg;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err != 0) {
		wait_and_retry(session,
		    _("camd is of another version: 'cam daemon stop' ends "
		      "it"));
		return;
	}
	if (json_is_true(json_object_get(result, "locked"))) {
		timer_start(&session->retry, LOCKED_RETRY_MS);
		change_state(session, SESSION_LOCKED,
		    _("the keys are locked: 'cam key unlock' opens them"));
		return;
	}
	subscribe(session, on_subscribed);
	session->ops->on_online(result, session->arg);
}

static void
write_line(void *arg, const void *data, size_t len)
{
	struct session *session = arg;

	stream_write(session->stream, data, len);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct session *session = arg;

	session->ops->on_event(event, params, session->arg);
}

static const struct rpc_caller_ops caller_ops = { write_line, on_event };

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct session *session = arg;

	if (rpc_caller_feed(session->caller, data, len) != 0)
		wait_and_retry(session, _("camd cannot be understood"));
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	wait_and_retry(arg, _("camd has gone"));
}

static const struct stream_ops stream_ops = { on_data, on_closed };

static void
greet(struct session *session, int fd)
{
	session->stream = stream_new(
	    session->loop, fd, &stream_ops, session, LIMIT_RPC_QUEUE);
	session->caller = rpc_caller_new(&caller_ops, session);
	change_state(session, SESSION_GREETING, NULL);
	rpc_caller_call(session->caller, RPC_HELLO,
	    json_pack("{s:i, s:s, s:s}", "protocol", RPC_VERSION, "program",
		"cam-tui", "version", CAM_VERSION),
	    on_hello, session);
}

/* A Unix socket answers at once, so connecting may block. */
static void
connect_now(struct session *session)
{
	int fd, err;
	uid_t uid;
	pid_t pid;

	change_state(session, SESSION_CONNECTING, NULL);
	err = unix_connect(session->socket, &fd);
	if (err == 0) {
		err = unix_peer(fd, &uid, &pid);
		if (err == 0 && uid != geteuid())
			err = CAM_ERR_REFUSED;
		if (err != 0)
			close(fd);
	}
	if (err == 0)
		greet(session, fd);
	else if (err == CAM_ERR_REFUSED)
		wait_and_retry(
		    session, _("the socket belongs to another user's camd"));
	else if (session->cam != NULL && !session->has_started)
		start_camd(session);
	else
		wait_and_retry(session, _("camd does not run"));
}

struct session *
session_new(struct loop *loop, const char *socket, const char *cam,
    const struct session_ops *ops, void *arg)
{
	struct session *session = xcalloc(1, sizeof *session);

	session->loop = loop;
	session->socket = xstrdup(socket);
	session->cam = cam != NULL ? xstrdup(cam) : NULL;
	session->ops = ops;
	session->arg = arg;
	session->retry_ms = RETRY_FIRST_MS;
	timer_init(&session->retry, loop, on_retry, session);
	timer_start(&session->retry, 0);
	return session;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	session->is_ending = true;
	hang_up(session);
	timer_finish(&session->retry);
	child_forget(session->starter);
	free(session->socket);
	free(session->cam);
	free(session);
}

enum session_state
session_state(const struct session *session)
{
	return session->state;
}

static void
on_changed(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
}

void
session_want_levels(struct session *session, bool wanted)
{
	if (session->wants_levels == wanted)
		return;
	session->wants_levels = wanted;
	if (session->state == SESSION_ONLINE && session->caller != NULL)
		subscribe(session, on_changed);
}

void
session_hurry(struct session *session)
{
	if (session->state != SESSION_WAITING &&
	    session->state != SESSION_LOCKED)
		return;
	session->retry_ms = RETRY_FIRST_MS;
	session->has_started = false;
	timer_start(&session->retry, 0);
}

void
session_call(struct session *session, const char *method, json_t *params,
    rpc_caller_answer *on_answer, void *arg)
{
	if (session->caller == NULL)
		json_decref(params);
	else if (rpc_caller_call(
		     session->caller, method, params, on_answer, arg) == 0)
		return;
	on_answer(arg, CAM_ERR_CLOSED, NULL, NULL);
}
