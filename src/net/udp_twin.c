/* udp_twin.c: a UDP port without sockets, for tests. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/udp_private.h"

struct udp *
udp_twin_new(struct loop *loop, const struct addr *address,
    const struct udp_ops *ops, void *arg, const struct udp_twin_ops *twin_ops,
    void *twin_arg)
{
	struct udp *udp = udp_make(loop, ops, arg);

	udp->twin_ops = *twin_ops;
	udp->twin_arg = twin_arg;
	udp_add_end(udp, -1, address);
	return udp;
}

/* One at a time and by a copy: on_sent may send more. */
void
udp_twin_flush(struct udp *udp)
{
	struct udp_queued head;
	void *data = NULL;

	while (udp->queued > 0) {
		memcpy(&head, udp->queue.data + udp->queue_head, sizeof(head));
		data = xmemdup(
		    udp->queue.data + udp->queue_head + sizeof(head), head.len);
		udp_queue_advance(udp, 1);
		udp->counters.sent++;
		udp->twin_ops.on_sent(&head.to, head.interface,
		    span_of(data, head.len), udp->twin_arg);
		free(data);
	}
}

void
udp_twin_receive(struct udp *udp, const struct udp_datagram *list, size_t count)
{
	udp->busy++;
	for (size_t at = 0; at < count && !udp->closed; at += UDP_BATCH) {
		size_t some = count - at < UDP_BATCH ? count - at : UDP_BATCH;

		udp->counters.received += some;
		udp->ops.on_datagrams(udp, list + at, some, udp->arg);
	}
	if (!udp->closed)
		udp_flush(udp);
	udp_leave_callback(udp);
}
