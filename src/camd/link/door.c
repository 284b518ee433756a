/* door.c: connections that come in, counted until they are known. */
#include "camd/link/door.h"

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
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/fileserver.h"
#include "camd/offer/tickets.h"
#include "lan/budget.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/addr.h"
#include "net/tcp.h"

enum { LISTENERS_MAX = 2 }; /* IPv4 and IPv6 */
enum { TLS_HANDSHAKE = 0x16, TICKET = 'c' };
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
	struct door *door;
	struct source *source;
	struct addr from;
	int fd; /* -1: links has it */
	struct watch watch;
	struct timer timer;
	uint64_t deadline_ms;
};

struct door {
	struct camd *camd;
	uint64_t patience_ms;
	struct tcp_listener *listeners[LISTENERS_MAX];
	size_t listener_count;
	struct table sources;
	TAILQ_HEAD(, guest) guests;
	struct budget *budget; /* of handshakes */
	size_t count;
	uint64_t refused;
	uint64_t told_ms; /* of refused ones, in the log */
};

/* -- who is there -----------------------------------------------------------
 */

static bool
is_source(const struct table_link *link, const void *key)
{
	return addr_equal(&container_of(link, struct source, link)->addr, key);
}

static struct source *
find_source(struct door *door, const struct addr *from)
{
	struct addr addr = addr_source(from);
	uint64_t hash = table_hash(&door->sources, &addr, sizeof addr);
	struct table_link *found =
	    table_find(&door->sources, hash, is_source, &addr);
	struct source *source;

	if (found != NULL)
		return container_of(found, struct source, link);
	source = xcalloc(1, sizeof *source);
	source->addr = addr;
	table_add(&door->sources, &source->link, hash);
	return source;
}

static void
leave_source(struct door *door, struct source *source)
{
	if (source->count > 0)
		return;
	table_remove(&door->sources, &source->link);
	free(source);
}

static void
guest_free(struct guest *guest)
{
	struct door *door = guest->door;

	TAILQ_REMOVE(&door->guests, guest, entry);
	door->count--;
	guest->source->count--;
	leave_source(door, guest->source);
	timer_finish(&guest->timer);
	if (guest->fd >= 0) {
		watch_finish(&guest->watch);
		close(guest->fd);
	}
	free(guest);
}

static void
refuse(struct door *door, const struct source *source)
{
	uint64_t now_ms = clock_now_ms();
	char text[ADDR_TEXT_SIZE];

	door->refused++;
	if (door->told_ms != 0 && now_ms - door->told_ms < FULL_QUIET_MS)
		return;
	door->told_ms = now_ms;
	log_warn("too many TCP connections: one of %s is closed, %llu so far",
	    addr_format_host(&source->addr, text),
	    (unsigned long long)door->refused);
}

static bool
has_room(const struct door *door, const struct source *source)
{
	return source->count < LIMIT_TCP_SOURCE && door->count < LIMIT_TCP;
}

/* What is refused here has cost us nothing but its first byte. */
static bool
may_shake(const struct guest *guest)
{
	const struct door *door = guest->door;
	bool known = links_knows(door->camd->links, &guest->from);

	return budget_handshake(door->budget,
	    known ? &guest->from : &guest->source->addr, known, clock_now_ms());
}

/* -- what he wants ----------------------------------------------------------
 */

static void
on_known(void *arg)
{
	guest_free(arg);
}

static void
hand_over(struct guest *guest, uint8_t first)
{
	struct camd *camd = guest->door->camd;
	int fd = guest->fd;

	watch_finish(&guest->watch);
	timer_stop(&guest->timer);
	guest->fd = -1;
	if (first == TLS_HANDSHAKE)
		links_accept(camd->links, fd, &guest->from, guest->deadline_ms,
		    on_known, guest);
	else if (first == TICKET)
		tickets_accept(
		    camd->tickets, fd, guest->deadline_ms, on_known, guest);
	else
		fileserver_accept(camd->fileserver, fd, &guest->from,
		    guest->deadline_ms, on_known, guest);
}

static void
on_readable(int fd, int events, void *arg)
{
	struct guest *guest = arg;
	uint8_t first = 0;
	ssize_t len = recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len == 1 && (first != TLS_HANDSHAKE || may_shake(guest))) {
		hand_over(guest, first);
		return;
	}
	if (len == 1)
		refuse(guest->door, guest->source);
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
	struct door *door = arg;
	struct source *source = find_source(door, from);
	struct guest *guest;

	if (!has_room(door, source)) {
		refuse(door, source);
		leave_source(door, source);
		close(fd);
		return;
	}
	guest = xcalloc(1, sizeof *guest);
	guest->door = door;
	guest->source = source;
	guest->from = *from;
	guest->fd = fd;
	guest->deadline_ms = clock_now_ms() + door->patience_ms;
	source->count++;
	door->count++;
	TAILQ_INSERT_TAIL(&door->guests, guest, entry);
	timer_init(&guest->timer, door->camd->loop, on_late, guest);
	timer_start(&guest->timer, door->patience_ms);
	watch_init(&guest->watch, door->camd->loop, fd, on_readable, guest);
	watch_set(&guest->watch, WATCH_READ);
}

static const struct tcp_ops tcp_ops = { .on_accept = on_accept };

/* -- opening and closing ----------------------------------------------------
 */

struct door *
door_new(struct camd *camd, uint64_t patience_ms)
{
	struct door *door = xcalloc(1, sizeof *door);

	door->camd = camd;
	door->patience_ms = patience_ms;
	table_init(&door->sources);
	TAILQ_INIT(&door->guests);
	door->budget = budget_new();
	return door;
}

void
door_free(struct door *door)
{
	struct guest *guest;

	if (door == NULL)
		return;
	door_close(door);
	while ((guest = TAILQ_FIRST(&door->guests)) != NULL)
		guest_free(guest);
	table_finish(&door->sources);
	budget_free(door->budget);
	free(door);
}

int
door_open(struct door *door, const struct addr *address, const char *interface)
{
	struct tcp_listener *listener = NULL;
	int r;

	if (door->listener_count == LISTENERS_MAX)
		return CAM_ERR_FULL;
	if ((r = tcp_listen(door->camd->loop, address, interface, &tcp_ops,
		 door, &listener)) < 0)
		return r;
	door->listeners[door->listener_count++] = listener;
	return 0;
}

void
door_close(struct door *door)
{
	for (size_t i = 0; i < door->listener_count; i++)
		tcp_listener_free(door->listeners[i]);
	door->listener_count = 0;
}

size_t
door_count(const struct door *door)
{
	return door->count;
}

uint64_t
door_refused(const struct door *door)
{
	return door->refused;
}
