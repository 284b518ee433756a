/* client.c: one program connected to the socket. */
#include "camd/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/methods/methods.h"
#include "loop/stream.h"
#include "rpc/session.h"

/* A message whose states the client is told. */
struct followed {
	struct table_link link;
	char id[ID_SIZE];
};

struct client {
	struct camd *camd;
	struct stream *stream;
	struct rpc_session_ops ops;
	struct rpc_session *session;
	void (*on_gone)(struct client *client, void *arg);
	void *arg;
	unsigned wanted; /* a bit for each of event_names() */
	/* By id, and in the order in which they came: the next to be let go
	 * at ring_at once it is full. */
	struct table followed;
	struct followed **ring;
	size_t ring_size;
	size_t ring_at;
	enum client_user user;
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
	table_init(&client->followed);
	client->on_gone = on_gone;
	client->arg = arg;
	client->ops.methods = methods;
	client->ops.write = write_line;
	client->ops.admit = methods_admit;
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
	for (size_t i = 0; i < client->followed.count; i++)
		free(client->ring[i]);
	free(client->ring);
	table_finish(&client->followed);
	free(client);
}

struct camd *
client_camd(const struct client *client)
{
	return client->camd;
}

void
client_set_idle(struct client *client, bool idle)
{
	client->user = idle ? CLIENT_USER_IDLE : CLIENT_USER_HERE;
}

enum client_user
client_user(const struct client *client)
{
	return client->user;
}

void
client_notify(struct client *client, struct span notification)
{
	rpc_notify(client->session, notification);
}

unsigned
client_give(struct client *client, int fd)
{
	return stream_give(client->stream, fd);
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
	return client->wanted != 0 && (client->wanted & bits_of(type)) != 0;
}

/* -- messages followed -------------------------------------------------- */

static bool
same_id(const struct table_link *link, const void *id)
{
	return strcmp(container_of(link, struct followed, link)->id, id) == 0;
}

static uint64_t
hash_id(const struct client *client, const char *id)
{
	return table_hash(&client->followed, id, strlen(id));
}

bool
client_follows(const struct client *client, const char *message_id)
{
	return client->followed.count > 0 &&
	       table_find(&client->followed, hash_id(client, message_id),
		   same_id, message_id) != NULL;
}

bool
client_follows_any(const struct client *client)
{
	return client->followed.count > 0;
}

/* Most clients follow one message: they hold little. */
static struct followed *
one_more(struct client *client)
{
	size_t count = client->followed.count;

	if (count == client->ring_size) {
		client->ring_size = count > 0 ? 4 * count : 1;
		client->ring = xreallocarray(
		    client->ring, client->ring_size, sizeof(*client->ring));
	}
	client->ring[count] = xcalloc(1, sizeof(**client->ring));
	return client->ring[count];
}

static struct followed *
oldest_again(struct client *client)
{
	struct followed *followed = client->ring[client->ring_at];

	client->ring_at = (client->ring_at + 1) % CLIENT_FOLLOWED;
	table_remove(&client->followed, &followed->link);
	return followed;
}

void
client_follow(struct client *client, const char *message_id)
{
	struct followed *followed;

	if (strlen(message_id) >= ID_SIZE || client_follows(client, message_id))
		return;
	followed = client->followed.count < CLIENT_FOLLOWED
		       ? one_more(client)
		       : oldest_again(client);
	memcpy(followed->id, message_id, strlen(message_id) + 1);
	table_add(
	    &client->followed, &followed->link, hash_id(client, message_id));
}
