/* clients.c: the programs connected to the socket. */
#include "camd/clients.h"
#include "camd/call/switchboard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/events.h"
#include "camd/message/question.h"
#include "camd/methods/methods.h"
#include "camd/people/presence.h"
#include "loop/listener.h"
#include "loop/timer.h"
#include "loop/unix.h"
#include "rpc/names.h"
#include "rpc/session.h"

/* A method that answers after a time. */
struct waiting {
	struct clients *clients;
	struct waiting *next;
	struct timer timer;
	void (*fn)(void *arg);
	void *arg;
};

struct clients {
	struct camd *camd;
	struct listener *listener;
	struct client *list[LIMIT_RPC_CLIENTS];
	size_t count;
	struct waiting *waiting;
	bool full_told; /* in the log, once until there is room again */
};

static void
on_gone(struct client *client, void *arg)
{
	struct clients *clients = arg;

	for (size_t i = 0; i < clients->count; i++) {
		if (clients->list[i] != client)
			continue;
		clients->list[i] = clients->list[--clients->count];
		clients->full_told = false;
		break;
	}
	client_free(client);
	questions_prune(clients->camd->questions);
	/* The others may all be idle; without others nothing is known. */
	if (clients->camd->presence != NULL && clients_are_idle(clients))
		presence_idle(clients->camd->presence, true);
	switchboard_listeners_changed(clients->camd);
}

static bool
is_ours(int fd)
{
	uid_t uid;
	pid_t pid;

	if (unix_peer(fd, &uid, &pid) != 0)
		return false;
	if (uid == geteuid())
		return true;
	log_warn("closed a connection of user %lu (process %ld)",
	    (unsigned long)uid, (long)pid);
	return false;
}

static bool
has_room(struct clients *clients)
{
	if (clients->count < LIMIT_RPC_CLIENTS)
		return true;
	if (!clients->full_told)
		log_warn("%d clients are connected: no more are taken",
		    LIMIT_RPC_CLIENTS);
	clients->full_told = true;
	return false;
}

static void
on_accept(
    void *arg, int fd, const struct sockaddr_storage *from, socklen_t from_len)
{
	struct clients *clients = arg;

	if (!is_ours(fd) || !has_room(clients)) {
		close(fd);
		return;
	}
	clients->list[clients->count++] =
	    client_new(clients->camd, fd, methods_table(), on_gone, clients);
}

struct clients *
clients_new(struct camd *camd, int fd)
{
	struct clients *clients = xcalloc(1, sizeof *clients);

	clients->camd = camd;
	clients->listener = listener_new(camd->loop, fd, on_accept, clients);
	return clients;
}

static void
end_wait(struct waiting *waiting)
{
	timer_finish(&waiting->timer);
	waiting->fn(waiting->arg);
	free(waiting);
}

static void
on_waited(void *arg)
{
	struct waiting *waiting = arg, **place = &waiting->clients->waiting;

	while (*place != waiting)
		place = &(*place)->next;
	*place = waiting->next;
	end_wait(waiting);
}

void
clients_wait(struct clients *clients, unsigned after_ms, void (*fn)(void *arg),
    void *arg)
{
	struct waiting *waiting = xcalloc(1, sizeof *waiting);

	waiting->clients = clients;
	waiting->next = clients->waiting;
	waiting->fn = fn;
	waiting->arg = arg;
	clients->waiting = waiting;
	timer_init(&waiting->timer, clients->camd->loop, on_waited, waiting);
	timer_start(&waiting->timer, after_ms);
}

void
clients_free(struct clients *clients)
{
	struct waiting *waiting = NULL;

	if (clients == NULL)
		return;
	listener_free(clients->listener);
	for (size_t i = 0; i < clients->count; i++)
		client_free(clients->list[i]);
	clients->count = 0;
	while ((waiting = clients->waiting) != NULL) {
		clients->waiting = waiting->next;
		end_wait(waiting);
	}
	free(clients);
}

size_t
clients_count(const struct clients *clients)
{
	return clients->count;
}

bool
clients_are_idle(const struct clients *clients)
{
	bool is_idle = false;

	for (size_t i = 0; i < clients->count; i++) {
		enum client_user user = client_user(clients->list[i]);

		if (user == CLIENT_USER_HERE)
			return false;
		is_idle |= user == CLIENT_USER_IDLE;
	}
	return is_idle;
}

void
clients_tell(struct clients *clients, const char *type, const char *follow_id,
    struct span event)
{
	struct buf line;

	if (rpc_notification(type, event, &line) < 0)
		log_warn(
		    "event %s is too long for a line and was not sent", type);
	for (size_t i = 0; i < clients->count && !buf_failed(&line); i++) {
		struct client *client = clients->list[i];

		if (client_wants(client, type) ||
		    (follow_id != NULL && client_follows(client, follow_id)))
			client_notify(client, buf_span(&line));
	}
	buf_finish(&line);
}

bool
clients_follow(const struct clients *clients, const char *message_id)
{
	for (size_t i = 0; i < clients->count; i++) {
		if (client_follows(clients->list[i], message_id))
			return true;
	}
	return false;
}

int
clients_wanted(const struct clients *clients, const char *type)
{
	bool followed = event_is_followed(type);

	for (size_t i = 0; i < clients->count; i++) {
		if (client_wants(clients->list[i], type) ||
		    (followed && client_follows_any(clients->list[i])))
			return 1;
	}
	return 0;
}
