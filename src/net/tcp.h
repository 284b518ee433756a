/* tcp.h: TCP connections accepted and made. */
#ifndef CAM_NET_TCP_H
#define CAM_NET_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct loop;
struct tcp_listener;
struct tcp_dial;

/*
 * A connection is non-blocking, close-on-exec, and sends at once what it is
 * given (TCP_NODELAY). Where the system can, it breaks when the other end has
 * been gone without a word, or has taken nothing of what waits for it, for
 * TCP_DEAD_MS; and calls itself writable only when the system holds less than
 * TCP_UNSENT bytes not yet sent, so that what is urgent is soon on its way.
 */
enum { TCP_DEAD_MS = 30 * 1000, TCP_UNSENT = 16 * 1024 };

struct tcp_ops {
	/* A connection came; fd is the callee's now. The listener may be freed
	 * inside. */
	void (*on_accept)(void *arg, int fd, const struct addr *from);
};

/* For a connection that carries little, which somebody waits for. */
void tcp_set_urgent(int fd);
/* For a connection that carries much and is in no hurry: it fills the line, and
 * lets what is in a hurry go first; its sends take as much as the system
 * likes. */
void tcp_set_bulk(int fd);

/*
 * Listens at address, its port included, without SO_REUSEPORT, IPv6 without
 * IPv4; interface as struct udp_options has it (NULL: none). Connections that
 * come while descriptors have run out wait. CAM_ERR_SYSTEM (EADDRINUSE: taken).
 */
int tcp_listen(struct loop *loop, const struct addr *address,
    const char *interface, const struct tcp_ops *ops, void *arg,
    struct tcp_listener **listener);
void tcp_listener_free(struct tcp_listener *listener);
/* With its real port. */
const struct addr *tcp_listener_address(const struct tcp_listener *listener);

/*
 * Connects, from the address `from` where it is not NULL (its port is ignored).
 * on_done follows once, never inside: fd (the callee's), or CAM_ERR_UNREACHABLE
 * or CAM_ERR_TIMEOUT, with errno, and fd -1. The dial is freed then.
 */
struct tcp_dial *tcp_dial_new(struct loop *loop, const struct addr *from,
    const struct addr *to, uint64_t timeout_ms,
    void (*on_done)(void *arg, int err, int fd), void *arg);
/* Gives up; nothing follows. NULL is fine; not after or inside on_done. */
void tcp_dial_free(struct tcp_dial *dial);

#endif
