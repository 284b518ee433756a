/* lobby.c: connections that come in, counted until they are known. */
#include "net/lobby.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/tcp.h"

enum { LISTENERS_MAX = 2 }; /* IPv4 and IPv6 */
enum { FULL_QUIET_MS = 60 * 1000 };

/* Those of one address, or of one /64. */
struct source {
	struct table_link link;
	struct addr addr;
	unsigned count;
};

/* Somebody not yet known. */
struct guest {
	TAILQ_ENTRY(guest) entry;
	struct lobby *lobby;
	struct source *source;
	struct addr from;
	int fd; /* -1: its taker has it */
	struct watch watch;
	struct timer timer;
	uint64_t deadline_ms;
};

struct lobby {
	struct loop *loop;
	struct lobby_ops ops;
	void *arg;
	uint64_t patience_ms;
	struct tcp_listener *listeners[LISTENERS_MAX];
	size_t listener_count;
	struct table sources;
	TAILQ_HEAD(, guest) guests;
	size_t count;
	uint64_t refused;
	uint64_t told_ms; /* of refused ones, in the log */
};

/* -- who is there ------------------------------------------------------------
 */

static bool
is_source(const struct table_link *link, const void *key)
{
	return addr_equal(&container_of(link, struct source, link)->addr, key);
}

static struct source *
find_source(struct lobby *lobby, const struct addr *from)
{
	struct addr addr = addr_source(from);
	uint64_t hash = table_hash(&lobby->sources, &addr, sizeof addr);
	struct table_link *found =
	    table_find(&lobby->sources, hash, is_source, &addr);
	struct source *source;

	if (found != NULL)
		return container_of(found, struct source, link);
	source = xcalloc(1, sizeof *source);
	source->addr = addr;
	table_add(&lobby->sources, &source->link, hash);
	return source;
}

static void
leave_source(struct lobby *lobby, struct source *source)
{
	if (source->count > 0)
		return;
	table_remove(&lobby->sources, &source->link);
	free(source);
}

static void
guest_free(struct guest *guest)
{
	struct lobby *lobby = guest->lobby;

	TAILQ_REMOVE(&lobby->guests, guest, entry);
	lobby->count--;
	guest->source->count--;
	leave_source(lobby, guest->source);
	timer_finish(&guest->timer);
	if (guest->fd >= 0) {
		watch_finish(&guest->watch);
		close(guest->fd);
	}
	free(guest);
}

static void
refuse(struct lobby *lobby, const struct source *source)
{
	uint64_t now_ms = clock_now_ms();
	char text[ADDR_TEXT_SIZE];

	lobby->refused++;
	if (lobby->told_ms != 0 && now_ms - lobby->told_ms < FULL_QUIET_MS)
		return;
	lobby->told_ms = now_ms;
	log_warn("too many TCP connections: one of %s is closed, %llu so far",
	    addr_format_host(&source->addr, text),
	    (unsigned long long)lobby->refused);
}

static bool
has_room(const struct lobby *lobby, const struct source *source)
{
	return source->count < LIMIT_TCP_SOURCE && lobby->count < LIMIT_TCP;
}

/* -- what he wants -----------------------------------------------------------
 */

static void
on_known(void *arg)
{
	guest_free(arg);
}

static void
hand_over(struct guest *guest, const struct lobby_guest *shown)
{
	struct lobby *lobby = guest->lobby;
	int fd = guest->fd;

	watch_finish(&guest->watch);
	timer_stop(&guest->timer);
	guest->fd = -1;
	lobby->ops.take(lobby->arg, fd, shown, on_known, guest);
}

static void
on_readable(int fd, int events, void *arg)
{
	struct guest *guest = arg;
	struct lobby *lobby = guest->lobby;
	struct lobby_guest shown = { .from = guest->from,
		.source = guest->source->addr,
		.deadline_ms = guest->deadline_ms };
	ssize_t len = recv(fd, &shown.first, 1, MSG_PEEK | MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* What is refused here has cost us nothing but its first byte. */
	if (len == 1 && lobby->ops.admit(lobby->arg, &shown)) {
		hand_over(guest, &shown);
		return;
	}
	if (len == 1)
		refuse(lobby, guest->source);
	guest_free(guest);
}

static void
on_late(void *arg)
{
	guest_free(arg);
}

static void
on_accept(void *arg, int fd, const struct addr *from)
{
	struct lobby *lobby = arg;
	struct source *source = find_source(lobby, from);
	struct guest *guest;

	if (!has_room(lobby, source)) {
		refuse(lobby, source);
		leave_source(lobby, source);
		close(fd);
		return;
	}
	guest = xcalloc(1, sizeof *guest);
	guest->lobby = lobby;
	guest->source = source;
	guest->from = *from;
	guest->fd = fd;
	guest->deadline_ms = clock_now_ms() + lobby->patience_ms;
	source->count++;
	lobby->count++;
	TAILQ_INSERT_TAIL(&lobby->guests, guest, entry);
	timer_init(&guest->timer, lobby->loop, on_late, guest);
	timer_start(&guest->timer, lobby->patience_ms);
	watch_init(&guest->watch, lobby->loop, fd, on_readable, guest);
	watch_set(&guest->watch, WATCH_READ);
}

static const struct tcp_ops tcp_ops = { .on_accept = on_accept };

/* -- opening and closing -----------------------------------------------------
 */

struct lobby *
lobby_new(struct loop *loop, uint64_t patience_ms, const struct lobby_ops *ops,
    void *arg)
{
	struct lobby *lobby = xcalloc(1, sizeof *lobby);

	lobby->loop = loop;
	lobby->ops = *ops;
	lobby->arg = arg;
	lobby->patience_ms = patience_ms;
	table_init(&lobby->sources);
	TAILQ_INIT(&lobby->guests);
	return lobby;
}

void
lobby_free(struct lobby *lobby)
{
	struct guest *guest;

	if (lobby == NULL)
		return;
	lobby_close(lobby);
	while ((guest = TAILQ_FIRST(&lobby->guests)) != NULL)
		guest_free(guest);
	table_finish(&lobby->sources);
	free(lobby);
}

int
lobby_open(
    struct lobby *lobby, const struct addr *address, const char *interface)
{
	struct tcp_listener *listener = NULL;
	int r;

	if (lobby->listener_count == LISTENERS_MAX)
		return CAM_ERR_FULL;
	if ((r = tcp_listen(lobby->loop, address, interface, &tcp_ops, lobby,
		 &listener)) < 0)
		return r;
	lobby->listeners[lobby->listener_count++] = listener;
	return 0;
}

void
lobby_close(struct lobby *lobby)
{
	for (size_t i = 0; i < lobby->listener_count; i++)
		tcp_listener_free(lobby->listeners[i]);
	lobby->listener_count = 0;
}

const struct addr *
lobby_address(const struct lobby *lobby, size_t i)
{
	return i < lobby->listener_count
		   ? tcp_listener_address(lobby->listeners[i])
		   : NULL;
}

size_t
lobby_count(const struct lobby *lobby)
{
	return lobby->count;
}

uint64_t
lobby_refused(const struct lobby *lobby)
{
	return lobby->refused;
}
