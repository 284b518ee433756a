/* interface_watch.c: word of changed addresses, links and routes, by
 * rtnetlink(7). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/interface.h"

#include "config.h"

#ifdef HAVE_LINUX_RTNETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

struct interface_watch {
	int fd;
	struct watch watch;
	struct timer timer; /* runs while more may follow */
	void (*on_change)(void *arg);
	void *arg;
};

static bool
has_attribute(const struct nlmsghdr *header, unsigned short type)
{
	const struct ifinfomsg *info = NLMSG_DATA(header);
	size_t len = header->nlmsg_len - NLMSG_LENGTH(sizeof(*info));

	for (const struct rtattr *attr = IFLA_RTA(info); RTA_OK(attr, len);
	     attr = RTA_NEXT(attr, len))
		if (attr->rta_type == type)
			return true;
	return false;
}

/* Wireless drivers tell of every scan, and the kernel of cached routes: neither
 * is a change to us. */
static bool
matters(const struct nlmsghdr *header)
{
	const struct rtmsg *route = NLMSG_DATA(header);

	switch (header->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_DELLINK:
		return true;
	case RTM_NEWLINK:
		return header->nlmsg_len >=
			   NLMSG_LENGTH(sizeof(struct ifinfomsg)) &&
		       !has_attribute(header, IFLA_WIRELESS);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return header->nlmsg_len >= NLMSG_LENGTH(sizeof(*route)) &&
		       (route->rtm_flags & RTM_F_CLONED) == 0;
	default:
		return false;
	}
}

static bool
any_matters(const void *data, size_t len)
{
	for (const struct nlmsghdr *header = data; NLMSG_OK(header, len);
	     header = NLMSG_NEXT(header, len))
		if (matters(header))
			return true;
	return false;
}

/* Reads all that waits; true when something of it matters. */
static bool
drain(int fd)
{
	_Alignas(struct nlmsghdr) char data[16384];
	struct sockaddr_nl from;
	bool changed = false;

	for (;;) {
		struct iovec iov = { .iov_base = data,
			.iov_len = sizeof(data) };
		struct msghdr msg = { .msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1 };
		ssize_t got = recvmsg(fd, &msg, MSG_DONTWAIT);

		if (got < 0 && errno == EINTR)
			continue;
		/* Too much at once, some of it lost: that is a change for
		 * certain. */
		if (got < 0 && errno == ENOBUFS) {
			changed = true;
			continue;
		}
		if (got <= 0)
			return changed;
		/* Only the kernel's word counts, not another program's. */
		if (from.nl_pid == 0 && ((msg.msg_flags & MSG_TRUNC) != 0 ||
					    any_matters(data, (size_t)got)))
			changed = true;
	}
}

static void
on_readable(int fd, int events, void *arg)
{
	struct interface_watch *watch = arg;

	if (drain(fd) && !timer_is_running(&watch->timer))
		timer_start(&watch->timer, INTERFACE_SETTLE_MS);
}

static void
on_settled(void *arg)
{
	struct interface_watch *watch = arg;

	watch->on_change(watch->arg);
}

static int
open_socket(int *fd)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
			     RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_ROUTE,
	};
	int opened = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (opened < 0)
		return errno == EAFNOSUPPORT ? CAM_ERR_UNSUPPORTED
					     : CAM_ERR_SYSTEM;
	if (bind(opened, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int saved = errno;

		close(opened);
		errno = saved;
		return CAM_ERR_SYSTEM;
	}
	*fd = opened;
	return 0;
}

int
interface_watch_new(struct loop *loop, void (*on_change)(void *arg), void *arg,
    struct interface_watch **watch)
{
	struct interface_watch *made = NULL;
	int fd = -1;
	int err = open_socket(&fd);

	if (err < 0)
		return err;
	made = xcalloc(1, sizeof(*made));
	made->fd = fd;
	made->on_change = on_change;
	made->arg = arg;
	timer_init(&made->timer, loop, on_settled, made);
	watch_init(&made->watch, loop, fd, on_readable, made);
	watch_set(&made->watch, WATCH_READ);
	*watch = made;
	return 0;
}

void
interface_watch_free(struct interface_watch *watch)
{
	if (watch == NULL)
		return;
	watch_finish(&watch->watch);
	timer_finish(&watch->timer);
	close(watch->fd);
	free(watch);
}

#else

int
interface_watch_new(struct loop *loop, void (*on_change)(void *arg), void *arg,
    struct interface_watch **watch)
{
	return CAM_ERR_UNSUPPORTED;
}

void
interface_watch_free(struct interface_watch *watch)
{
}

#endif
