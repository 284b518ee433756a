/* channel_queue.c: things of some length that leave in pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rpc/channel_private.h"

struct channel_queued {
	struct channel_queued *next;
	struct channel_text *text; /* the bytes are its, shared; NULL: own */
	size_t len;
	uint16_t stream;
	uint8_t own[];
};

void
channel_queue_init(struct channel_queue *queue)
{
	*queue = (struct channel_queue){ .end = &queue->first };
}

static void
append(struct channel_queue *queue, struct channel_queued *queued)
{
	queued->next = NULL;
	*queue->end = queued;
	queue->end = &queued->next;
}

void
channel_queue_put(
    struct channel_queue *queue, uint16_t stream, struct span thing)
{
	struct channel_queued *queued = xmalloc(sizeof(*queued) + thing.len);

	queued->text = NULL;
	queued->len = thing.len;
	queued->stream = stream;
	memcpy(queued->own, thing.data, thing.len);
	append(queue, queued);
	queue->bytes += thing.len;
}

void
channel_queue_share(struct channel_queue *queue, struct channel_text *text)
{
	struct channel_queued *queued = xcalloc(1, sizeof(*queued));

	queued->text = text;
	queued->len = text->len;
	text->refs++;
	append(queue, queued);
	queue->shared += text->len;
}

uint16_t
channel_queue_stream(const struct channel_queue *queue)
{
	return queue->first->stream;
}

struct span
channel_queue_next(const struct channel_queue *queue, size_t max, bool *last)
{
	const struct channel_queued *first = queue->first;
	size_t left = first->len - queue->sent;

	*last = left <= max;
	return span_of((first->text != NULL ? first->text->data : first->own) +
			   queue->sent,
	    left <= max ? left : max);
}

void
channel_queue_advance(struct channel_queue *queue, size_t len)
{
	struct channel_queued *first = queue->first;

	if (first->text != NULL)
		queue->shared -= len;
	else
		queue->bytes -= len;
	queue->sent += len;
	if (queue->sent < first->len)
		return;
	queue->sent = 0;
	queue->first = first->next;
	if (queue->first == NULL)
		queue->end = &queue->first;
	channel_text_free(first->text);
	free(first);
}

void
channel_queue_clear(struct channel_queue *queue)
{
	while (queue->first != NULL)
		channel_queue_advance(queue, queue->first->len - queue->sent);
}
