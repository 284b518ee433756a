/* udp_receive.c: datagrams in, many with one system call. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "base/mem.h"
#include "net/udp_private.h"

#include "config.h"

enum {
	SLOT = 65536,	    /* a datagram's place: a whole number of pages */
	BATCHES_A_TURN = 8, /* then others on the loop have their turn */
	KEEP_BYTES =
	    1024 * 1024, /* of touched memory, when all has been read */
	PAGE = 4096,
};

/* Linux has the struct in any case. */
#if !defined(HAVE_RECVMMSG) && !defined(__linux__)
struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned msg_len;
};
#endif

/* Room for the details of one datagram: where it was sent to, and the drop
 * count. */
union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		      CMSG_SPACE(sizeof(uint32_t))];
};

struct udp_inbox {
	uint8_t *slots; /* UDP_BATCH of SLOT bytes; pages not yet used cost
			   nothing */
	uint32_t
	    touched[UDP_BATCH]; /* bytes of each slot that were ever written */
	size_t touched_all;
	struct mmsghdr headers[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	struct sockaddr_in6 from[UDP_BATCH]; /* the larger of the two kinds */
	union control control[UDP_BATCH];
	struct udp_datagram list[UDP_BATCH];
};

struct udp_inbox *
udp_inbox_new(void)
{
	struct udp_inbox *inbox = NULL;
	void *slots = mmap(NULL, (size_t)UDP_BATCH * SLOT,
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (slots == MAP_FAILED)
		return NULL;
#ifdef MADV_NOHUGEPAGE
	/* One small datagram must not cost two megabytes. */
	(void)madvise(slots, (size_t)UDP_BATCH * SLOT, MADV_NOHUGEPAGE);
#endif
	inbox = xcalloc(1, sizeof(*inbox));
	inbox->slots = slots;
	return inbox;
}

void
udp_inbox_free(struct udp_inbox *inbox)
{
	if (inbox == NULL)
		return;
	munmap(inbox->slots, (size_t)UDP_BATCH * SLOT);
	free(inbox);
}

static void
prepare(struct udp_inbox *inbox)
{
	for (size_t i = 0; i < UDP_BATCH; i++) {
		inbox->iov[i].iov_base = inbox->slots + i * SLOT;
		inbox->iov[i].iov_len = LIMIT_DATAGRAM;
		inbox->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &inbox->from[i],
			.msg_namelen = sizeof(inbox->from[i]),
			.msg_iov = &inbox->iov[i],
			.msg_iovlen = 1,
			.msg_control = &inbox->control[i],
			.msg_controllen = sizeof(inbox->control[i]),
		};
	}
}

/* How many came; 0 when nothing waits. */
static size_t
read_batch(int fd, struct udp_inbox *inbox)
{
	int got = 0;

	prepare(inbox);
#ifdef HAVE_RECVMMSG
	do {
		got =
		    recvmmsg(fd, inbox->headers, UDP_BATCH, MSG_DONTWAIT, NULL);
	} while (got < 0 && errno == EINTR);
#else
	for (; got < UDP_BATCH; got++) {
		ssize_t len = 0;

		do {
			len = recvmsg(
			    fd, &inbox->headers[got].msg_hdr, MSG_DONTWAIT);
		} while (len < 0 && errno == EINTR);
		if (len < 0)
			break;
		inbox->headers[got].msg_len = (unsigned)len;
	}
#endif
	/* Errors here (ENETDOWN and the like) belong to the socket for a moment
	 * only. */
	return got > 0 ? (size_t)got : 0;
}

void
udp_count_drops(struct udp_end *end, uint32_t drops)
{
	end->dropped += (uint32_t)(drops - end->dropped_seen);
	end->dropped_seen = drops;
}

static void
note_destination(struct udp_datagram *datagram, const void *bytes, size_t len,
    int family, unsigned interface)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_scope_id = interface };

	datagram->interface = interface;
	if (family == AF_INET) {
		memcpy(&v4.sin_addr, bytes, len);
		(void)addr_from_sockaddr(
		    (struct sockaddr *)&v4, sizeof(v4), &datagram->to);
	} else {
		memcpy(&v6.sin6_addr, bytes, len);
		(void)addr_from_sockaddr(
		    (struct sockaddr *)&v6, sizeof(v6), &datagram->to);
	}
	if (addr_is_multicast(&datagram->to))
		datagram->flags |= UDP_TO_MULTICAST;
}

static void
read_detail(struct udp_end *end, const struct cmsghdr *cmsg,
    struct udp_datagram *datagram)
{
	const void *data = CMSG_DATA(cmsg);

	if (cmsg->cmsg_level == IPPROTO_IPV6 &&
	    cmsg->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, data, sizeof(info));
		note_destination(
		    datagram, &info.ipi6_addr, 16, AF_INET6, info.ipi6_ifindex);
	}
#if defined(IP_PKTINFO)
	if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, data, sizeof(info));
		note_destination(datagram, &info.ipi_addr, 4, AF_INET,
		    (unsigned)info.ipi_ifindex);
		/* ip(7): the two differ only where the packet was not sent to
		 * an address of ours. */
		if (info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr &&
		    (datagram->flags & UDP_TO_MULTICAST) == 0)
			datagram->flags |= UDP_TO_BROADCAST;
	}
#elif defined(IP_RECVDSTADDR)
	if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_RECVDSTADDR)
		note_destination(datagram, data, 4, AF_INET, 0);
#endif
#ifdef SO_RXQ_OVFL
	if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SO_RXQ_OVFL) {
		uint32_t drops = 0;

		memcpy(&drops, data, sizeof(drops));
		udp_count_drops(end, drops);
	}
#endif
}

static bool
describe(struct udp_end *end, struct udp_inbox *inbox, size_t slot,
    struct udp_datagram *datagram)
{
	struct msghdr *header = &inbox->headers[slot].msg_hdr;

	*datagram = (struct udp_datagram){
		.data = span_of(
		    inbox->iov[slot].iov_base, inbox->headers[slot].msg_len),
	};
	if (addr_from_sockaddr(
		header->msg_name, header->msg_namelen, &datagram->from) < 0)
		return false;
	if ((header->msg_flags & MSG_TRUNC) != 0) {
		datagram->flags |= UDP_TRUNCATED;
		end->udp->counters.truncated++;
	}
#ifdef MSG_BCAST
	if ((header->msg_flags & MSG_BCAST) != 0)
		datagram->flags |= UDP_TO_BROADCAST;
#endif
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(header); cmsg != NULL;
	     cmsg = CMSG_NXTHDR(header, cmsg))
		read_detail(end, cmsg, datagram);
	return true;
}

static void
note_touched(struct udp_inbox *inbox, size_t slot)
{
	uint32_t len = (inbox->headers[slot].msg_len + PAGE - 1) / PAGE * PAGE;

	if (len > inbox->touched[slot]) {
		inbox->touched_all += len - inbox->touched[slot];
		inbox->touched[slot] = len;
	}
}

/* A burst of large datagrams must not stay in our memory for ever. */
static void
give_back(struct udp_inbox *inbox)
{
	if (inbox->touched_all <= KEEP_BYTES)
		return;
	(void)madvise(inbox->slots, (size_t)UDP_BATCH * SLOT, MADV_DONTNEED);
	memset(inbox->touched, 0, sizeof(inbox->touched));
	inbox->touched_all = 0;
}

void
udp_on_readable(struct udp_end *end)
{
	struct udp *udp = end->udp;
	struct udp_inbox *inbox = udp->inbox;
	size_t got = UDP_BATCH, count = 0;

	udp->busy++;
	for (int batch = 0;
	     batch < BATCHES_A_TURN && got == UDP_BATCH && !udp->closed;
	     batch++) {
		got = read_batch(end->fd, inbox);
		count = 0;
		for (size_t i = 0; i < got; i++) {
			note_touched(inbox, i);
			if (describe(end, inbox, i, &inbox->list[count]))
				count++;
		}
		udp->counters.received += count;
		if (count > 0)
			udp->ops.on_datagrams(
			    udp, inbox->list, count, udp->arg);
	}
	if (udp_leave_callback(udp))
		return;
	if (got < UDP_BATCH)
		give_back(inbox);
	udp_flush(udp);
}
