/* sock.c: sends and receives with the kernel's own time limits. */
#include "camd/transfer/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/err.h"

enum { REST_MAX = 64 * 1024 };

int
sock_open(struct sock *sock, int fd, unsigned idle_ms, struct span early,
    const atomic_bool *stop)
{
	struct timeval limit = { .tv_sec = (time_t)(idle_ms / 1000),
		.tv_usec = (suseconds_t)(idle_ms % 1000 * 1000) };
	int flags = fcntl(fd, F_GETFL);

	*sock = (struct sock){ .fd = fd, .early = early, .stop = stop };
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) <
		0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return CAM_ERR_SYSTEM;
	return 0;
}

int
sock_error(const struct sock *sock)
{
	if (atomic_load(sock->stop))
		return CAM_ERR_CLOSED;
	switch (errno) {
	case EAGAIN:
#if EWOULDBLOCK != EAGAIN
	case EWOULDBLOCK:
#endif
	case ETIMEDOUT:
		return CAM_ERR_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
		return CAM_ERR_CLOSED;
	}
	return CAM_ERR_SYSTEM;
}

int
sock_send(const struct sock *sock, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t sent =
		    send(sock->fd, bytes.data, bytes.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 || atomic_load(sock->stop))
			return sock_error(sock);
		bytes = span_of(bytes.data + sent, bytes.len - (size_t)sent);
	}
	return 0;
}

int
sock_receive(struct sock *sock, uint8_t *bytes, size_t size, size_t *len)
{
	ssize_t got;

	if (sock->early.len > 0) {
		*len = sock->early.len < size ? sock->early.len : size;
		memcpy(bytes, sock->early.data, *len);
		sock->early =
		    span_of(sock->early.data + *len, sock->early.len - *len);
		return 0;
	}
	do
		got = recv(sock->fd, bytes, size, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return sock_error(sock);
	if (got == 0 || atomic_load(sock->stop))
		return CAM_ERR_CLOSED;
	*len = (size_t)got;
	return 0;
}

int
sock_receive_all(struct sock *sock, uint8_t *bytes, size_t size)
{
	size_t len;
	int rc = 0;

	while (size > 0 && rc == 0) {
		rc = sock_receive(sock, bytes, size, &len);
		if (rc == 0) {
			bytes += len;
			size -= len;
		}
	}
	return rc;
}

int
sock_finish(struct sock *sock)
{
	uint8_t rest[256];
	ssize_t got;

	if (shutdown(sock->fd, SHUT_WR) != 0)
		return sock_error(sock);
	/* Reads on only to see the end: what a request was longer than was
	 * needed, but no more. */
	for (size_t total = 0; total < REST_MAX;) {
		got = recv(sock->fd, rest, sizeof(rest), 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sock_error(sock);
		if (got == 0)
			return atomic_load(sock->stop) ? CAM_ERR_CLOSED : 0;
		total += (size_t)got;
	}
	return CAM_ERR_FORMAT;
}

void
sock_reject(const struct sock *sock)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(
	    sock->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}
