/* channel_json.c: the calls of a channel, in both directions. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "rpc/channel_private.h"
#include "rpc/json.h"

/* JSON-RPC 2.0 leaves -32000 .. -32099 to us: -32000 and the error. */
enum { CODE_BASE = -32000, ERR_LAST = CAM_ERR_UNSAFE };

/* -- sending -----------------------------------------------------------------
 */

/* Takes object. */
static int
queue_object(struct channel *channel, json_t *object)
{
	size_t len = 0;
	char *line = object != NULL ? json_line(object, &len) : NULL;
	int err = 0;

	json_decref(object);
	if (line == NULL)
		return CAM_ERR_FORMAT;
	len--; /* without its LF: frames tell where it ends */
	if (len > CHANNEL_JSON_MAX)
		err = CAM_ERR_LIMIT;
	else
		channel_queue_put(&channel->json_queue, 0, span_of(line, len));
	free(line);
	if (err == 0)
		channel_wake(channel);
	return err;
}

struct channel_text *
channel_text_new(const char *method, json_t *params)
{
	json_t *object = json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0",
	    "method", method, "params", params);
	size_t len = 0;
	char *line = object != NULL ? json_line(object, &len) : NULL;
	struct channel_text *text = NULL;

	json_decref(object);
	if (line != NULL && --len <= CHANNEL_JSON_MAX) {
		text = xmalloc(sizeof(*text) + len);
		text->refs = 1;
		text->len = len;
		memcpy(text->data, line, len);
	}
	free(line);
	return text;
}

void
channel_text_free(struct channel_text *text)
{
	if (text != NULL && --text->refs == 0)
		free(text);
}

int
channel_tell(struct channel *channel, struct channel_text *text)
{
	if (channel->err != 0)
		return CAM_ERR_CLOSED;
	if (channel->json_queue.shared > CHANNEL_SHARED_QUEUE)
		return CAM_ERR_FULL;
	channel_queue_share(&channel->json_queue, text);
	channel_wake(channel);
	return 0;
}

static void
keep_call(struct channel *channel,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg)
{
	struct channel_call *call = xmalloc(sizeof(*call));

	*call = (struct channel_call){
		.id = ++channel->last_call, .on_done = on_done, .arg = arg
	};
	*channel->calls_end = call;
	channel->calls_end = &call->next;
	channel->calls_count++;
}

int
channel_call(struct channel *channel, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg)
{
	int err = channel->err != 0 ? CAM_ERR_CLOSED : 0;
	json_t *object = NULL;

	/* Half of the queue is left for answers. */
	if (err == 0 &&
	    (channel->json_queue.bytes > CHANNEL_JSON_QUEUE / 2 ||
		(on_done != NULL && channel->calls_count >= CHANNEL_CALLS_MAX)))
		err = CAM_ERR_FULL;
	if (err != 0) {
		json_decref(params);
		return err;
	}
	object = json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method",
	    method, "params", params != NULL ? params : json_object());
	if (on_done != NULL)
		json_object_set_new(
		    object, "id", json_integer(channel->last_call + 1));
	err = queue_object(channel, object);
	if (err == 0 && on_done != NULL)
		keep_call(channel, on_done, arg);
	return err;
}

int
channel_notify(struct channel *channel, const char *method, json_t *params)
{
	return channel_call(channel, method, params, NULL, NULL);
}

static void
keep_request(struct channel *channel, json_int_t id)
{
	if (channel->requests_count == channel->requests_size) {
		channel->requests_size =
		    channel->requests_size > 0 ? 2 * channel->requests_size : 4;
		channel->requests = xreallocarray(channel->requests,
		    channel->requests_size, sizeof *channel->requests);
	}
	channel->requests[channel->requests_count++] = id;
}

/* False: it was answered already, or never asked. */
static bool
take_request(struct channel *channel, json_int_t id)
{
	for (size_t i = 0; i < channel->requests_count; i++) {
		if (channel->requests[i] != id)
			continue;
		channel->requests[i] =
		    channel->requests[--channel->requests_count];
		/* An idle channel holds no memory. */
		if (channel->requests_count == 0) {
			free(channel->requests);
			channel->requests = NULL;
			channel->requests_size = 0;
		}
		return true;
	}
	return false;
}

/* Takes object. The other end may ask as fast as it likes, but has to take the
 * answers. */
static int
queue_answer(struct channel *channel, json_t *object)
{
	int err = queue_object(channel, object);

	if (channel->json_queue.bytes > CHANNEL_JSON_QUEUE)
		channel_break(channel, CAM_ERR_FULL,
		    "it asks and does not take the answers");
	return err;
}

static void
queue_error(
    struct channel *channel, json_int_t id, int err, const char *message)
{
	queue_answer(
	    channel, json_pack("{s:s, s:I, s:{s:i, s:o}}", "jsonrpc", "2.0",
			 "id", id, "error", "code", CODE_BASE + err, "message",
			 json_text(span_text(message))));
}

void
channel_reply(struct channel *channel, json_int_t id, json_t *result)
{
	if (channel->err != 0 || !take_request(channel, id)) {
		json_decref(result);
		return;
	}
	if (queue_answer(channel,
		json_pack("{s:s, s:I, s:o}", "jsonrpc", "2.0", "id", id,
		    "result", result != NULL ? result : json_object())) < 0)
		queue_error(channel, id, CAM_ERR_LIMIT,
		    "the answer is too long: ask for less");
}

void
channel_fail(
    struct channel *channel, json_int_t id, int err, const char *message)
{
	if (channel->err != 0 || !take_request(channel, id))
		return;
	if (message == NULL)
		message = cam_strerror(err);
	queue_error(channel, id, err, message);
}

/* -- receiving ---------------------------------------------------------------
 */

static int
receive_request(
    struct channel *channel, json_t *object, const char *method, json_t *params)
{
	json_t *number = json_object_get(object, "id");
	json_int_t id = json_integer_value(number);

	if (strlen(method) > CHANNEL_METHOD_MAX ||
	    (params != NULL && !json_is_object(params)))
		return channel_break(channel, CAM_ERR_FORMAT,
		    "a request with a strange method or parameters");
	if (number != NULL && id <= channel->last_request)
		return channel_break(channel, CAM_ERR_FORMAT,
		    "a request with an id that is not the next");
	if (number != NULL && channel->requests_count >= CHANNEL_CALLS_MAX)
		return channel_break(
		    channel, CAM_ERR_LIMIT, "too many requests at once");
	if (number != NULL) {
		channel->last_request = id;
		keep_request(channel, id);
	}
	if (params == NULL)
		params = json_object();
	else
		json_incref(params);
	channel->ops.on_request(
	    channel, method, params, number != NULL ? &id : NULL, channel->arg);
	json_decref(params);
	return 0;
}

static struct channel_call *
take_call(struct channel *channel, json_int_t id)
{
	struct channel_call **at = &channel->calls;
	struct channel_call *call = NULL;

	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	call = *at;
	if (call == NULL)
		return NULL;
	*at = call->next;
	if (call->next == NULL)
		channel->calls_end = at;
	channel->calls_count--;
	return call;
}

/* What an error says, in our terms. */
static int
read_error(json_t *error, const char **message)
{
	json_int_t code = json_integer_value(json_object_get(error, "code"));

	*message = json_string_value(json_object_get(error, "message"));
	return code < CODE_BASE && code >= CODE_BASE + ERR_LAST
		   ? (int)(code - CODE_BASE)
		   : CAM_ERR_REFUSED;
}

static int
receive_answer(struct channel *channel, json_t *object)
{
	json_t *result = json_object_get(object, "result");
	json_t *error = json_object_get(object, "error");
	json_t *number = json_object_get(object, "id");
	struct channel_call *call = NULL;
	const char *message = NULL;
	int err = 0;

	if ((result == NULL) == (error == NULL) ||
	    (error != NULL && !json_is_object(error)))
		return channel_break(channel, CAM_ERR_FORMAT,
		    "JSON that is neither a request nor an answer");
	if (json_is_integer(number))
		call = take_call(channel, json_integer_value(number));
	if (call == NULL)
		return channel_break(
		    channel, CAM_ERR_FORMAT, "an answer that nobody waits for");
	if (error != NULL)
		err = read_error(error, &message);
	call->on_done(call->arg, err, result, message);
	free(call);
	return 0;
}

int
channel_receive_json(struct channel *channel, struct span text)
{
	json_t *object = NULL;
	const char *version = NULL;
	json_t *method = NULL, *id = NULL;
	int err = json_parse_line(text, &object);

	if (err < 0)
		return channel_break(
		    channel, CAM_ERR_FORMAT, "no JSON object in UTF-8");
	version = json_string_value(json_object_get(object, "jsonrpc"));
	method = json_object_get(object, "method");
	id = json_object_get(object, "id");
	if (version == NULL || strcmp(version, "2.0") != 0 ||
	    (id != NULL && !json_is_integer(id)) ||
	    (method != NULL && !json_is_string(method)))
		err = channel_break(channel, CAM_ERR_FORMAT, "no JSON-RPC 2.0");
	else if (method != NULL)
		err =
		    receive_request(channel, object, json_string_value(method),
			json_object_get(object, "params"));
	else
		err = receive_answer(channel, object);
	json_decref(object);
	return err;
}

void
channel_end_calls(struct channel *channel)
{
	while (channel->calls != NULL) {
		struct channel_call *call = channel->calls;

		channel->calls = call->next;
		call->on_done(
		    call->arg, CAM_ERR_CLOSED, NULL, "the link has gone");
		free(call);
	}
}
