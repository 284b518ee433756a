/* sock.h: a transfer's socket, blocking with a limit to how long. */
#ifndef CAM_TRANSFER_SOCK_H
#define CAM_TRANSFER_SOCK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct sock {
	int fd;
	struct span early; /* read before */
	const atomic_bool *stop;
};

/*
 * Errors of all: CAM_ERR_CLOSED (reset or ended by the other side, or stop),
 * CAM_ERR_TIMEOUT (nothing moved for idle_ms), CAM_ERR_SYSTEM.
 */
int sock_open(struct sock *sock, int fd, unsigned idle_ms, struct span early,
    const atomic_bool *stop);
int sock_send(const struct sock *sock, struct span bytes);
/* At least one byte, at most size. */
int sock_receive(struct sock *sock, uint8_t *bytes, size_t size, size_t *len);
int sock_receive_all(struct sock *sock, uint8_t *bytes, size_t size);
/* Tells the other side that this was all, and waits until it has closed. */
int sock_finish(struct sock *sock);
/* The close to come is no orderly one: to an IPMSG sender that would mean that
 * all has arrived. */
void sock_reject(const struct sock *sock);
/* What errno means for a socket. */
int sock_error(const struct sock *sock);

#endif
