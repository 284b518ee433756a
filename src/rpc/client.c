/* client.c: the asking end of the local protocol, for commands that do one
 * thing: it blocks. */
#include "rpc/client.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "loop/unix.h"
#include "rpc/client_private.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	HELLO_TIMEOUT_MS = 10000,
	/* Events kept while an answer is waited for. */
	EVENTS_MAX = 65536,
};

/* An event that came while something else was waited for. */
struct event {
	json_t *object;
	struct event *next;
};

void
rpc_error_finish(struct rpc_error *error)
{
	free(error->message);
	json_decref(error->data);
	*error = (struct rpc_error){ 0 };
}

/* -- events -----------------------------------------------------------------
 */

static bool
is_event(const json_t *object)
{
	return json_is_string(json_object_get(object, "method")) &&
	       json_object_get(object, "id") == NULL;
}

/* Takes the reference. */
static int
keep_event(struct rpc_client *client, json_t *object)
{
	struct event *event = NULL;

	if (client->event_count >= EVENTS_MAX) {
		json_decref(object);
		return CAM_ERR_FULL;
	}
	event = xmalloc(sizeof *event);
	*event = (struct event){ .object = object };
	*client->events_end = event;
	client->events_end = &event->next;
	client->event_count++;
	return 0;
}

static json_t *
take_event(struct rpc_client *client)
{
	struct event *event = client->events;
	json_t *object = NULL;

	if (event == NULL)
		return NULL;
	client->events = event->next;
	if (client->events == NULL)
		client->events_end = &client->events;
	client->event_count--;
	object = event->object;
	free(event);
	return object;
}

int
rpc_client_next(struct rpc_client *client, int64_t timeout_ms,
    const char **event, json_t **params)
{
	struct deadline deadline = deadline_in(timeout_ms);
	int err = rpc_client_greet(client);
	json_t *object = NULL, *found = NULL;

	if (err != 0)
		return err;
	object = take_event(client);

	while (object == NULL) {
		err = client_read(client, deadline, &object);
		if (err != 0)
			return err;
		if (!is_event(object)) { /* the late answer to a call that timed
					    out */
			json_decref(object);
			object = NULL;
		}
	}
	json_decref(client->present);
	client->present = object;
	found = json_object_get(object, "params");
	*event = json_string_value(json_object_get(object, "method"));
	*params = json_is_object(found) ? json_incref(found) : json_object();
	return 0;
}

/* -- calls ------------------------------------------------------------------
 */

static void
read_error(const json_t *from, struct rpc_error *error)
{
	const char *message =
	    json_string_value(json_object_get(from, "message"));
	json_t *data = json_object_get(from, "data");
	json_t *code = json_object_get(data, "exit");

	error->exit = json_is_integer(code) ? (int)json_integer_value(code) : 1;
	error->message = xstrdup(message != NULL ? message : "");
	error->data = json_incref(data);
}

/* The result or the error of an answer; borrowed answer. */
static int
read_answer(json_t *answer, json_t **result, struct rpc_error *error)
{
	json_t *found = json_object_get(answer, "result");
	json_t *failure = json_object_get(answer, "error");

	if (json_is_object(failure)) {
		read_error(failure, error);
		return CAM_ERR_REQUEST;
	}
	if (found == NULL)
		return CAM_ERR_FORMAT;
	*result = json_incref(found);
	return 0;
}

static bool
answers(const json_t *object, json_int_t id)
{
	const json_t *found = json_object_get(object, "id");

	/* Without an id: the other end could not read our request. */
	return (json_is_integer(found) && json_integer_value(found) == id) ||
	       (json_is_null(found) &&
		   json_object_get(object, "error") != NULL);
}

static int
wait_for_answer(struct rpc_client *client, json_int_t id,
    struct deadline deadline, json_t **answer)
{
	for (;;) {
		json_t *object = NULL;
		int err = client_read(client, deadline, &object);

		if (err != 0)
			return err;
		if (answers(object, id)) {
			*answer = object;
			return 0;
		}
		if (is_event(object))
			err = keep_event(client, object);
		else
			json_decref(object);
		if (err != 0)
			return err;
	}
}

/* Appends the request's line to what goes out next. Takes params. */
static int
put_request(struct rpc_client *client, const char *method, json_t *params,
    json_int_t id)
{
	json_t *request = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0",
	    "id", id, "method", method, "params",
	    params != NULL ? params : json_object());
	char *line = NULL;
	size_t len;

	if (request == NULL)
		return CAM_ERR_FORMAT;
	line = json_line(request, &len);
	json_decref(request);
	if (line == NULL)
		return CAM_ERR_FORMAT;
	if (len > LIMIT_RPC_LINE) {
		free(line);
		return CAM_ERR_LIMIT;
	}
	buf_put(&client->out, line, len);
	free(line);
	return buf_failed(&client->out) ? CAM_ERR_LIMIT : 0;
}

static int
flush_out(struct rpc_client *client, struct deadline deadline)
{
	int err = client_write(client, buf_span(&client->out), deadline);

	buf_clear(&client->out);
	return err;
}

int
rpc_client_call(struct rpc_client *client, const char *method, json_t *params,
    int64_t timeout_ms, json_t **result, struct rpc_error *error)
{
	struct deadline deadline = deadline_in(timeout_ms);
	json_int_t id = ++client->last_id;
	json_t *answer = NULL;
	int err = put_request(client, method, params, id);

	*error = (struct rpc_error){ 0 };
	if (err == 0)
		err = flush_out(client, deadline);
	if (err == 0)
		err = rpc_client_greet(client);
	if (err == 0)
		err = wait_for_answer(client, id, deadline, &answer);
	if (err == 0)
		err = read_answer(answer, result, error);
	json_decref(answer);
	return err;
}

/* -- connecting -------------------------------------------------------------
 */

enum { HELLO_ID = 1 };

static int
put_hello(struct rpc_client *client, const char *program)
{
	client->last_id = HELLO_ID;
	return put_request(client, RPC_HELLO,
	    json_pack("{s:i, s:s, s:s}", "protocol", RPC_VERSION, "program",
		program, "version", CAM_VERSION),
	    HELLO_ID);
}

int
rpc_client_greet(struct rpc_client *client)
{
	struct deadline deadline = deadline_in(HELLO_TIMEOUT_MS);
	struct rpc_error error = { 0 };
	json_t *answer = NULL;
	int err = 0;

	if (client->is_greeted)
		return 0;
	if (client->out.len > 0)
		err = flush_out(client, deadline);
	if (err == 0)
		err = wait_for_answer(client, HELLO_ID, deadline, &answer);
	if (err == 0)
		err = read_answer(answer, &client->hello, &error);
	json_decref(answer);
	rpc_error_finish(&error);
	if (err == CAM_ERR_REQUEST)
		return CAM_ERR_VERSION;
	if (err != 0)
		return err;
	client->is_greeted = true;
	return json_integer_value(json_object_get(client->hello, "protocol")) ==
		       RPC_VERSION
		   ? 0
		   : CAM_ERR_VERSION;
}

static int
client_new(int fd, const char *program, struct rpc_client **client)
{
	struct rpc_client *opened = xcalloc(1, sizeof *opened);
	int err;

	opened->fd = fd;
	given_init(&opened->given);
	opened->events_end = &opened->events;
	/* One line and the piece of the next that came with it. */
	buf_init(&opened->in, LIMIT_RPC_LINE + 2 * CLIENT_READ_SIZE);
	buf_init(&opened->out, LIMIT_RPC_LINE + CLIENT_READ_SIZE);
	err = put_hello(opened, program);
	if (err != 0) {
		rpc_client_free(opened);
		return err;
	}
	*client = opened;
	return 0;
}

int
rpc_client_open(int fd, const char *program, struct rpc_client **client)
{
	struct rpc_client *opened = NULL;
	int err = client_new(fd, program, &opened);

	if (err == 0)
		err = rpc_client_greet(opened);
	if (err != 0) {
		rpc_client_free(opened);
		return err;
	}
	*client = opened;
	return 0;
}

static int
begin(const char *path, uid_t owner, bool or_root, const char *program,
    struct rpc_client **client)
{
	uid_t uid;
	pid_t pid;
	int fd, err = unix_connect(path, &fd);

	if (err != 0)
		return err;
	err = unix_peer(fd, &uid, &pid);
	if (err == 0 && uid != owner && !(or_root && uid == 0))
		err = CAM_ERR_REFUSED;
	if (err != 0) {
		close(fd);
		return err;
	}
	return client_new(fd, program, client);
}

int
rpc_client_begin(
    const char *path, const char *program, struct rpc_client **client)
{
	return begin(path, geteuid(), false, program, client);
}

static int
greeted(struct rpc_client *begun, int err, struct rpc_client **client)
{
	if (err == 0)
		err = rpc_client_greet(begun);
	if (err != 0) {
		rpc_client_free(begun);
		return err;
	}
	*client = begun;
	return 0;
}

int
rpc_client_connect(
    const char *path, const char *program, struct rpc_client **client)
{
	struct rpc_client *begun = NULL;
	int err = rpc_client_begin(path, program, &begun);

	return greeted(begun, err, client);
}

int
rpc_client_connect_to(const char *path, uid_t owner, const char *program,
    struct rpc_client **client)
{
	struct rpc_client *begun = NULL;
	int err = begin(path, owner, true, program, &begun);

	return greeted(begun, err, client);
}

void
rpc_client_free(struct rpc_client *client)
{
	json_t *object = NULL;

	if (client == NULL)
		return;
	while ((object = take_event(client)) != NULL)
		json_decref(object);
	given_finish(&client->given);
	json_decref(client->hello);
	json_decref(client->present);
	buf_finish(&client->in);
	buf_finish(&client->out);
	close(client->fd);
	free(client);
}

const json_t *
rpc_client_hello(const struct rpc_client *client)
{
	return client->hello;
}

int
rpc_client_fd(const struct rpc_client *client)
{
	return client->fd;
}

int
rpc_client_take(struct rpc_client *client, json_int_t number)
{
	return given_take(&client->given, number);
}
