/* junction.c: bytes carried from one socket to another, and back. */
#include "net/junction.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/tcp.h"

enum { TURNS = 8 /* of one end, then others have theirs */ };

/* One end, and what has come from it and not left to the other. */
struct side {
	struct junction *junction;
	struct side *other;
	int fd;
	struct watch watch;
	uint8_t hold[JUNCTION_HOLD];
	size_t from, to;
	bool ended; /* it says nothing more */
	bool told;  /* that, to the other */
};

struct junction {
	struct side sides[2];
	struct timer timer;
	uint64_t idle_ms, bytes;
	bool moved; /* since the timer last looked */
	void (*on_ended)(void *arg);
	void *arg;
};

/* CAM_ERR_MORE: it must wait; CAM_ERR_CLOSED: it is broken. */
static int
fill(struct side *side)
{
	ssize_t len =
	    recv(side->fd, side->hold, sizeof side->hold, MSG_DONTWAIT);

	if (len < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
			   ? CAM_ERR_MORE
			   : CAM_ERR_CLOSED;
	side->ended = len == 0;
	side->from = 0;
	side->to = (size_t)len;
	side->junction->moved = true;
	return 0;
}

static int
empty(struct side *side)
{
	ssize_t len = send(side->other->fd, side->hold + side->from,
	    side->to - side->from, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (len < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
			   ? CAM_ERR_MORE
			   : CAM_ERR_CLOSED;
	side->from += (size_t)len;
	side->junction->bytes += (uint64_t)len;
	side->junction->moved = true;
	return 0;
}

/* What has come from it, to the other; CAM_ERR_CLOSED: one is broken. */
static int
carry(struct side *side)
{
	int r = 0;

	for (unsigned i = 0; i < TURNS && r == 0; i++) {
		if (side->from == side->to && side->ended)
			break;
		r = side->from == side->to ? fill(side) : 0;
		if (r == 0 && side->from < side->to)
			r = empty(side);
	}
	if (side->ended && side->from == side->to && !side->told) {
		side->told = true;
		if (shutdown(side->other->fd, SHUT_WR) < 0)
			return CAM_ERR_CLOSED;
	}
	return r == CAM_ERR_CLOSED ? r : 0;
}

static void
heed(struct side *side)
{
	bool full = side->from < side->to;
	bool waits = side->other->from < side->other->to;

	watch_set(&side->watch, (!full && !side->ended ? WATCH_READ : 0) |
				    (waits ? WATCH_WRITE : 0));
}

static void
end(struct junction *junction)
{
	watch_set(&junction->sides[0].watch, 0);
	watch_set(&junction->sides[1].watch, 0);
	timer_stop(&junction->timer);
	junction->on_ended(junction->arg);
}

static void
go_on(struct junction *junction)
{
	struct side *sides = junction->sides;
	int r = carry(&sides[0]);

	if (r == 0)
		r = carry(&sides[1]);
	if (r < 0 || (sides[0].told && sides[1].told)) {
		end(junction);
		return;
	}
	heed(&sides[0]);
	heed(&sides[1]);
}

static void
on_ready(int fd, int events, void *arg)
{
	const struct side *side = arg;

	go_on(side->junction);
}

static void
on_time(void *arg)
{
	struct junction *junction = arg;

	if (!junction->moved) {
		end(junction);
		return;
	}
	junction->moved = false;
	timer_start(&junction->timer, junction->idle_ms);
}

struct junction *
junction_new(struct loop *loop, int a, int b, uint64_t idle_ms,
    void (*on_ended)(void *arg), void *arg)
{
	struct junction *junction = xcalloc(1, sizeof *junction);
	struct side *sides = junction->sides;

	junction->idle_ms = idle_ms;
	junction->on_ended = on_ended;
	junction->arg = arg;
	sides[0].fd = a;
	sides[1].fd = b;
	timer_init(&junction->timer, loop, on_time, junction);
	timer_start(&junction->timer, idle_ms);
	for (size_t i = 0; i < 2; i++) {
		sides[i].junction = junction;
		sides[i].other = &sides[1 - i];
		tcp_set_bulk(sides[i].fd);
		watch_init(
		    &sides[i].watch, loop, sides[i].fd, on_ready, &sides[i]);
		heed(&sides[i]);
	}
	return junction;
}

void
junction_free(struct junction *junction)
{
	if (junction == NULL)
		return;
	for (size_t i = 0; i < 2; i++) {
		watch_finish(&junction->sides[i].watch);
		close(junction->sides[i].fd);
	}
	timer_finish(&junction->timer);
	free(junction);
}

uint64_t
junction_bytes(const struct junction *junction)
{
	return junction->bytes;
}
