/* wire.c: the UDP socket of a call. */
#include "media/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/option.h"

enum {
	BATCH = 16,
	BATCHES_MAX = 32, /* at a time: others want to run too */
	SENDS_MAX = LIMIT_CALL_MEMBERS,
	/* Seconds of six members' packets, should we be stopped for so long. */
	RECEIVE_BUFFER = 1024 * 1024,
};

/* Time that the system stamps on what arrives. */
union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(struct timespec))];
};

struct wire {
	int fd;
	bool is_v6;
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_storage from[BATCH];
	union control control[BATCH];
	uint8_t data[BATCH][LIMIT_MEDIA_PACKET + 1];
};

int
wire_open(int fd, struct wire **wire)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	int flags = fcntl(fd, F_GETFL), type = 0;
	socklen_t type_len = sizeof type;
	struct wire *made = NULL;

	if (flags < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) < 0 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		if (fd >= 0)
			close(fd);
		return CAM_ERR_SYSTEM;
	}
	if (type != SOCK_DGRAM ||
	    (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
		close(fd);
		return CAM_ERR_FORMAT;
	}
	option_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	option_set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	made = xcalloc(1, sizeof *made);
	made->fd = fd;
	made->is_v6 = address.ss_family == AF_INET6;
	*wire = made;
	return 0;
}

void
wire_close(struct wire *wire)
{
	if (wire == NULL)
		return;
	close(wire->fd);
	free(wire);
}

int
wire_fd(const struct wire *wire)
{
	return wire->fd;
}

static void
prepare(struct wire *wire, size_t i)
{
	wire->parts[i] = (struct iovec){ wire->data[i], sizeof wire->data[i] };
	wire->messages[i].msg_hdr = (struct msghdr){
		.msg_name = &wire->from[i],
		.msg_namelen = sizeof wire->from[i],
		.msg_iov = &wire->parts[i],
		.msg_iovlen = 1,
		.msg_control = wire->control[i].room,
		.msg_controllen = sizeof wire->control[i].room,
	};
}

/* How long ago a datagram came: by the wall clock, which may have been set in
 * between. */
static uint64_t
age_us(struct msghdr *message, int64_t wall_us)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct timespec came;
	int64_t age;

	if (header == NULL || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_TIMESTAMPNS)
		return 0;
	memcpy(&came, CMSG_DATA(header), sizeof came);
	age = wall_us - (int64_t)came.tv_sec * 1000000 - came.tv_nsec / 1000;
	return age > 0 && age < 1000000 ? (uint64_t)age : 0;
}

static void
hand_on(
    struct wire *wire, size_t count, wire_on_datagram *on_datagram, void *arg)
{
	uint64_t now_us = clock_now_us();
	int64_t wall_us = clock_wall_us();

	for (size_t i = 0; i < count; i++) {
		struct msghdr *message = &wire->messages[i].msg_hdr;
		size_t len = wire->messages[i].msg_len;
		struct addr from;

		if (len > LIMIT_MEDIA_PACKET ||
		    addr_from_sockaddr((struct sockaddr *)&wire->from[i],
			message->msg_namelen, &from) < 0)
			continue;
		on_datagram(arg, &from, wire->data[i], len,
		    now_us - age_us(message, wall_us));
	}
}

void
wire_receive(struct wire *wire, wire_on_datagram *on_datagram, void *arg)
{
	for (size_t batch = 0; batch < BATCHES_MAX; batch++) {
		int got;

		for (size_t i = 0; i < BATCH; i++)
			prepare(wire, i);
		got = recvmmsg(wire->fd, wire->messages, BATCH, 0, NULL);
		if (got > 0)
			hand_on(wire, (size_t)got, on_datagram, arg);
		if (got < BATCH)
			return;
	}
}

/* On a socket for both, IPv4 is written as IPv6 (RFC 4291, 2.5.5.2). */
static socklen_t
fill_sockaddr(
    const struct wire *wire, const struct addr *to, struct sockaddr_storage *sa)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6,
		.sin6_port = htons(to->port) };

	if (!wire->is_v6 || to->family != ADDR_V4)
		return addr_to_sockaddr(to, sa);
	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(mapped.sin6_addr.s6_addr + 12, to->bytes, 4);
	memcpy(sa, &mapped, sizeof mapped);
	return sizeof mapped;
}

void
wire_send(struct wire *wire, const void *data, size_t len,
    const struct addr *const *to, size_t count)
{
	/* It is only read. */
	struct iovec part = {
		(void *)data, /* NOLINT(performance-no-int-to-ptr) */
		len
	};
	struct sockaddr_storage addresses[SENDS_MAX];
	struct mmsghdr messages[SENDS_MAX] = { 0 };

	if (count > SENDS_MAX)
		count = SENDS_MAX;
	for (size_t i = 0; i < count; i++) {
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &addresses[i],
			.msg_namelen =
			    fill_sockaddr(wire, to[i], &addresses[i]),
			.msg_iov = &part,
			.msg_iovlen = 1,
		};
	}
	/* One that cannot be reached must not keep the others from theirs. */
	for (size_t done = 0; done < count;) {
		int sent = sendmmsg(wire->fd, messages + done,
		    (unsigned)(count - done), MSG_NOSIGNAL);

		done += sent > 0 ? (size_t)sent : 1;
	}
}
