/* channel.c: JSON-RPC and several streams of bytes over one pair of byte
 * streams. */
#include "rpc/channel.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "rpc/channel_private.h"

struct channel *
channel_new(bool first, const struct channel_ops *ops, void *arg)
{
	struct channel *channel = xcalloc(1, sizeof(*channel));

	channel->ops = *ops;
	channel->arg = arg;
	buf_init(&channel->in, FRAME_HEADER_SIZE + FRAME_PAYLOAD_MAX);
	buf_init(&channel->json, CHANNEL_JSON_MAX);
	channel->next_own = first ? 1 : 2;
	channel->next_other = first ? 2 : 1;
	channel->calls_end = &channel->calls;
	channel_queue_init(&channel->json_queue);
	channel_turns_init(&channel->control);
	channel_turns_init(&channel->ready[CHANNEL_URGENT]);
	channel_turns_init(&channel->ready[CHANNEL_BULK]);
	channel->is_idle = true;
	return channel;
}

void
channel_free(struct channel *channel)
{
	if (channel == NULL)
		return;
	/* What its calls are told here must not make it send. */
	channel_break(channel, CAM_ERR_CLOSED, "closed");
	channel_end_calls(channel);
	channel_free_streams(channel);
	channel_queue_clear(&channel->json_queue);
	buf_finish(&channel->json);
	buf_finish(&channel->in);
	free(channel->requests);
	free(channel);
}

int
channel_break(struct channel *channel, int err, const char *problem)
{
	if (channel->err == 0) {
		channel->err = err;
		channel->problem = problem;
	}
	return err;
}

void
channel_wake(struct channel *channel)
{
	if (!channel->is_idle || channel->err != 0)
		return;
	channel->is_idle = false;
	channel->ops.on_output(channel, channel->arg);
}

static int
receive_json(struct channel *channel, const struct frame *frame)
{
	int err = 0;

	if (frame->type == FRAME_JSON_END && channel->json.len == 0)
		return channel_receive_json(channel, frame->payload);
	buf_put_span(&channel->json, frame->payload);
	if (buf_failed(&channel->json))
		return channel_break(
		    channel, CAM_ERR_LIMIT, "a JSON object is too long");
	if (frame->type == FRAME_JSON_END) {
		err = channel_receive_json(channel, buf_span(&channel->json));
		buf_finish(&channel->json);
	}
	return err;
}

/* Handles the whole frames at the beginning of bytes and takes them off. */
static void
receive_frames(struct channel *channel, struct span *bytes)
{
	struct frame frame;
	size_t used;
	int err = 0;

	/* A callee's answer may also have broken it. */
	while (err == 0 && channel->err == 0 && bytes->len > 0) {
		err = frame_parse(*bytes, &frame, &used);
		if (err == CAM_ERR_MORE)
			return;
		if (err < 0) {
			channel_break(channel, err,
			    err == CAM_ERR_LIMIT ? "a frame is too long"
						 : "no frame of cam/1");
			return;
		}
		*bytes = span_of(bytes->data + used, bytes->len - used);
		err = frame.stream == 0
			  ? receive_json(channel, &frame)
			  : channel_receive_stream(channel, &frame);
	}
}

/* How many bytes the frame that begins in channel->in lacks, as far as it can
 * tell. */
static size_t
lacking(const struct channel *channel)
{
	size_t len = FRAME_HEADER_SIZE;

	if (channel->in.len >= FRAME_HEADER_SIZE) {
		const uint8_t *at = channel->in.data + FRAME_HEADER_SIZE - 4;

		len += (size_t)fields_read(&at, 4);
	}
	return len - channel->in.len;
}

/* Makes the frame whole whose beginning came before. */
static void
finish_frame(struct channel *channel, struct span *rest)
{
	while (channel->err == 0 && channel->in.len > 0 && rest->len > 0) {
		size_t len = lacking(channel);
		struct span begun;

		if (len > rest->len)
			len = rest->len;
		buf_put(&channel->in, rest->data, len);
		*rest = span_of(rest->data + len, rest->len - len);
		begun = buf_span(&channel->in);
		receive_frames(channel, &begun);
		if (begun.len == 0)
			buf_clear(&channel->in);
	}
}

int
channel_feed(
    struct channel *channel, const void *data, size_t len, const char **problem)
{
	struct span rest = span_of(data, len);

	finish_frame(channel, &rest);
	receive_frames(channel, &rest);
	if (channel->err != 0) {
		*problem = channel->problem;
		return channel->err;
	}
	if (rest.len > 0 && buf_reserve(&channel->in,
				FRAME_HEADER_SIZE + FRAME_PAYLOAD_MAX) != NULL)
		buf_put_span(&channel->in, rest);
	else if (channel->in.len == 0)
		buf_finish(&channel->in); /* an idle channel holds no memory */
	return 0;
}

size_t
channel_kept(const struct channel *channel)
{
	size_t kept = channel->in.len + channel->json.len;

	for (const struct channel_stream *stream = channel->streams;
	     stream != NULL; stream = stream->next)
		kept += stream->item.len + stream->held;
	return kept;
}
