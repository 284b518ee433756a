/* bearer.c: tickets read off connections. */
#include "link/bearer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum { VERSION = 1 };
static const char magic[4] = { TICKET_FIRST, 'a', 'm', 't' };

/* A connection whose ticket is being read. */
struct bearer {
	TAILQ_ENTRY(bearer) entry;
	struct bearers *bearers;
	int fd;
	struct watch watch;
	struct timer timer;
	uint8_t hello[TICKET_HELLO_SIZE];
	size_t len;
	void (*on_known)(void *arg);
	void *known_arg;
};

struct bearers {
	struct loop *loop;
	TAILQ_HEAD(, bearer) list;
	void (*on_shown)(void *arg, int fd, const uint8_t ticket[TICKET_SIZE]);
	void *arg;
};

void
ticket_hello_write(
    const uint8_t ticket[TICKET_SIZE], uint8_t hello[TICKET_HELLO_SIZE])
{
	memcpy(hello, magic, sizeof magic);
	hello[sizeof magic] = VERSION;
	memcpy(hello + sizeof magic + 1, ticket, TICKET_SIZE);
}

static void
bearer_free(struct bearer *bearer)
{
	TAILQ_REMOVE(&bearer->bearers->list, bearer, entry);
	watch_finish(&bearer->watch);
	timer_finish(&bearer->timer);
	if (bearer->fd >= 0)
		close(bearer->fd);
	bearer->on_known(bearer->known_arg);
	wipe_free(bearer, sizeof *bearer);
}

static void
show(struct bearer *bearer)
{
	struct bearers *bearers = bearer->bearers;
	int fd = bearer->fd;

	if (memcmp(bearer->hello, magic, sizeof magic) != 0 ||
	    bearer->hello[sizeof magic] != VERSION)
		return;
	watch_finish(&bearer->watch);
	bearer->fd = -1;
	bearers->on_shown(bearers->arg, fd, bearer->hello + sizeof magic + 1);
}

static void
on_readable(int fd, int events, void *arg)
{
	struct bearer *bearer = arg;
	ssize_t len = recv(fd, bearer->hello + bearer->len,
	    sizeof bearer->hello - bearer->len, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0)
		bearer->len += (size_t)len;
	if (len > 0 && bearer->len < sizeof bearer->hello)
		return;
	if (len > 0)
		show(bearer);
	bearer_free(bearer);
}

static void
on_late(void *arg)
{
	bearer_free(arg);
}

void
bearers_accept(struct bearers *bearers, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg)
{
	struct bearer *bearer = xcalloc(1, sizeof *bearer);
	uint64_t now_ms = clock_now_ms();

	bearer->bearers = bearers;
	bearer->fd = fd;
	bearer->on_known = on_known;
	bearer->known_arg = known_arg;
	TAILQ_INSERT_TAIL(&bearers->list, bearer, entry);
	timer_init(&bearer->timer, bearers->loop, on_late, bearer);
	timer_start(
	    &bearer->timer, deadline_ms > now_ms ? deadline_ms - now_ms : 0);
	watch_init(&bearer->watch, bearers->loop, fd, on_readable, bearer);
	watch_set(&bearer->watch, WATCH_READ);
}

struct bearers *
bearers_new(struct loop *loop,
    void (*on_shown)(void *arg, int fd, const uint8_t ticket[TICKET_SIZE]),
    void *arg)
{
	struct bearers *bearers = xcalloc(1, sizeof *bearers);

	bearers->loop = loop;
	bearers->on_shown = on_shown;
	bearers->arg = arg;
	TAILQ_INIT(&bearers->list);
	return bearers;
}

void
bearers_free(struct bearers *bearers)
{
	struct bearer *bearer = NULL;

	if (bearers == NULL)
		return;
	while ((bearer = TAILQ_FIRST(&bearers->list)) != NULL)
		bearer_free(bearer);
	free(bearers);
}
