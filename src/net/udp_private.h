/* udp_private.h: what the files of a UDP port share; for nobody else. */
#ifndef CAM_UDP_PRIVATE_H
#define CAM_UDP_PRIVATE_H

#include <sys/socket.h>

#include "base/buf.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/udp.h"

/* Failures told at the end of a turn; more of them in one turn are only
 * counted. */
enum { UDP_FAILURES = 64 };

struct udp_failure {
	struct addr to;
	int error;
};

/* One of the sockets of a port: the first sends too. */
struct udp_end {
	struct udp *udp;
	int fd; /* -1: could not be had (error), or a twin's */
	struct watch watch;
	struct addr address;
	size_t receive_buffer;
	uint64_t dropped;
	uint32_t dropped_seen; /* the kernel's own count, which wraps */
	int error;
};

/* The head of a datagram in the queue; its data follows, padded to the next
 * head. */
struct udp_queued {
	struct addr to;
	uint32_t interface;
	uint32_t len;
};

struct udp_inbox;

struct udp {
	struct loop *loop;
	struct udp_ops ops;
	void *arg;
	struct udp_end **ends; /* the first is the main one */
	size_t ends_count;
	char *interface;
	struct udp_inbox *inbox;
	struct buf queue; /* of struct udp_queued, each followed by its data */
	size_t queue_head;
	size_t queued;
	struct timer turn; /* sends what is queued, tells failures */
	bool blocked;	   /* waits for the socket to be writable */
	struct udp_failure failures[UDP_FAILURES];
	size_t failures_count;
	struct udp_counters counters;
	unsigned busy; /* callbacks of the owner's we are inside of */
	bool closed;   /* free when the last of them returns */
	struct udp_twin_ops twin_ops;
	void *twin_arg;
};

/* udp_socket.c: makes and binds a socket with everything set; interface may be
 * NULL. */
int udp_socket_open(const struct addr *address, const char *interface,
    size_t receive_buffer, int *fd, struct addr *bound, size_t *got);

/* udp_receive.c */
struct udp_inbox *udp_inbox_new(void);
void udp_inbox_free(struct udp_inbox *inbox);
void udp_on_readable(struct udp_end *end);
void udp_count_drops(struct udp_end *end, uint32_t drops);

/* udp_send.c */
void udp_tell_failures(struct udp *udp);
/* Takes the first count datagrams off the queue. */
void udp_queue_advance(struct udp *udp, size_t count);

/* udp_twin.c */
void udp_twin_flush(struct udp *udp);

/* udp.c */
struct udp *udp_make(struct loop *loop, const struct udp_ops *ops, void *arg);
struct udp_end *udp_add_end(
    struct udp *udp, int fd, const struct addr *address);
/* Ends what busy++ began: frees a port that was closed meanwhile, then true. */
bool udp_leave_callback(struct udp *udp);

#endif
