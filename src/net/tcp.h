/* tcp.h: TCP connections accepted and made. */
#ifndef CAM_NET_TCP_H
#define CAM_NET_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct loop;
struct tcp_listener;
struct tcp_dial;

struct tcp_ops {
	/* A connection came; fd is the callee's now, non-blocking,
	 * close-on-exec, TCP_NODELAY. */
	void (*on_accept)(void *arg, int fd, const struct addr *from);
};

/*
 * Listens at address, its port included, without SO_REUSEPORT; interface as
 * struct udp_options has it (NULL: none). Connections that come while
 * descriptors have run out wait. CAM_ERR_SYSTEM (EADDRINUSE: taken).
 */
int tcp_listen(struct loop *loop, const struct addr *address,
    const char *interface, const struct tcp_ops *ops, void *arg,
    struct tcp_listener **listener);
void tcp_listener_free(struct tcp_listener *listener);

/*
 * Connects, from the address `from` where it is not NULL (its port is ignored).
 * on_done follows once, never inside: fd (the callee's) or an error with errno
 * in *problem: CAM_ERR_UNREACHABLE, CAM_ERR_TIMEOUT.
 */
struct tcp_dial *tcp_dial_new(struct loop *loop, const struct addr *from,
    const struct addr *to, uint64_t timeout_ms,
    void (*on_done)(void *arg, int err, int fd), void *arg);
/* Gives up; nothing follows. NULL is fine; not after on_done. */
void tcp_dial_free(struct tcp_dial *dial);

#endif
