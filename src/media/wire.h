/* wire.h: the UDP socket of a call: datagrams in batches, with the times they
 * came. */
#ifndef CAM_WIRE_H
#define CAM_WIRE_H

#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "net/addr.h"

struct wire;

/* Takes a bound UDP socket. CAM_ERR_SYSTEM, CAM_ERR_FORMAT: it is none. */
int wire_open(int fd, struct wire **wire);
void wire_close(struct wire *wire);
int wire_fd(const struct wire *wire);

/*
 * All that waits, at most a few hundred: each datagram may be changed in place;
 * came_us is on the clock of clock_now_us().
 */
typedef void wire_on_datagram(void *arg, const struct addr *from, uint8_t *data,
    size_t len, uint64_t came_us);
void wire_receive(struct wire *wire, wire_on_datagram *on_datagram, void *arg);

/* The same bytes to each; what cannot be sent now is lost. */
void wire_send(struct wire *wire, const void *data, size_t len,
    const struct addr *const *to, size_t count);

#endif
