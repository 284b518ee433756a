/* channel_stream.c: the streams of a channel: opened, filled and closed from
 * either end. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "rpc/channel_private.h"

/* Credit is told in quarters of the window: a stream whose items were all dealt
 * with never has less than three of them. */
enum { CREDIT_STEP = CHANNEL_WINDOW / 4, LARGE = CHANNEL_WINDOW / 2 };

/* -- the set of them ---------------------------------------------------------
 */

struct channel_stream *
channel_find(const struct channel *channel, uint16_t number)
{
	struct channel_stream *stream = channel->streams;

	while (stream != NULL && stream->number != number)
		stream = stream->next;
	return stream;
}

static bool
is_own(const struct channel *channel, uint32_t number)
{
	return number % 2 == channel->next_own % 2;
}

/* There is or was one with the number. */
static bool
is_known(const struct channel *channel, uint32_t number)
{
	return number < (is_own(channel, number) ? channel->next_own
						 : channel->next_other);
}

static struct channel_stream *
add(struct channel *channel, uint16_t number, enum channel_urgency urgency)
{
	struct channel_stream *stream = xcalloc(1, sizeof(*stream));
	struct channel_stream **at = &channel->streams;

	stream->number = number;
	stream->urgency = urgency;
	stream->credit = CHANNEL_WINDOW;
	stream->window = CHANNEL_WINDOW;
	channel_queue_init(&stream->queue);
	buf_init(&stream->item, CHANNEL_ITEM_MAX);
	while (*at != NULL)
		at = &(*at)->next;
	*at = stream;
	if (is_own(channel, number))
		channel->own_count++;
	else
		channel->other_count++;
	return stream;
}

static void
free_stream(struct channel_stream *stream)
{
	channel_queue_clear(&stream->queue);
	buf_finish(&stream->item);
	free(stream);
}

void
channel_free_streams(struct channel *channel)
{
	while (channel->streams != NULL) {
		struct channel_stream *stream = channel->streams;

		channel->streams = stream->next;
		free_stream(stream);
	}
}

void
channel_settle(struct channel *channel, struct channel_stream *stream)
{
	struct channel_stream **at = &channel->streams;

	if (!stream->end_sent || stream->receiving != RECEIVING_CLOSED)
		return;
	channel_uncontrol(channel, stream);
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	if (is_own(channel, stream->number))
		channel->own_count--;
	else
		channel->other_count--;
	free_stream(stream);
}

/* One of us has broken it off, and the owner knows. */
static bool
is_over(const struct channel_stream *stream)
{
	return stream->receiving == RECEIVING_DEAF || stream->reset_due != 0;
}

/* -- credit ------------------------------------------------------------------
 */

/*
 * Gives as much credit as the rule allows. A large item would never come to its
 * end within a window: its bytes do not count, but only of
 * CHANNEL_LARGE_MAX streams at a time.
 */
static void
give_credit(struct channel *channel, struct channel_stream *stream)
{
	size_t taken = stream->window + stream->credit_due + stream->held +
		       (stream->is_large ? 0 : stream->item.len);

	if (stream->receiving != RECEIVING_OPEN || taken >= CHANNEL_WINDOW)
		return;
	stream->credit_due += CHANNEL_WINDOW - taken;
	if (stream->credit_due >= CREDIT_STEP)
		channel_control(channel, stream);
}

static void
begin_large(struct channel *channel, struct channel_stream *stream)
{
	if (stream->is_large || stream->item.len < LARGE ||
	    channel->large_count >= CHANNEL_LARGE_MAX)
		return;
	stream->is_large = true;
	channel->large_count++;
}

/* Another stream has its turn. */
static void
end_large(struct channel *channel, struct channel_stream *stream)
{
	struct channel_stream *other = channel->streams;

	if (!stream->is_large)
		return;
	stream->is_large = false;
	channel->large_count--;
	for (; other != NULL; other = other->next) {
		if (other->is_large || other->receiving != RECEIVING_OPEN)
			continue;
		begin_large(channel, other);
		if (other->is_large)
			give_credit(channel, other);
	}
}

static bool
is_within_window(const struct channel_stream *stream)
{
	return stream->window + stream->credit_due + stream->held +
		   stream->item.len <=
	       CHANNEL_WINDOW;
}

void
channel_credit(struct channel *channel, uint16_t number, size_t len)
{
	struct channel_stream *stream = channel_find(channel, number);

	if (stream == NULL || channel->err != 0)
		return;
	stream->held -= len < stream->held ? len : stream->held;
	if (is_within_window(stream))
		end_large(channel, stream);
	give_credit(channel, stream);
}

/* Nothing more of what came or will come is of interest. */
static void
stop_receiving(struct channel *channel, struct channel_stream *stream)
{
	buf_finish(&stream->item);
	stream->held = 0;
	stream->credit_due = 0;
	end_large(channel, stream);
}

/* -- sending -----------------------------------------------------------------
 */

int
channel_open(struct channel *channel, const char *kind,
    enum channel_urgency urgency, uint16_t *stream)
{
	struct channel_stream *opened = NULL;

	if (channel->err != 0)
		return CAM_ERR_CLOSED;
	if (channel->own_count >= CHANNEL_STREAMS_MAX ||
	    channel->next_own > UINT16_MAX)
		return CAM_ERR_FULL;
	if (kind[0] == '\0' || strlen(kind) > CHANNEL_KIND_MAX)
		return CAM_ERR_LIMIT;
	opened = add(channel, (uint16_t)channel->next_own, urgency);
	channel->next_own += 2;
	opened->open_due = true;
	channel_queue_put(
	    &channel->json_queue, opened->number, span_text(kind));
	*stream = opened->number;
	channel_wake(channel);
	return 0;
}

int
channel_send(struct channel *channel, uint16_t number, struct span item)
{
	struct channel_stream *stream = channel_find(channel, number);

	if (stream == NULL || stream->sending != SENDING_OPEN ||
	    channel->err != 0)
		return CAM_ERR_CLOSED;
	if (item.len == 0 || item.len > CHANNEL_ITEM_MAX)
		return CAM_ERR_LIMIT;
	if (stream->queue.bytes > CHANNEL_ITEM_MAX - item.len)
		return CAM_ERR_FULL;
	channel_queue_put(&stream->queue, 0, item);
	channel_ready(channel, stream);
	return 0;
}

size_t
channel_queued(const struct channel *channel, uint16_t number)
{
	const struct channel_stream *stream = channel_find(channel, number);

	return stream != NULL ? stream->queue.bytes : 0;
}

/* Tells the other end at once that nothing more comes, whatever is queued. */
static void
break_off(struct channel *channel, struct channel_stream *stream, int err)
{
	channel_unready(channel, stream);
	channel_queue_clear(&stream->queue);
	stream->sending = SENDING_CLOSED;
	stream->reset_due = err;
	channel_control(channel, stream);
}

void
channel_close(struct channel *channel, uint16_t number, int err)
{
	struct channel_stream *stream = channel_find(channel, number);

	if (stream == NULL || channel->err != 0 || is_over(stream))
		return;
	if (err != 0) {
		if (stream->receiving == RECEIVING_OPEN)
			stream->receiving = RECEIVING_DEAF;
		stop_receiving(channel, stream);
		break_off(channel, stream, err);
	} else if (stream->sending == SENDING_OPEN) {
		stream->sending = SENDING_CLOSING;
		channel_ready(channel, stream);
	}
}

/* -- receiving ---------------------------------------------------------------
 */

static int
receive_open(struct channel *channel, const struct frame *frame)
{
	struct channel_stream *stream = NULL;
	char kind[CHANNEL_KIND_MAX + 1] = { 0 };
	int err;

	if (is_own(channel, frame->stream) || is_known(channel, frame->stream))
		return channel_break(channel, CAM_ERR_FORMAT,
		    "a stream with a number that is not the next");
	if (channel->other_count >= CHANNEL_STREAMS_MAX)
		return channel_break(
		    channel, CAM_ERR_LIMIT, "too many streams at once");
	channel->next_other = frame->stream + 2U;
	stream = add(channel, frame->stream, CHANNEL_BULK);
	memcpy(kind, frame->payload.data, frame->payload.len);
	err = channel->ops.on_open(channel, stream->number, kind, channel->arg);
	if (err != 0)
		channel_close(channel, stream->number, err);
	return 0;
}

static void
finish_item(
    struct channel *channel, struct channel_stream *stream, struct span last)
{
	struct buf whole = stream->item;
	struct span item = last;

	if (whole.len > 0) {
		/* Its bytes are in the window, and it was small enough. */
		buf_put_span(&whole, last);
		item = buf_span(&whole);
		buf_init(&stream->item, CHANNEL_ITEM_MAX);
	}
	stream->held += item.len;
	if (is_within_window(stream))
		end_large(channel, stream);
	channel->ops.on_item(channel, stream->number, item, channel->arg);
	buf_finish(&whole);
}

static int
receive_item(struct channel *channel, struct channel_stream *stream,
    const struct frame *frame)
{
	size_t len = frame->payload.len;

	if (stream == NULL || stream->receiving == RECEIVING_CLOSED)
		return channel_break(channel, CAM_ERR_FORMAT,
		    "bytes on a stream that is closed");
	if (len > stream->window)
		return channel_break(channel, CAM_ERR_LIMIT,
		    "more bytes than it has credit for");
	stream->window -= len;
	if (stream->receiving == RECEIVING_DEAF)
		return 0;
	if (len > CHANNEL_ITEM_MAX - stream->item.len)
		return channel_break(
		    channel, CAM_ERR_LIMIT, "an item is too long");
	if (frame->type == FRAME_END) {
		finish_item(channel, stream, frame->payload);
		return 0;
	}
	buf_put_span(&stream->item, frame->payload);
	begin_large(channel, stream);
	if (stream->is_large)
		give_credit(channel, stream);
	return 0;
}

static int
receive_credit(struct channel *channel, struct channel_stream *stream,
    const struct frame *frame)
{
	uint32_t credit = frame_number(frame);

	/* It may have been on its way when the stream ended. */
	if (stream == NULL)
		return 0;
	if (credit == 0 || credit > CHANNEL_WINDOW - stream->credit)
		return channel_break(
		    channel, CAM_ERR_LIMIT, "more credit than there is");
	stream->credit += credit;
	channel_ready(channel, stream);
	return 0;
}

static int
error_of(uint32_t number)
{
	if (number > (uint32_t)-CAM_ERR_UNSAFE)
		return CAM_ERR_REFUSED;
	return -(int)number;
}

static void
receive_reset(struct channel *channel, struct channel_stream *stream, int err)
{
	bool is_told = !is_over(stream);

	stream->receiving = RECEIVING_CLOSED;
	stop_receiving(channel, stream);
	if (stream->sending != SENDING_CLOSED)
		break_off(channel, stream, err);
	if (is_told)
		channel->ops.on_close(
		    channel, stream->number, err, channel->arg);
	channel_settle(channel, stream);
}

static int
receive_close(struct channel *channel, struct channel_stream *stream,
    const struct frame *frame)
{
	int err = error_of(frame_number(frame));
	bool is_told = false;

	if (err != 0) {
		/* Both may break off at the same time. */
		if (stream != NULL)
			receive_reset(channel, stream, err);
		return 0;
	}
	if (stream == NULL || stream->receiving == RECEIVING_CLOSED)
		return channel_break(
		    channel, CAM_ERR_FORMAT, "a stream is closed twice");
	if (stream->item.len > 0)
		return channel_break(
		    channel, CAM_ERR_FORMAT, "a stream ends within an item");
	is_told = stream->receiving == RECEIVING_OPEN;
	stream->receiving = RECEIVING_CLOSED;
	if (is_told)
		channel->ops.on_close(channel, stream->number, 0, channel->arg);
	channel_settle(channel, stream);
	return 0;
}

int
channel_receive_stream(struct channel *channel, const struct frame *frame)
{
	struct channel_stream *stream = NULL;

	if (frame->type == FRAME_OPEN)
		return receive_open(channel, frame);
	if (!is_known(channel, frame->stream))
		return channel_break(
		    channel, CAM_ERR_FORMAT, "a stream that was never opened");
	stream = channel_find(channel, frame->stream);
	switch (frame->type) {
	case FRAME_DATA:
	case FRAME_END:
		return receive_item(channel, stream, frame);
	case FRAME_CREDIT:
		return receive_credit(channel, stream, frame);
	default:
		return receive_close(channel, stream, frame);
	}
}
