/* channel_queue.c: things of some length that leave in pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rpc/channel_private.h"

struct channel_queued {
	struct channel_queued *next;
	size_t len;
	uint16_t stream;
	uint8_t data[];
};

void
channel_queue_init(struct channel_queue *queue)
{
	*queue = (struct channel_queue){ .end = &queue->first };
}

void
channel_queue_put(
    struct channel_queue *queue, uint16_t stream, struct span thing)
{
	struct channel_queued *queued = xmalloc(sizeof(*queued) + thing.len);

	queued->next = NULL;
	queued->len = thing.len;
	queued->stream = stream;
	memcpy(queued->data, thing.data, thing.len);
	*queue->end = queued;
	queue->end = &queued->next;
	queue->bytes += thing.len;
}

uint16_t
channel_queue_stream(const struct channel_queue *queue)
{
	return queue->first->stream;
}

struct span
channel_queue_next(const struct channel_queue *queue, size_t max, bool *last)
{
	size_t left = queue->first->len - queue->sent;

	*last = left <= max;
	return span_of(
	    queue->first->data + queue->sent, left <= max ? left : max);
}

void
channel_queue_advance(struct channel_queue *queue, size_t len)
{
	struct channel_queued *first = queue->first;

	queue->bytes -= len;
	queue->sent += len;
	if (queue->sent < first->len)
		return;
	queue->sent = 0;
	queue->first = first->next;
	if (queue->first == NULL)
		queue->end = &queue->first;
	free(first);
}

void
channel_queue_clear(struct channel_queue *queue)
{
	while (queue->first != NULL)
		channel_queue_advance(queue, queue->first->len - queue->sent);
}
