/* listener.c: a socket that listens, and the connections that come to it. */
#include "loop/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum {
	ACCEPTS_A_TURN = 16,
	/* Until the next try when there are no descriptors left. */
	PAUSE_MS = 500,
};

struct listener {
	struct watch watch;
	struct timer pause;
	listener_on_accept *on_accept;
	void *arg;
	bool accepting; /* inside on_accept: freed when that is over */
	bool gone;
};

static void
on_pause_over(void *arg)
{
	struct listener *listener = arg;

	watch_set(&listener->watch, WATCH_READ);
}

/* False: there are no more, or none can be taken now. */
static bool
accept_one(struct listener *listener)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	int fd = accept4(listener->watch.fd, (struct sockaddr *)&from, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		listener->on_accept(listener->arg, fd, &from, len);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
	    errno == ENOMEM) {
		/* It stays readable: without a pause the loop would spin. */
		watch_set(&listener->watch, 0);
		timer_start(&listener->pause, PAUSE_MS);
		return false;
	}
	/* accept(2): what befell the one connection shows here on Linux. */
	return errno != EAGAIN && errno != EWOULDBLOCK;
}

static void
on_readable(int fd, int events, void *arg)
{
	struct listener *listener = arg;

	listener->accepting = true;
	for (int i = 0; i < ACCEPTS_A_TURN && !listener->gone; i++) {
		if (!accept_one(listener))
			break;
	}
	listener->accepting = false;
	if (listener->gone)
		free(listener);
}

struct listener *
listener_new(
    struct loop *loop, int fd, listener_on_accept *on_accept, void *arg)
{
	struct listener *listener = xcalloc(1, sizeof *listener);
	int flags = fcntl(fd, F_GETFL);

	listener->on_accept = on_accept;
	listener->arg = arg;
	watch_init(&listener->watch, loop, fd, on_readable, listener);
	timer_init(&listener->pause, loop, on_pause_over, listener);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	watch_set(&listener->watch, WATCH_READ);
	return listener;
}

void
listener_free(struct listener *listener)
{
	if (listener == NULL)
		return;
	watch_finish(&listener->watch);
	timer_finish(&listener->pause);
	close(listener->watch.fd);
	listener->gone = true;
	if (!listener->accepting)
		free(listener);
}
