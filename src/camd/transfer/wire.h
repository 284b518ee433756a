/* wire.h: a transfer's socket, blocking with a limit to how long. */
#ifndef CAM_TRANSFER_WIRE_H
#define CAM_TRANSFER_WIRE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct wire {
	int fd;
	struct span early; /* read before */
	const atomic_bool *stop;
};

/*
 * Errors of all: CAM_ERR_CLOSED (reset or ended by the other side, or stop),
 * CAM_ERR_TIMEOUT (nothing moved for idle_ms), CAM_ERR_SYSTEM.
 */
int wire_open(struct wire *wire, int fd, unsigned idle_ms, struct span early,
    const atomic_bool *stop);
int wire_send(const struct wire *wire, struct span bytes);
/* At least one byte, at most size. */
int wire_receive(struct wire *wire, uint8_t *bytes, size_t size, size_t *len);
int wire_receive_all(struct wire *wire, uint8_t *bytes, size_t size);
/* Tells the other side that this was all, and waits until it has closed. */
int wire_finish(struct wire *wire);
/* The close to come is no orderly one: to an IPMSG sender that would mean that
 * all has arrived. */
void wire_reject(const struct wire *wire);
/* What errno means for a socket. */
int wire_error(const struct wire *wire);

#endif
