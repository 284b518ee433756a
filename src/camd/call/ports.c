/* ports.c: the UDP ports of calls. */
#include "camd/call/ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/number.h"
#include "net/addr.h"
#include "net/option.h"

/* Some 100 ms of video at the most that a call may take. */
enum { BUFFER_BYTES = 1024 * 1024 };

/* Where calls are heard: net.bind's address, else everywhere. The name of an
 * interface is none, and its port is everybody's. */
static struct addr
place_of(const char *bind, bool ipv6)
{
	struct addr addr;

	if (bind != NULL && bind[0] != '\0' &&
	    addr_parse(span_text(bind), 0, &addr) == 0)
		return addr;
	return addr_any(ipv6 ? ADDR_V6 : ADDR_V4, 0);
}

static int
try_port(const struct addr *place, uint16_t port, int *result)
{
	struct sockaddr_storage name;
	struct addr at = *place;
	socklen_t len;
	int fd;

	at.port = port;
	len = addr_to_sockaddr(&at, &name);
	fd = socket(
	    name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return CAM_ERR_SYSTEM;
	/* Of IPv4 as well: who calls over either uses the same port. */
	if (at.family == ADDR_V6)
		option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	option_set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
	if (bind(fd, (const struct sockaddr *)&name, len) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return saved == EADDRINUSE || saved == EACCES ? CAM_ERR_FULL
							      : CAM_ERR_SYSTEM;
	}
	*result = fd;
	return 0;
}

int
port_bind(
    const char *range, const char *bind, bool ipv6, int *fd, uint16_t *port)
{
	struct span last = span_text(range), first = last;
	struct addr place = place_of(bind, ipv6);
	uint64_t from = 0, to = 0;
	int err = CAM_ERR_FULL;

	(void)span_cut(&last, '-', &first);
	if (number_decimal(first, UINT16_MAX, &from) < 0 ||
	    number_decimal(last, UINT16_MAX, &to) < 0)
		return CAM_ERR_FORMAT;
	for (uint64_t at = from; at <= to; at++) {
		err = try_port(&place, (uint16_t)at, fd);
		if (err == CAM_ERR_SYSTEM && errno == EAFNOSUPPORT &&
		    addr_is_any(&place) && place.family == ADDR_V6) {
			/* A system without IPv6. */
			place = addr_any(ADDR_V4, 0);
			err = try_port(&place, (uint16_t)at, fd);
		}
		if (err == 0)
			*port = (uint16_t)at;
		if (err != CAM_ERR_FULL)
			break;
	}
	return err;
}
