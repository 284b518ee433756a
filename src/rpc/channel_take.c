/* channel_take.c: what a channel sends, the most urgent first. */
#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "rpc/channel_private.h"

/* Where the next frames go. */
struct room {
	uint8_t *data;
	size_t left;
};

/* -- turns -------------------------------------------------------------------
 */

void
channel_turns_init(struct channel_turns *turns)
{
	*turns = (struct channel_turns){ .end = &turns->first };
}

void
channel_control(struct channel *channel, struct channel_stream *stream)
{
	if (stream->open_due)
		return;
	if (!stream->has_control) {
		stream->has_control = true;
		stream->control_next = NULL;
		*channel->control.end = stream;
		channel->control.end = &stream->control_next;
	}
	channel_wake(channel);
}

void
channel_uncontrol(struct channel *channel, struct channel_stream *stream)
{
	struct channel_stream **at = &channel->control.first;

	if (!stream->has_control)
		return;
	while (*at != stream)
		at = &(*at)->control_next;
	*at = stream->control_next;
	if (*at == NULL)
		channel->control.end = at;
	stream->has_control = false;
}

static bool
has_data(const struct channel_stream *stream)
{
	if (stream->sending == SENDING_CLOSED)
		return false;
	if (stream->queue.bytes > 0)
		return stream->credit > 0;
	return stream->sending == SENDING_CLOSING;
}

void
channel_ready(struct channel *channel, struct channel_stream *stream)
{
	struct channel_turns *turns = &channel->ready[stream->urgency];

	if (!has_data(stream))
		return;
	if (!stream->is_ready) {
		stream->is_ready = true;
		stream->ready_next = NULL;
		*turns->end = stream;
		turns->end = &stream->ready_next;
	}
	channel_wake(channel);
}

void
channel_unready(struct channel *channel, struct channel_stream *stream)
{
	struct channel_turns *turns = &channel->ready[stream->urgency];
	struct channel_stream **at = &turns->first;

	if (!stream->is_ready)
		return;
	while (*at != stream)
		at = &(*at)->ready_next;
	*at = stream->ready_next;
	if (*at == NULL)
		turns->end = at;
	stream->is_ready = false;
}

/* -- frames ------------------------------------------------------------------
 */

static void
put_frame(struct room *room, enum frame_type type, uint16_t stream,
    struct span payload)
{
	struct frame frame = { type, stream, payload };
	size_t len = FRAME_HEADER_SIZE + payload.len;

	frame_header(&frame, room->data);
	memcpy(room->data + FRAME_HEADER_SIZE, payload.data, payload.len);
	room->data += len;
	room->left -= len;
}

static void
put_number(
    struct room *room, enum frame_type type, uint16_t stream, uint32_t number)
{
	uint8_t bytes[FRAME_NUMBER_SIZE];

	fields_write(bytes, number, sizeof(bytes));
	put_frame(room, type, stream, span_of(bytes, sizeof(bytes)));
}

static size_t
payload_room(const struct room *room)
{
	size_t left = room->left - FRAME_HEADER_SIZE;

	return left < FRAME_PAYLOAD_MAX ? left : FRAME_PAYLOAD_MAX;
}

/* One thing a stream has to tell before others may go on. */
static void
take_control(struct channel *channel, struct room *room)
{
	struct channel_stream *stream = channel->control.first;

	if (stream->credit_due > 0) {
		put_number(room, FRAME_CREDIT, stream->number,
		    (uint32_t)stream->credit_due);
		stream->window += stream->credit_due;
		stream->credit_due = 0;
		return;
	}
	if (stream->reset_due != 0) {
		put_number(room, FRAME_CLOSE, stream->number,
		    (uint32_t)-stream->reset_due);
		stream->reset_due = 0;
		stream->end_sent = true;
	}
	channel_uncontrol(channel, stream);
	channel_settle(channel, stream);
}

/* What else the stream has to tell waited for it. */
static void
take_open(struct channel *channel, struct room *room)
{
	bool last = false;
	struct span kind =
	    channel_queue_next(&channel->json_queue, payload_room(room), &last);
	struct channel_stream *stream =
	    channel_find(channel, channel_queue_stream(&channel->json_queue));

	put_frame(room, FRAME_OPEN, stream->number, kind);
	channel_queue_advance(&channel->json_queue, kind.len);
	stream->open_due = false;
	if (stream->reset_due != 0)
		channel_control(channel, stream);
}

static void
take_json(struct channel *channel, struct room *room)
{
	bool last = false;
	struct span piece =
	    channel_queue_next(&channel->json_queue, payload_room(room), &last);

	put_frame(room, last ? FRAME_JSON_END : FRAME_JSON, 0, piece);
	channel_queue_advance(&channel->json_queue, piece.len);
}

static void
take_item(
    struct channel *channel, struct channel_stream *stream, struct room *room)
{
	size_t max = payload_room(room);
	bool last = false;
	struct span piece = channel_queue_next(
	    &stream->queue, stream->credit < max ? stream->credit : max, &last);

	put_frame(room, last ? FRAME_END : FRAME_DATA, stream->number, piece);
	stream->credit -= piece.len;
	channel_queue_advance(&stream->queue, piece.len);
	/* Others of its kind have their turn first. */
	channel_ready(channel, stream);
	if (stream->queue.bytes == 0 && stream->sending == SENDING_OPEN &&
	    channel->ops.on_drained != NULL)
		channel->ops.on_drained(channel, stream->number, channel->arg);
}

static void
take_ready(
    struct channel *channel, enum channel_urgency urgency, struct room *room)
{
	struct channel_stream *stream = channel->ready[urgency].first;

	channel_unready(channel, stream);
	if (stream->queue.bytes > 0) {
		take_item(channel, stream, room);
		return;
	}
	put_number(room, FRAME_CLOSE, stream->number, 0);
	stream->sending = SENDING_CLOSED;
	stream->end_sent = true;
	channel_settle(channel, stream);
}

static bool
take_frame(struct channel *channel, struct room *room)
{
	if (channel->control.first != NULL)
		take_control(channel, room);
	else if (channel->json_queue.first != NULL &&
		 channel_queue_stream(&channel->json_queue) != 0)
		take_open(channel, room);
	else if (channel->json_queue.first != NULL)
		take_json(channel, room);
	else if (channel->ready[CHANNEL_URGENT].first != NULL)
		take_ready(channel, CHANNEL_URGENT, room);
	else if (channel->ready[CHANNEL_BULK].first != NULL)
		take_ready(channel, CHANNEL_BULK, room);
	else
		return false;
	return true;
}

size_t
channel_take(struct channel *channel, void *data, size_t size)
{
	struct room room = { data, size };

	/* What on_drained adds is taken here too. */
	channel->is_idle = false;
	while (channel->err == 0 && room.left >= CHANNEL_TAKE_MIN &&
	       take_frame(channel, &room))
		;
	channel->is_idle = room.left == size;
	return size - room.left;
}
