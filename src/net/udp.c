/* udp.c: a UDP port: its sockets, groups and counts. */
#include "net/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sock_diag.h>
#endif

#include "base/err.h"
#include "base/mem.h"
#include "net/interface.h"
#include "net/udp_private.h"

static void
on_ready(int fd, int events, void *arg)
{
	struct udp_end *end = arg;

	if ((events & WATCH_WRITE) != 0 && end->udp->blocked)
		udp_flush(end->udp);
	if ((events & WATCH_READ) != 0)
		udp_on_readable(end);
}

static void
on_turn(void *arg)
{
	struct udp *udp = arg;

	if (!udp->blocked)
		udp_flush(udp);
	udp_tell_failures(udp);
}

struct udp *
udp_make(struct loop *loop, const struct udp_ops *ops, void *arg)
{
	struct udp *udp = xcalloc(1, sizeof(*udp));

	udp->loop = loop;
	udp->ops = *ops;
	udp->arg = arg;
	buf_init(&udp->queue, UDP_QUEUE_BYTES);
	timer_init(&udp->turn, loop, on_turn, udp);
	return udp;
}

struct udp_end *
udp_add_end(struct udp *udp, int fd, const struct addr *address)
{
	struct udp_end *end = xcalloc(1, sizeof(*end));

	end->udp = udp;
	end->fd = fd;
	end->address = *address;
	udp->ends = xreallocarray(
	    udp->ends, udp->ends_count + 1, sizeof(struct udp_end *));
	udp->ends[udp->ends_count++] = end;
	if (fd >= 0) {
		watch_init(&end->watch, udp->loop, fd, on_ready, end);
		watch_set(&end->watch, WATCH_READ);
	}
	return end;
}

/* A socket that is only read; where it cannot be had that is noted, not an
 * error. */
static struct udp_end *
add_ear(struct udp *udp, const struct addr *address, const char *interface)
{
	struct addr bound = *address;
	struct udp_end *end = NULL;
	size_t got = 0;
	int fd = -1, error = 0;
	int err = udp_socket_open(
	    address, interface, UDP_RECEIVE_BUFFER, &fd, &bound, &got);

	/* Linux before 5.7 lets only root choose an interface; then the
	 * address alone must do. */
	if (err < 0 && errno == EPERM)
		err = udp_socket_open(
		    address, NULL, UDP_RECEIVE_BUFFER, &fd, &bound, &got);
	if (err < 0)
		error = errno;
	end = udp_add_end(udp, fd, &bound);
	end->receive_buffer = got;
	end->error = error;
	return end;
}

static void
hear_broadcasts(struct udp *udp)
{
	struct addr limited = addr_v4(UINT32_MAX, udp->ends[0]->address.port);
	const struct interface_address *own = NULL;
	const struct interface *interface = NULL;
	struct interfaces interfaces = { .list = NULL };
	struct addr directed;

	if (udp->ends[0]->address.family != ADDR_V4 ||
	    interfaces_read(&interfaces) < 0)
		return;
	interface =
	    interface_by_address(&interfaces, &udp->ends[0]->address, &own);
	if (interface != NULL &&
	    (interface->flags & INTERFACE_BROADCAST) != 0) {
		/* Through that interface only, so that another camd may have
		 * another one's. */
		if (own->broadcast.family != ADDR_NONE) {
			directed = own->broadcast;
			directed.port = limited.port;
			add_ear(udp, &directed, interface->name);
		}
		if (!addr_is_broadcast(&own->broadcast))
			add_ear(udp, &limited, interface->name);
	}
	interfaces_finish(&interfaces);
}

int
udp_open(struct loop *loop, const struct udp_options *options,
    const struct udp_ops *ops, void *arg, struct udp **udp)
{
	size_t size = options->receive_buffer != 0 ? options->receive_buffer
						   : UDP_RECEIVE_BUFFER;
	struct udp *opened = NULL;
	struct udp_inbox *inbox = NULL;
	struct addr bound;
	size_t got = 0;
	int err = 0, fd = -1;

	if (options->address.family == ADDR_NONE)
		return CAM_ERR_FORMAT;
	err = udp_socket_open(
	    &options->address, options->interface, size, &fd, &bound, &got);
	if (err < 0)
		return err;
	inbox = udp_inbox_new();
	if (inbox == NULL) {
		close(fd);
		errno = ENOMEM;
		return CAM_ERR_SYSTEM;
	}
	opened = udp_make(loop, ops, arg);
	opened->inbox = inbox;
	if (options->interface != NULL)
		opened->interface = xstrdup(options->interface);
	udp_add_end(opened, fd, &bound)->receive_buffer = got;
	if (options->broadcasts && !addr_is_any(&bound))
		hear_broadcasts(opened);
	*udp = opened;
	return 0;
}

static void
destroy(struct udp *udp)
{
	for (size_t i = 0; i < udp->ends_count; i++) {
		if (udp->ends[i]->fd >= 0) {
			watch_finish(&udp->ends[i]->watch);
			close(udp->ends[i]->fd);
		}
		free(udp->ends[i]);
	}
	free(udp->ends);
	timer_finish(&udp->turn);
	udp_inbox_free(udp->inbox);
	buf_finish(&udp->queue);
	free(udp->interface);
	free(udp);
}

void
udp_close(struct udp *udp)
{
	if (udp == NULL || udp->closed)
		return;
	udp_flush(udp);
	udp->closed = true;
	if (udp->busy == 0)
		destroy(udp);
}

bool
udp_leave_callback(struct udp *udp)
{
	if (--udp->busy > 0 || !udp->closed)
		return false;
	destroy(udp);
	return true;
}

const struct addr *
udp_address(const struct udp *udp)
{
	return &udp->ends[0]->address;
}

struct addr
udp_group_site(void)
{
	struct addr group = { .bytes = { 0xff, 0x15, [14] = 0x09, [15] = 0x79 },
		.family = ADDR_V6 };

	return group;
}

struct addr
udp_group_link(void)
{
	struct addr group = { .bytes = { 0xff, 0x02, [15] = 0x01 },
		.family = ADDR_V6 };

	return group;
}

static int
change_group(int fd, int option, const struct addr *group, unsigned interface)
{
	struct ipv6_mreq mreq = { .ipv6mr_interface = interface };

	memcpy(&mreq.ipv6mr_multiaddr, group->bytes,
	    sizeof(mreq.ipv6mr_multiaddr));
	if (setsockopt(fd, IPPROTO_IPV6, option, &mreq, sizeof(mreq)) < 0)
		return CAM_ERR_SYSTEM;
	return 0;
}

/* The socket that hears the group: the main one, or one bound to the group
 * where that has an address of its own. */
static struct udp_end *
group_end(struct udp *udp, const struct addr *group, unsigned interface,
    bool make_one)
{
	struct addr address = *group;

	if (addr_is_any(&udp->ends[0]->address))
		return udp->ends[0];
	address.port = udp->ends[0]->address.port;
	address.scope = (group->bytes[1] & 0x0f) <= 2 ? interface : 0;
	for (size_t i = 1; i < udp->ends_count; i++)
		if (addr_equal(&udp->ends[i]->address, &address) &&
		    udp->ends[i]->fd >= 0)
			return udp->ends[i];
	return make_one ? add_ear(udp, &address, udp->interface) : NULL;
}

int
udp_join(struct udp *udp, const struct addr *group, unsigned interface)
{
	struct udp_end *end = NULL;

	if (group->family != ADDR_V6 || !addr_is_multicast(group) ||
	    udp->ends[0]->address.family != ADDR_V6)
		return CAM_ERR_FORMAT;
	if (udp->ends[0]->fd < 0)
		return 0;
	end = group_end(udp, group, interface, true);
	if (end->fd < 0) {
		errno = end->error;
		return CAM_ERR_SYSTEM;
	}
	if (change_group(end->fd, IPV6_JOIN_GROUP, group, interface) == 0 ||
	    errno == EADDRINUSE)
		return 0;
	return CAM_ERR_SYSTEM;
}

int
udp_leave(struct udp *udp, const struct addr *group, unsigned interface)
{
	struct udp_end *end = NULL;

	if (group->family != ADDR_V6 || udp->ends[0]->address.family != ADDR_V6)
		return CAM_ERR_FORMAT;
	end = udp->ends[0]->fd < 0 ? NULL
				   : group_end(udp, group, interface, false);
	if (end == NULL)
		return 0;
	if (change_group(end->fd, IPV6_LEAVE_GROUP, group, interface) == 0)
		return 0;
	/* It was never joined, or the interface has gone. */
	return errno == EADDRNOTAVAIL || errno == ENODEV ? 0 : CAM_ERR_SYSTEM;
}

/* The system's own count, so that drops show even when nothing came after them.
 */
static void
refresh_drops(struct udp_end *end)
{
#ifdef SO_MEMINFO
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (end->fd >= 0 &&
	    getsockopt(end->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 &&
	    len > SK_MEMINFO_DROPS * sizeof(*info))
		udp_count_drops(end, info[SK_MEMINFO_DROPS]);
#endif
}

size_t
udp_sockets(const struct udp *udp, struct udp_socket *sockets, size_t max)
{
	for (size_t i = 0; i < udp->ends_count && i < max; i++) {
		struct udp_end *end = udp->ends[i];

		refresh_drops(end);
		sockets[i] = (struct udp_socket){
			.address = end->address,
			.receive_buffer = end->receive_buffer,
			.dropped = end->dropped,
			.receive_only = i > 0,
			.error = end->error,
		};
	}
	return udp->ends_count;
}

const struct udp_counters *
udp_counters(const struct udp *udp)
{
	return &udp->counters;
}
