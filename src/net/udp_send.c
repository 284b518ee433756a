/* udp_send.c: datagrams out, many with one system call. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "net/udp_private.h"

#include "config.h"

enum {
	RETRY_MS = 10, /* when the system has no buffers though the socket is
			  writable */
	KEEP_BYTES = 64 * 1024, /* of the queue's memory, when it is empty */
};

/* Linux has the struct in any case. */
#if !defined(HAVE_SENDMMSG) && !defined(__linux__)
struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned msg_len;
};
#endif

static size_t
padded(size_t len)
{
	return (sizeof(struct udp_queued) + len + 7) & ~(size_t)7;
}

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct batch {
	struct mmsghdr headers[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	struct sockaddr_storage to[UDP_BATCH];
	union control control[UDP_BATCH];
	size_t count;
};

static void
put_control(struct msghdr *header, union control *control, int level, int type,
    const void *data, size_t len)
{
	struct cmsghdr *cmsg = NULL;

	memset(control, 0, sizeof(*control));
	header->msg_control = control;
	header->msg_controllen = CMSG_SPACE(len);
	cmsg = CMSG_FIRSTHDR(header);
	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
}

/* Names the interface to send through; our own address must be named again or
 * the route would choose. */
static void
choose_interface(const struct udp *udp, struct msghdr *header,
    union control *control, uint32_t interface)
{
	const struct addr *own = &udp->ends[0]->address;

	if (own->family == ADDR_V6) {
		struct in6_pktinfo info = { .ipi6_ifindex = interface };

		memcpy(&info.ipi6_addr, own->bytes, sizeof(info.ipi6_addr));
		put_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, &info,
		    sizeof(info));
		return;
	}
#ifdef IP_PKTINFO
	struct in_pktinfo info = { .ipi_ifindex = (int)interface };

	memcpy(&info.ipi_spec_dst, own->bytes, sizeof(info.ipi_spec_dst));
	put_control(
	    header, control, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
#endif
}

static void
gather(const struct udp *udp, struct batch *batch)
{
	size_t at = udp->queue_head;
	struct udp_queued head;

	for (batch->count = 0; batch->count < UDP_BATCH && at < udp->queue.len;
	     batch->count++) {
		struct msghdr *header = &batch->headers[batch->count].msg_hdr;
		struct iovec *iov = &batch->iov[batch->count];

		memcpy(&head, udp->queue.data + at, sizeof(head));
		iov->iov_base = udp->queue.data + at + sizeof(head);
		iov->iov_len = head.len;
		*header = (struct msghdr){
			.msg_name = &batch->to[batch->count],
			.msg_namelen = addr_to_sockaddr(
			    &head.to, &batch->to[batch->count]),
			.msg_iov = iov,
			.msg_iovlen = 1,
		};
		if (head.interface != 0)
			choose_interface(udp, header,
			    &batch->control[batch->count], head.interface);
		at += padded(head.len);
	}
}

/* How many the system took, or -1 with errno for the first. */
static int
send_batch(const struct udp *udp, struct batch *batch)
{
	int sent = 0, fd = udp->ends[0]->fd;

#ifdef HAVE_SENDMMSG
	do {
		sent = sendmmsg(
		    fd, batch->headers, (unsigned)batch->count, MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	return sent;
#else
	for (; (size_t)sent < batch->count; sent++) {
		ssize_t len = 0;

		do {
			len = sendmsg(
			    fd, &batch->headers[sent].msg_hdr, MSG_DONTWAIT);
		} while (len < 0 && errno == EINTR);
		if (len < 0)
			return sent > 0 ? sent : -1;
	}
	return sent;
#endif
}

void
udp_queue_advance(struct udp *udp, size_t count)
{
	struct udp_queued head;

	for (size_t i = 0; i < count; i++) {
		memcpy(&head, udp->queue.data + udp->queue_head, sizeof(head));
		udp->queue_head += padded(head.len);
	}
	udp->queued -= count;
	if (udp->queued == 0) {
		if (udp->queue.size > KEEP_BYTES)
			buf_finish(&udp->queue);
		else
			buf_clear(&udp->queue);
		udp->queue_head = 0;
	}
}

static void
note_failure(struct udp *udp, int error)
{
	struct udp_queued head;

	memcpy(&head, udp->queue.data + udp->queue_head, sizeof(head));
	udp->counters.failed++;
	udp->counters.last_error = error;
	if (udp->ops.on_failed != NULL && udp->failures_count < UDP_FAILURES)
		udp->failures[udp->failures_count++] =
		    (struct udp_failure){ .to = head.to, .error = error };
	if (!timer_is_running(&udp->turn))
		timer_start(&udp->turn, 0);
}

void
udp_tell_failures(struct udp *udp)
{
	struct udp_failure failures[UDP_FAILURES];
	size_t count = udp->failures_count;

	memcpy(failures, udp->failures, count * sizeof(*failures));
	udp->failures_count = 0;
	udp->busy++;
	for (size_t i = 0; i < count && !udp->closed; i++)
		udp->ops.on_failed(
		    udp, &failures[i].to, failures[i].error, udp->arg);
	(void)udp_leave_callback(udp);
}

static void
wait_for_room(struct udp *udp, int error)
{
	if (error == EAGAIN || error == EWOULDBLOCK) {
		udp->blocked = true;
		watch_set(&udp->ends[0]->watch, WATCH_READ | WATCH_WRITE);
	} else {
		timer_start(&udp->turn, RETRY_MS);
	}
}

void
udp_flush(struct udp *udp)
{
	struct batch batch;
	int sent = 0;

	if (udp->ends[0]->fd < 0) {
		udp_twin_flush(udp);
		return;
	}
	while (udp->queued > 0) {
		gather(udp, &batch);
		sent = send_batch(udp, &batch);
		if (sent >= 0) {
			udp->counters.sent += (uint64_t)sent;
			udp_queue_advance(udp, (size_t)sent);
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK ||
		    errno == ENOBUFS || errno == ENOMEM) {
			wait_for_room(udp, errno);
			return;
		}
		/* Only the first is at fault: a peer whose network is away must
		 * not stop the others. */
		note_failure(udp, errno);
		udp_queue_advance(udp, 1);
	}
	if (udp->blocked) {
		udp->blocked = false;
		watch_set(&udp->ends[0]->watch, WATCH_READ);
	}
}

/* The part already sent goes when it is the larger one. */
static void
compact(struct udp *udp)
{
	if (udp->queue_head > udp->queue.len / 2) {
		buf_drop(&udp->queue, udp->queue_head);
		udp->queue_head = 0;
	}
}

int
udp_send(struct udp *udp, const struct addr *to, unsigned interface,
    const void *data, size_t len)
{
	struct udp_queued head = {
		.to = *to, .interface = interface, .len = (uint32_t)len
	};
	uint8_t *place = NULL;

	if (len > LIMIT_DATAGRAM)
		return CAM_ERR_LIMIT;
	if (to->family != udp->ends[0]->address.family || to->port == 0)
		return CAM_ERR_FORMAT;
	if (udp->queue.len - udp->queue_head + padded(len) > UDP_QUEUE_BYTES &&
	    !udp->blocked)
		udp_flush(udp);
	compact(udp);
	if (udp->queued == UDP_QUEUE_COUNT ||
	    udp->queue.len + padded(len) > UDP_QUEUE_BYTES)
		return CAM_ERR_FULL;
	if (udp->queue.data == NULL)
		buf_init(&udp->queue, UDP_QUEUE_BYTES);
	place = buf_reserve(&udp->queue, padded(len));
	if (place == NULL)
		return CAM_ERR_FULL;
	memcpy(place, &head, sizeof(head));
	if (len > 0)
		memcpy(place + sizeof(head), data, len);
	udp->queue.len += padded(len);
	udp->queued++;
	if (!udp->blocked && !timer_is_running(&udp->turn))
		timer_start(&udp->turn, 0);
	return 0;
}

size_t
udp_queued(const struct udp *udp)
{
	return udp->queued;
}
