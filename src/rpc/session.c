/* session.c: one end of JSON-RPC 2.0 that answers requests and sends
 * notifications. */
#include "rpc/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* JSON-RPC 2.0, section 5.1. */
enum {
	CODE_PARSE_ERROR = -32700,
	CODE_INVALID_REQUEST = -32600,
	CODE_METHOD_NOT_FOUND = -32601,
	CODE_INVALID_PARAMS = -32602,
	CODE_OURS = -32000,
};

/* Around params and results. */
enum { NOTIFICATION_GUESS = 96, RESULT_GUESS = 64 };

struct rpc_call {
	struct rpc_session *session; /* NULL once it has gone */
	json_t *id;		     /* NULL: a notification, never answered */
	const struct rpc_method *method;
	struct rpc_call *next;
	struct rpc_call **at; /* what points to it in the session's list */
};

struct rpc_session {
	const struct rpc_session_ops *ops;
	void *arg;
	struct buf in; /* the beginning of a line whose end is still to come */
	bool greeted;
	struct rpc_call *calls; /* not yet answered */
	size_t call_count;
	bool feeding; /* inside rpc_session_feed(): freed when that is over */
	bool gone;
};

struct rpc_session *
rpc_session_new(const struct rpc_session_ops *ops, void *arg)
{
	struct rpc_session *session = xcalloc(1, sizeof *session);

	session->ops = ops;
	session->arg = arg;
	buf_init(&session->in, LIMIT_RPC_LINE);
	return session;
}

void
rpc_session_free(struct rpc_session *session)
{
	if (session == NULL)
		return;
	for (struct rpc_call *call = session->calls; call != NULL;
	     call = call->next)
		call->session = NULL;
	session->calls = NULL;
	buf_finish(&session->in);
	session->gone = true;
	if (!session->feeding)
		free(session);
}

bool
rpc_session_greeted(const struct rpc_session *session)
{
	return session->greeted;
}

void
rpc_session_greet(struct rpc_session *session)
{
	session->greeted = true;
}

/* Takes the reference to object. False when it is too long to send. */
static bool
send_object(struct rpc_session *session, json_t *object)
{
	size_t len;
	char *line = json_line(object, &len);
	bool fits = line != NULL && len <= LIMIT_RPC_LINE;

	if (fits)
		session->ops->write(session->arg, line, len);
	free(line);
	json_decref(object);
	return fits;
}

/* Takes the reference to data; id is borrowed, NULL where none could be read.
 */
static void
send_error(struct rpc_session *session, json_t *id, int code, int exit_code,
    const char *message, json_t *data)
{
	if (data == NULL)
		data = json_object();
	json_object_set_new(data, "exit", json_integer(exit_code));
	send_object(session,
	    json_pack("{s:s, s:O, s:{s:i, s:o, s:o}}", "jsonrpc", "2.0", "id",
		id != NULL ? id : json_null(), "error", "code", code, "message",
		json_text(span_text(message)), "data", data));
}

int
rpc_notification(const char *event, struct span params, struct buf *line)
{
	buf_init(line, LIMIT_RPC_LINE);
	(void)buf_reserve(line, params.len + NOTIFICATION_GUESS);
	buf_put_text(line, "{\"jsonrpc\":\"2.0\",\"method\":");
	json_put_text(line, span_text(event));
	buf_put_text(line, ",\"params\":");
	buf_put_span(line, params);
	buf_put_text(line, "}\n");
	return buf_failed(line) ? CAM_ERR_LIMIT : 0;
}

void
rpc_notify(struct rpc_session *session, struct span notification)
{
	if (!session->gone)
		session->ops->write(
		    session->arg, notification.data, notification.len);
}

static struct rpc_call *
call_new(struct rpc_session *session, json_t *id)
{
	struct rpc_call *call = xcalloc(1, sizeof *call);

	call->session = session;
	call->id = json_incref(id);
	call->next = session->calls;
	call->at = &session->calls;
	if (call->next != NULL)
		call->next->at = &call->next;
	session->calls = call;
	session->call_count++;
	return call;
}

static void
call_free(struct rpc_call *call)
{
	if (call->session != NULL) {
		*call->at = call->next;
		if (call->next != NULL)
			call->next->at = call->at;
		call->session->call_count--;
	}
	json_decref(call->id);
	free(call);
}

struct rpc_session *
rpc_call_session(const struct rpc_call *call)
{
	return call->session;
}

void *
rpc_call_owner(const struct rpc_call *call)
{
	return call->session != NULL ? call->session->arg : NULL;
}

/* False when it is too long to send. */
static bool
send_result(
    struct rpc_session *session, const json_t *id, const struct buf *result)
{
	struct buf line;
	bool fits;

	buf_init(&line, LIMIT_RPC_LINE);
	line.failed = buf_failed(result);
	(void)buf_reserve(&line, result->len + RESULT_GUESS);
	buf_put_text(&line, "{\"jsonrpc\":\"2.0\",\"id\":");
	json_put(&line, id);
	buf_put_text(&line, ",\"result\":");
	buf_put_span(&line, buf_span(result));
	buf_put_text(&line, "}\n");
	fits = !buf_failed(&line);
	if (fits)
		session->ops->write(session->arg, line.data, line.len);
	buf_finish(&line);
	return fits;
}

void
rpc_reply_text(struct rpc_call *call, const struct buf *result)
{
	if (call->session == NULL || call->id == NULL ||
	    send_result(call->session, call->id, result))
		call_free(call);
	else
		rpc_fail(call, CAM_ERR_LIMIT,
		    "the answer is too long for a line: ask for less");
}

void
rpc_reply(struct rpc_call *call, json_t *result)
{
	struct buf text;

	buf_init(&text, LIMIT_RPC_LINE);
	if (result == NULL)
		buf_put_text(&text, "{}");
	else
		json_put(&text, result);
	rpc_reply_text(call, &text);
	buf_finish(&text);
	json_decref(result);
}

static int
code_of(int err)
{
	return err == CAM_ERR_REQUEST ? CODE_INVALID_PARAMS : CODE_OURS;
}

static void
fail(struct rpc_call *call, int err, json_t *data, const char *message)
{
	if (call->session != NULL && call->id != NULL)
		send_error(call->session, call->id, code_of(err),
		    cam_exit_code(err), message, data);
	else
		json_decref(data);
	call_free(call);
}

static void __attribute__((format(printf, 4, 0)))
fail_args(struct rpc_call *call, int err, json_t *data, const char *format,
    va_list args)
{
	char *message = xvasprintf(format, args);

	fail(call, err, data, message);
	free(message);
}

void
rpc_fail(struct rpc_call *call, int err, const char *format, ...)
{
	va_list args;

	if (format == NULL) {
		fail(call, err, NULL, cam_strerror(err));
		return;
	}
	va_start(args, format);
	fail_args(call, err, NULL, format, args);
	va_end(args);
}

void
rpc_fail_data(
    struct rpc_call *call, int err, json_t *data, const char *format, ...)
{
	va_list args;

	if (format == NULL) {
		fail(call, err, data, cam_strerror(err));
		return;
	}
	va_start(args, format);
	fail_args(call, err, data, format, args);
	va_end(args);
}

static const struct rpc_method *
find_method(const struct rpc_session *session, const char *name)
{
	const struct rpc_method *method = session->ops->methods;

	while (method->name != NULL && strcmp(method->name, name) != 0)
		method++;
	return method->name != NULL ? method : NULL;
}

/* Answers what cannot even be handed to a method; a notification is dropped in
 * silence. */
static void
refuse(struct rpc_session *session, json_t *id, int code, int err,
    const char *message)
{
	if (id != NULL)
		send_error(
		    session, id, code, cam_exit_code(err), message, NULL);
}

void
rpc_call_resume(struct rpc_call *call, json_t *params)
{
	int err = call->method->handle(call, params);

	if (err != 0)
		rpc_fail(call, err, NULL);
}

static void
handle_call(
    struct rpc_session *session, json_t *id, const char *name, json_t *params)
{
	const struct rpc_method *method = find_method(session, name);
	struct rpc_call *call = NULL;

	if (!session->greeted && strcmp(name, RPC_HELLO) != 0) {
		refuse(
		    session, id, CODE_OURS, CAM_ERR_VERSION, "say hello first");
	} else if (method == NULL) {
		char *problem = strlen(name) <= 64
				    ? xasprintf("there is no method '%s'", name)
				    : xstrdup("there is no such method");

		refuse(session, id, CODE_METHOD_NOT_FOUND, CAM_ERR_UNSUPPORTED,
		    problem);
		free(problem);
	} else if (session->call_count >= LIMIT_RPC_CALLS) {
		refuse(session, id, CODE_OURS, CAM_ERR_FULL,
		    "too many requests wait for an answer");
	} else {
		call = call_new(session, id);
		call->method = method;
		if (session->ops->admit == NULL ||
		    strcmp(name, RPC_HELLO) == 0 ||
		    session->ops->admit(call, name, params))
			rpc_call_resume(call, params);
	}
}

static void
handle_object(struct rpc_session *session, json_t *object)
{
	json_t *id = json_object_get(object, "id");
	json_t *params = json_object_get(object, "params");
	const char *version =
	    json_string_value(json_object_get(object, "jsonrpc"));
	const char *name = json_string_value(json_object_get(object, "method"));
	bool id_fits = id == NULL || json_is_string(id) || json_is_number(id) ||
		       json_is_null(id);

	if (version == NULL || strcmp(version, "2.0") != 0 || name == NULL ||
	    !id_fits || (params != NULL && !json_is_object(params))) {
		send_error(session, id_fits ? id : NULL, CODE_INVALID_REQUEST,
		    cam_exit_code(CAM_ERR_REQUEST),
		    "not a request: "
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"...\","
		    "\"params\":{}}",
		    NULL);
		return;
	}
	params = params != NULL ? json_incref(params) : json_object();
	handle_call(session, id, name, params);
	json_decref(params);
}

static bool
is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] != ' ' && line.data[i] != '\t' &&
		    line.data[i] != '\r')
			return false;
	}
	return true;
}

static int
handle_line(struct rpc_session *session, struct span line)
{
	json_t *object = NULL;
	int err;

	if (is_blank(line))
		return 0;
	err = json_parse_line(line, &object);
	if (err != 0) {
		send_error(session, NULL, CODE_PARSE_ERROR,
		    cam_exit_code(CAM_ERR_REQUEST),
		    "a line must be one JSON object in UTF-8 (no batches)",
		    NULL);
		return err;
	}
	handle_object(session, object);
	json_decref(object);
	return 0;
}

static int
refuse_long_line(struct rpc_session *session)
{
	send_error(session, NULL, CODE_INVALID_REQUEST,
	    cam_exit_code(CAM_ERR_LIMIT), "the line is too long", NULL);
	return CAM_ERR_LIMIT;
}

/* The end of a line whose beginning is in session->in. */
static int
finish_line(struct rpc_session *session, struct span tail)
{
	struct buf line = session->in;
	int err;

	/* Moved away: the handler may free the session. */
	buf_init(&session->in, LIMIT_RPC_LINE);
	buf_put_span(&line, tail);
	err = buf_failed(&line) ? refuse_long_line(session)
				: handle_line(session, buf_span(&line));
	buf_wipe(&line); /* it may have held a passphrase */
	return err;
}

static int
feed(struct rpc_session *session, struct span rest)
{
	struct span line;
	int err = 0;

	while (err == 0 && !session->gone && span_cut(&rest, '\n', &line)) {
		if (session->in.len > 0)
			err = finish_line(session, line);
		else if (line.len > LIMIT_RPC_LINE)
			err = refuse_long_line(session);
		else
			err = handle_line(session, line);
	}
	if (err != 0 || session->gone)
		return err;
	buf_put_span(&session->in, rest);
	return buf_failed(&session->in) ? refuse_long_line(session) : 0;
}

int
rpc_session_feed(struct rpc_session *session, const void *data, size_t len)
{
	int err;

	session->feeding = true;
	err = feed(session, span_of(data, len));
	session->feeding = false;
	if (session->gone) {
		free(session);
		return 0;
	}
	return err;
}
