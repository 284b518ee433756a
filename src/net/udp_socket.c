/* udp_socket.c: a bound UDP socket with all its options. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "net/option.h"
#include "net/udp_private.h"

enum { MULTICAST_HOPS = 32 }; /* reference 1.10 */

static void
set_receive_buffer(int fd, size_t size, size_t *got)
{
	int wanted = (int)size, value = 0;
	socklen_t len = sizeof(value);

#ifdef SO_RCVBUFFORCE
	if (setsockopt(
		fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) < 0)
#endif
		option_set(fd, SOL_SOCKET, SO_RCVBUF, wanted);
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len) < 0 ||
	    value < 0)
		value = 0;
#ifdef __linux__
	value /= 2; /* socket(7): the kernel doubles it for its own needs */
#endif
	*got = (size_t)value;
}

/* Where it was sent to and through which interface, and how many were dropped.
 */
static void
ask_for_details(int fd, int family)
{
#ifdef SO_RXQ_OVFL
	option_set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
#endif
	if (family == AF_INET6) {
		option_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		option_set(
		    fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, MULTICAST_HOPS);
		return;
	}
#if defined(IP_PKTINFO)
	option_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
#elif defined(IP_RECVDSTADDR)
	option_set(fd, IPPROTO_IP, IP_RECVDSTADDR, 1);
#endif
}

static int
bind_to_address(int fd, const struct addr *address, struct addr *bound)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = addr_to_sockaddr(address, &sa);

	if (bind(fd, (struct sockaddr *)&sa, len) < 0)
		return CAM_ERR_SYSTEM;
	len = sizeof(sa);
	if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
		return CAM_ERR_SYSTEM;
	return addr_from_sockaddr((struct sockaddr *)&sa, len, bound);
}

static int
make_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM, 0);

	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int
udp_socket_open(const struct addr *address, const char *interface,
    size_t receive_buffer, int *fd, struct addr *bound, size_t *got)
{
	int family = address->family == ADDR_V6 ? AF_INET6 : AF_INET;
	int saved = 0, err = 0, opened = make_socket(family);

	if (opened < 0)
		return CAM_ERR_SYSTEM;
	if (family == AF_INET6)
		option_set(opened, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	option_set(opened, SOL_SOCKET, SO_BROADCAST, 1);
	set_receive_buffer(opened, receive_buffer, got);
	ask_for_details(opened, family);
	if (interface != NULL)
		err = option_bind_interface(opened, interface);
	if (err == 0)
		err = bind_to_address(opened, address, bound);
	if (err < 0) {
		saved = errno;
		close(opened);
		errno = saved;
		return err;
	}
	*fd = opened;
	return 0;
}
