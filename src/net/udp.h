/* udp.h: a UDP port on the loop: datagrams in and out in batches. */
#ifndef CAM_UDP_H
#define CAM_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "net/addr.h"

struct loop;
struct udp;

enum {
	UDP_BATCH = 64, /* most datagrams a call gives */
	UDP_RECEIVE_BUFFER =
	    32 * 1024 * 1024, /* asked for; the system may give less, and takes
				 memory only for what waits */
	UDP_QUEUE_BYTES = 8 * 1024 * 1024, /* waiting to be sent, at most */
	UDP_QUEUE_COUNT = 65536,
};

enum {
	UDP_TO_BROADCAST = 1, /* it was sent to a broadcast address */
	UDP_TO_MULTICAST = 2,
	UDP_TRUNCATED =
	    4, /* longer than LIMIT_DATAGRAM: data is its beginning */
};

struct udp_datagram {
	struct addr from;
	struct addr to; /* where it was sent to, port 0; ADDR_NONE where the
			   system does not tell */
	unsigned
	    interface; /* index of the one it came in through; 0: not known */
	unsigned flags;
	struct span data;
};

struct udp_ops {
	/*
	 * Datagrams that arrived, borrowed for the call, in the order of
	 * arrival, count <= UDP_BATCH. The port may be closed inside. What is
	 * sent inside leaves when it returns.
	 */
	void (*on_datagrams)(struct udp *udp, const struct udp_datagram *list,
	    size_t count, void *arg);
	/* Sending to an address failed (error is an errno such as ENETUNREACH
	 * or EPERM: a firewall); may be NULL. Not called inside udp_send(). */
	void (*on_failed)(
	    struct udp *udp, const struct addr *to, int error, void *arg);
};

struct udp_options {
	struct addr address; /* its family decides; 0.0.0.0 or :: for all; port
				0: the system picks */
	const char *interface; /* only through this one; NULL: all */
	bool broadcasts;       /* address is one of ours: hear that interface's
				  broadcasts too (see below) */
	size_t receive_buffer; /* bytes; 0: UDP_RECEIVE_BUFFER */
};

/*
 * Binds without SO_REUSEADDR (threat model N8), IPv6 without IPv4, ready to
 * send broadcasts, with hop limit 32 for multicast. CAM_ERR_SYSTEM with errno:
 * EADDRINUSE when the port is taken, EADDRNOTAVAIL when the address is none of
 * ours, ENODEV for the interface.
 *
 * A socket bound to one address hears no broadcasts on Linux: with broadcasts
 * further sockets, only ever read, are bound to the directed broadcast of the
 * interface that has the address and to 255.255.255.255. Where another program
 * has one of these ports we go without; udp_sockets() tells.
 */
int udp_open(struct loop *loop, const struct udp_options *options,
    const struct udp_ops *ops, void *arg, struct udp **udp);
/* Sends what is queued as far as that goes at once, then closes. */
void udp_close(struct udp *udp);

/* The address it is bound to, with its real port. */
const struct addr *udp_address(const struct udp *udp);

/*
 * Queues a copy for sending from the port; it leaves at the end of the loop's
 * turn, or now with udp_flush(). interface is the index of the one to send
 * through (for broadcast and multicast), or 0: by the routes. CAM_ERR_LIMIT
 * over LIMIT_DATAGRAM, CAM_ERR_FULL when the queue is full, CAM_ERR_FORMAT for
 * an address of the other family.
 */
int udp_send(struct udp *udp, const struct addr *to, unsigned interface,
    const void *data, size_t len);
void udp_flush(struct udp *udp);
/* Datagrams queued and not yet handed to the system. */
size_t udp_queued(const struct udp *udp);

/* Joins or leaves a multicast group on the interface with that index; joining
 * twice is fine. */
int udp_join(struct udp *udp, const struct addr *group, unsigned interface);
int udp_leave(struct udp *udp, const struct addr *group, unsigned interface);

/* The groups of IPMSG (reference 1.10): ff15::979 and ff02::1, without a port.
 */
struct addr udp_group_site(void);
struct addr udp_group_link(void);

/* What became of each socket of a port: for cam doctor. */
struct udp_socket {
	struct addr address;
	size_t receive_buffer; /* got, in bytes of datagrams (the system's own
				  doubling taken away) */
	uint64_t dropped; /* datagrams the system threw away because we were
			     slow (SO_RXQ_OVFL) */
	bool receive_only;
	int error; /* errno when a broadcast socket could not be had, else 0 */
};
/* Writes at most max of them, the main one first; returns how many there are.
 */
size_t udp_sockets(
    const struct udp *udp, struct udp_socket *sockets, size_t max);

struct udp_counters {
	uint64_t received;
	uint64_t truncated;
	uint64_t sent;
	uint64_t failed;
	int last_error; /* errno of the last failure */
};
const struct udp_counters *udp_counters(const struct udp *udp);

/*
 * A twin without sockets, for tests: what is sent goes to on_sent at the
 * flush, what udp_twin_receive() is given comes in by on_datagrams (any count,
 * at once).
 */
struct udp_twin_ops {
	void (*on_sent)(const struct addr *to, unsigned interface,
	    struct span data, void *arg);
};
struct udp *udp_twin_new(struct loop *loop, const struct addr *address,
    const struct udp_ops *ops, void *arg, const struct udp_twin_ops *twin_ops,
    void *twin_arg);
void udp_twin_receive(
    struct udp *udp, const struct udp_datagram *list, size_t count);

#endif
