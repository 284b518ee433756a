/*
 * fuzz_channel.c: any bytes from the other end of a channel, while we call,
 * open and send too. Whole or in pieces they do the same, what we say are
 * frames, and what we keep is bounded.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "rpc/channel.h"

enum { OUR_STREAMS = 3 };

struct owner {
	struct channel *channel;
	struct buf out;
	int answers;
};

static void
on_request(struct channel *channel, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	must(strlen(method) <= CHANNEL_METHOD_MAX && json_is_object(params));
	if (id == NULL)
		return;
	must(*id > 0);
	if (method[0] == 'f')
		channel_fail(channel, *id, CAM_ERR_REFUSED, NULL);
	else if (method[0] != 'k')
		channel_reply(channel, *id, json_incref(params));
}

static int
on_open(struct channel *channel, uint16_t stream, const char *kind, void *arg)
{
	must(strlen(kind) >= 1 && strlen(kind) <= CHANNEL_KIND_MAX);
	if (kind[0] == 's')
		must(channel_send(channel, stream, span_text("hello")) == 0);
	return kind[0] == 'r' ? CAM_ERR_REFUSED : 0;
}

static void
on_item(struct channel *channel, uint16_t stream, struct span item, void *arg)
{
	must(item.len > 0 && item.len <= CHANNEL_ITEM_MAX);
	if (item.data[0] == 'c')
		channel_close(channel, stream, 0);
	else if (item.data[0] == 'r')
		channel_close(channel, stream, CAM_ERR_REFUSED);
	if (item.data[0] != 'k')
		channel_credit(channel, stream, item.len);
}

static void
on_close(struct channel *channel, uint16_t stream, int err, void *arg)
{
	must(err <= 0 && err >= CAM_ERR_UNSAFE);
	channel_close(channel, stream, 0);
}

static void
on_output(struct channel *channel, void *arg)
{
}

static void
on_done(void *arg, int err, json_t *result, const char *message)
{
	must((err == 0) == (result != NULL));
	(*(int *)arg)++;
}

static const struct channel_ops ops = { on_request, on_open, on_item, on_close,
	NULL, on_output };

static void
take(struct owner *owner)
{
	uint8_t bytes[5000];
	size_t len;

	while ((len = channel_take(owner->channel, bytes, sizeof(bytes))) > 0)
		buf_put(&owner->out, bytes, len);
}

static void
begin(struct owner *owner, bool first)
{
	static const uint8_t bytes[2000] = { 1, 2, 3 };
	uint16_t stream;

	*owner = (struct owner){ .channel = channel_new(first, &ops, owner) };
	buf_init(&owner->out, SIZE_MAX / 4);
	for (int i = 0; i < OUR_STREAMS; i++) {
		must(channel_open(owner->channel, "x",
			 i == 0 ? CHANNEL_URGENT : CHANNEL_BULK, &stream) == 0);
		must(channel_send(owner->channel, stream,
			 span_of(bytes, sizeof(bytes))) == 0);
		must(channel_call(owner->channel, "a", NULL, on_done,
			 &owner->answers) == 0);
	}
	take(owner);
}

static int
feed(struct owner *owner, struct span bytes, size_t piece)
{
	const char *problem = NULL;
	int err = 0;

	for (size_t at = 0; err == 0 && at < bytes.len; at += piece) {
		err = channel_feed(owner->channel, bytes.data + at,
		    bytes.len - at < piece ? bytes.len - at : piece, &problem);
		must(channel_kept(owner->channel) <= CHANNEL_KEPT_MAX);
	}
	must((err == 0) == (problem == NULL));
	return err;
}

static void
end(struct owner *owner)
{
	struct span rest = buf_span(&owner->out);
	struct frame frame;
	size_t used;

	channel_free(owner->channel);
	must(owner->answers == OUR_STREAMS);
	while (rest.len > 0) {
		must(frame_parse(rest, &frame, &used) == 0);
		rest = span_of(rest.data + used, rest.len - used);
	}
	buf_finish(&owner->out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool first = size % 2 == 1;
	struct owner whole, split, taking;

	begin(&whole, first);
	begin(&split, first);
	must(feed(&whole, span_of(data, size), size + 1) ==
	     feed(&split, span_of(data, size), 5));
	take(&whole);
	take(&split);
	must(span_equal(buf_span(&whole.out), buf_span(&split.out)));
	end(&whole);
	end(&split);
	/* What we say is taken in between, as it happens. */
	begin(&taking, first);
	for (size_t at = 0; at < size; at += 50) {
		if (feed(&taking,
			span_of(data + at, size - at < 50 ? size - at : 50),
			50) < 0)
			break;
		take(&taking);
	}
	end(&taking);
	return 0;
}
