/* client.c: one program connected to the socket. */
#include "camd/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/methods/methods.h"
#include "loop/stream.h"
#include "rpc/session.h"

struct client {
	struct camd *camd;
	struct stream *stream;
	struct rpc_session_ops ops;
	struct rpc_session *session;
	void (*on_gone)(struct client *client, void *arg);
	void *arg;
	unsigned wanted; /* a bit for each of event_names() */
	/* A ring of message ids, the next to be let go at followed_at once it
	 * is full. */
	char (*followed)[ID_SIZE];
	size_t followed_size;
	size_t followed_count;
	size_t followed_at;
};

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct client *client = arg;

	/* What is wrong has been answered: that answer still leaves. */
	if (rpc_session_feed(client->session, data, len) != 0)
		stream_close_when_written(stream);
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct client *client = arg;

	if (err == CAM_ERR_FULL)
		log_warn("closed a client that did not read what it was sent");
	client->on_gone(client, client->arg);
}

static void
write_line(void *arg, const void *data, size_t len)
{
	struct client *client = arg;

	stream_write(client->stream, data, len);
}

static const struct stream_ops stream_ops = { .on_data = on_data,
	.on_closed = on_closed };

struct client *
client_new(struct camd *camd, int fd, const struct rpc_method *methods,
    void (*on_gone)(struct client *client, void *arg), void *arg)
{
	struct client *client = xcalloc(1, sizeof *client);

	client->camd = camd;
	client->on_gone = on_gone;
	client->arg = arg;
	client->ops.methods = methods;
	client->ops.write = write_line;
	client->ops.admit = key_admits;
	client->session = rpc_session_new(&client->ops, client);
	client->stream =
	    stream_new(camd->loop, fd, &stream_ops, client, LIMIT_RPC_QUEUE);
	return client;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	rpc_session_free(client->session);
	stream_free(client->stream);
	free(client->followed);
	free(client);
}

struct camd *
client_camd(const struct client *client)
{
	return client->camd;
}

void
client_notify(struct client *client, const char *type, json_t *params)
{
	rpc_notify(client->session, type, params);
}

/* -- events ------------------------------------------------------------- */

static bool
is_of_type(const char *event, const char *type)
{
	size_t len = strlen(type);

	if (strcmp(type, "*") == 0)
		return true;
	return strncmp(event, type, len) == 0 &&
	       (event[len] == '\0' || event[len] == '.');
}

static unsigned
bits_of(const char *type)
{
	const char *const *names = event_names();
	unsigned bits = 0;

	for (unsigned i = 0; names[i] != NULL; i++) {
		if (is_of_type(names[i], type))
			bits |= 1U << i;
	}
	return bits;
}

int
client_subscribe(struct client *client, const json_t *types, const char **wrong)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *type = json_string_value(json_array_get(types, i));
		unsigned bits = type != NULL ? bits_of(type) : 0;

		if (bits == 0) {
			*wrong = type != NULL ? type : "";
			return CAM_ERR_UNKNOWN;
		}
		wanted |= bits;
	}
	client->wanted = wanted;
	return 0;
}

bool
client_wants(const struct client *client, const char *type)
{
	return (client->wanted & bits_of(type)) != 0;
}

/* -- messages followed -------------------------------------------------- */

bool
client_follows(const struct client *client, const char *message_id)
{
	for (size_t i = 0; i < client->followed_count; i++) {
		if (strcmp(client->followed[i], message_id) == 0)
			return true;
	}
	return false;
}

bool
client_follows_any(const struct client *client)
{
	return client->followed_count > 0;
}

/* Most clients follow one message: they hold little. */
static void
grow(struct client *client)
{
	if (client->followed_count < client->followed_size ||
	    client->followed_size == CLIENT_FOLLOWED)
		return;
	client->followed_size =
	    client->followed_size > 0 ? 4 * client->followed_size : 1;
	client->followed = xreallocarray(
	    client->followed, client->followed_size, sizeof *client->followed);
}

void
client_follow(struct client *client, const char *message_id)
{
	char *place = NULL;

	if (strlen(message_id) >= ID_SIZE || client_follows(client, message_id))
		return;
	grow(client);
	if (client->followed_count < client->followed_size) {
		place = client->followed[client->followed_count++];
	} else {
		place = client->followed[client->followed_at];
		client->followed_at =
		    (client->followed_at + 1) % CLIENT_FOLLOWED;
	}
	memcpy(place, message_id, strlen(message_id) + 1);
}
