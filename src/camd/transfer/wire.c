/* wire.c: sends and receives with the kernel's own time limits. */
#include "camd/transfer/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/err.h"

enum { REST_MAX = 64 * 1024 };

int
wire_open(struct wire *wire, int fd, unsigned idle_ms, struct span early,
    const atomic_bool *stop)
{
	struct timeval limit = { .tv_sec = (time_t)(idle_ms / 1000),
		.tv_usec = (suseconds_t)(idle_ms % 1000 * 1000) };
	int flags = fcntl(fd, F_GETFL);

	*wire = (struct wire){ .fd = fd, .early = early, .stop = stop };
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) <
		0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return CAM_ERR_SYSTEM;
	return 0;
}

int
wire_error(const struct wire *wire)
{
	if (atomic_load(wire->stop))
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
wire_send(const struct wire *wire, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t sent =
		    send(wire->fd, bytes.data, bytes.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 || atomic_load(wire->stop))
			return wire_error(wire);
		bytes = span_of(bytes.data + sent, bytes.len - (size_t)sent);
	}
	return 0;
}

int
wire_receive(struct wire *wire, uint8_t *bytes, size_t size, size_t *len)
{
	ssize_t got;

	if (wire->early.len > 0) {
		*len = wire->early.len < size ? wire->early.len : size;
		memcpy(bytes, wire->early.data, *len);
		wire->early =
		    span_of(wire->early.data + *len, wire->early.len - *len);
		return 0;
	}
	do
		got = recv(wire->fd, bytes, size, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return wire_error(wire);
	if (got == 0 || atomic_load(wire->stop))
		return CAM_ERR_CLOSED;
	*len = (size_t)got;
	return 0;
}

int
wire_receive_all(struct wire *wire, uint8_t *bytes, size_t size)
{
	size_t len;
	int rc = 0;

	while (size > 0 && rc == 0) {
		rc = wire_receive(wire, bytes, size, &len);
		if (rc == 0) {
			bytes += len;
			size -= len;
		}
	}
	return rc;
}

int
wire_finish(struct wire *wire)
{
	uint8_t rest[256];
	ssize_t got;

	if (shutdown(wire->fd, SHUT_WR) != 0)
		return wire_error(wire);
	/* Reads on only to see the end: what a request was longer than was
	 * needed, but no more. */
	for (size_t total = 0; total < REST_MAX;) {
		got = recv(wire->fd, rest, sizeof(rest), 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return wire_error(wire);
		if (got == 0)
			return atomic_load(wire->stop) ? CAM_ERR_CLOSED : 0;
		total += (size_t)got;
	}
	return CAM_ERR_FORMAT;
}

void
wire_reject(const struct wire *wire)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(
	    wire->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}
