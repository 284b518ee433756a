/* tcp.c: TCP connections accepted and made. */
#include "net/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "loop/listener.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/option.h"

enum {
	BACKLOG = 512,
	/* A connection that is idle is asked after 15 s and every 5 s then. */
	KEEP_IDLE_S = 15,
	KEEP_INTERVAL_S = 5,
	KEEP_COUNT = 3,
};

/* -- sockets -----------------------------------------------------------------
 */

static void
set_connection(int fd)
{
	option_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	option_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	option_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
#endif
#ifdef TCP_KEEPINTVL
	option_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
#endif
#ifdef TCP_KEEPCNT
	option_set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
#endif
#ifdef TCP_USER_TIMEOUT
	option_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_DEAD_MS);
#endif
#ifdef TCP_NOTSENT_LOWAT
	option_set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, TCP_UNSENT);
#endif
}

/* To the network by its traffic class, and among what leaves this machine by
 * its priority, which the first would set to something else. */
static void
set_class(int fd, int traffic_class, int priority)
{
	option_set(fd, IPPROTO_IP, IP_TOS, traffic_class);
#ifdef IPV6_TCLASS
	option_set(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
#endif
#ifdef SO_PRIORITY
	option_set(fd, SOL_SOCKET, SO_PRIORITY, priority);
#endif
}

/* AF21, "low-latency data" (RFC 4594), and TC_PRIO_INTERACTIVE of Linux. */
void
tcp_set_urgent(int fd)
{
	set_class(fd, 0x48, 6);
}

/* CS1, which most take for "lower effort" (RFC 8325, 8622), and TC_PRIO_BULK.
 */
void
tcp_set_bulk(int fd)
{
	set_class(fd, 0x20, 2);
#ifdef TCP_NOTSENT_LOWAT
	option_set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, INT32_MAX);
#endif
}

static void
close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

static int
make_socket(const struct addr *address)
{
	int family = address->family == ADDR_V6 ? AF_INET6 : AF_INET;
	int fd = -1;

	if (address->family == ADDR_NONE) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && family == AF_INET6)
		option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	return fd;
}

static int
bind_to(int fd, const struct addr *address)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = addr_to_sockaddr(address, &sa);

	return bind(fd, (struct sockaddr *)&sa, len) < 0 ? CAM_ERR_SYSTEM : 0;
}

/* -- listening ---------------------------------------------------------------
 */

struct tcp_listener {
	struct listener *listener;
	struct addr address;
	struct tcp_ops ops;
	void *arg;
};

static void
on_accept(
    void *arg, int fd, const struct sockaddr_storage *from, socklen_t from_len)
{
	struct tcp_listener *listener = arg;
	struct addr addr;

	if (addr_from_sockaddr((const struct sockaddr *)from, from_len, &addr) <
	    0) {
		close(fd);
		return;
	}
	listener->ops.on_accept(listener->arg, fd, &addr);
}

static int
listen_at(int fd, const struct addr *address, const char *interface,
    struct addr *bound)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);
	int err = 0;

	/* Connections of our last run may still be dying; with a socket that
	 * listens nobody can share the port for all that. */
	option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	/* Once for all connections: each is made like the socket that listens.
	 */
	set_connection(fd);
	if (interface != NULL)
		err = option_bind_interface(fd, interface);
	if (err == 0)
		err = bind_to(fd, address);
	if (err == 0 && (listen(fd, BACKLOG) < 0 ||
			    getsockname(fd, (struct sockaddr *)&sa, &len) < 0))
		err = CAM_ERR_SYSTEM;
	if (err == 0)
		err = addr_from_sockaddr((struct sockaddr *)&sa, len, bound);
	return err;
}

int
tcp_listen(struct loop *loop, const struct addr *address, const char *interface,
    const struct tcp_ops *ops, void *arg, struct tcp_listener **listener)
{
	struct tcp_listener *made = NULL;
	struct addr bound;
	int err, fd = make_socket(address);

	if (fd < 0)
		return CAM_ERR_SYSTEM;
	err = listen_at(fd, address, interface, &bound);
	if (err < 0) {
		close_keeping_errno(fd);
		return err;
	}
	made = xcalloc(1, sizeof(*made));
	made->address = bound;
	made->ops = *ops;
	made->arg = arg;
	made->listener = listener_new(loop, fd, on_accept, made);
	*listener = made;
	return 0;
}

void
tcp_listener_free(struct tcp_listener *listener)
{
	if (listener == NULL)
		return;
	listener_free(listener->listener);
	free(listener);
}

const struct addr *
tcp_listener_address(const struct tcp_listener *listener)
{
	return &listener->address;
}

/* -- dialling ----------------------------------------------------------------
 */

struct tcp_dial {
	struct watch watch; /* fd -1: it could not even be begun */
	struct timer timer;
	int error; /* why */
	void (*on_done)(void *arg, int err, int fd);
	void *arg;
};

void
tcp_dial_free(struct tcp_dial *dial)
{
	if (dial == NULL)
		return;
	watch_finish(&dial->watch);
	timer_finish(&dial->timer);
	if (dial->watch.fd >= 0)
		close(dial->watch.fd);
	free(dial);
}

static void
finish(struct tcp_dial *dial, int error)
{
	void (*on_done)(void *arg, int err, int fd) = dial->on_done;
	void *arg = dial->arg;
	int err = 0, fd = -1;

	if (error == ETIMEDOUT) {
		err = CAM_ERR_TIMEOUT;
	} else if (error != 0) {
		err = CAM_ERR_UNREACHABLE;
	} else {
		fd = dial->watch.fd;
		dial->watch.fd = -1;
	}
	tcp_dial_free(dial);
	errno = error;
	on_done(arg, err, fd);
}

static void
on_timeout(void *arg)
{
	struct tcp_dial *dial = arg;

	finish(dial, dial->error != 0 ? dial->error : ETIMEDOUT);
}

/* Nobody listens there, but the port we were given is the one we asked for: TCP
 * then connects to itself. */
static bool
is_self(int fd)
{
	struct sockaddr_storage own = { 0 }, other = { 0 };
	socklen_t own_len = sizeof(own), other_len = sizeof(other);
	struct addr a, b;

	return getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 &&
	       getpeername(fd, (struct sockaddr *)&other, &other_len) == 0 &&
	       addr_from_sockaddr((struct sockaddr *)&own, own_len, &a) == 0 &&
	       addr_from_sockaddr((struct sockaddr *)&other, other_len, &b) ==
		   0 &&
	       addr_equal(&a, &b);
}

static void
on_connected(int fd, int events, void *arg)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error == 0 && is_self(fd))
		error = ECONNREFUSED;
	finish(arg, error);
}

/* 0, or an errno. */
static int
begin(int fd, const struct addr *from, const struct addr *to)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = addr_to_sockaddr(to, &sa);
	struct addr own;

	set_connection(fd);
	if (from != NULL) {
		own = *from;
		own.port = 0;
#ifdef IP_BIND_ADDRESS_NO_PORT
		option_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
#endif
		if (bind_to(fd, &own) < 0)
			return errno;
	}
	if (connect(fd, (struct sockaddr *)&sa, len) < 0 &&
	    errno != EINPROGRESS && errno != EINTR)
		return errno;
	return 0;
}

struct tcp_dial *
tcp_dial_new(struct loop *loop, const struct addr *from, const struct addr *to,
    uint64_t timeout_ms, void (*on_done)(void *arg, int err, int fd), void *arg)
{
	struct tcp_dial *dial = xcalloc(1, sizeof(*dial));
	int fd = make_socket(to);

	dial->error = fd < 0 ? errno : begin(fd, from, to);
	dial->on_done = on_done;
	dial->arg = arg;
	watch_init(&dial->watch, loop, fd, on_connected, dial);
	timer_init(&dial->timer, loop, on_timeout, dial);
	/* A failure is told on the next turn, never in here. */
	timer_start(&dial->timer, dial->error != 0 ? 0 : timeout_ms);
	if (dial->error == 0)
		watch_set(&dial->watch, WATCH_WRITE);
	return dial;
}
