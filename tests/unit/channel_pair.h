/* channel_pair.h: two channels joined by a wire of memory, and what each end
 * was told. */
#ifndef CAM_CHANNEL_PAIR_H
#define CAM_CHANNEL_PAIR_H

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "rpc/channel.h"

enum { TOLD_MAX = 4096 };

enum told { TOLD_REQUEST, TOLD_OPEN, TOLD_ITEM, TOLD_CLOSE, TOLD_DRAINED };

struct event {
	enum told what;
	uint16_t stream;
	int err;
	json_int_t id; /* 0: a notification */
	uint64_t sum;  /* of the item, the kind, or the method */
	size_t len;
};

struct end {
	struct channel *channel;
	struct buf wire; /* taken and not yet fed to the other end */
	struct event events[TOLD_MAX];
	size_t events_count;
	int woken;
	int refusal;	  /* what on_open returns */
	bool is_slow;	  /* gives no credit by itself */
	bool keeps_calls; /* answers no request by itself */
};

static inline uint64_t
sum_of(struct span bytes)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < bytes.len; i++)
		sum = (sum ^ bytes.data[i]) * 0x100000001b3;
	return sum;
}

static inline void
tell(struct end *end, struct event event)
{
	if (end->events_count == TOLD_MAX)
		abort();
	end->events[end->events_count++] = event;
}

static inline void
end_on_request(struct channel *channel, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct end *end = arg;

	tell(end, (struct event){ .what = TOLD_REQUEST,
		      .id = id != NULL ? *id : 0,
		      .sum = sum_of(span_text(method)),
		      .len = json_object_size(params) });
	if (id == NULL || end->keeps_calls)
		return;
	if (strcmp(method, "fail") == 0)
		channel_fail(channel, *id, CAM_ERR_KEY, "another key");
	else
		channel_reply(channel, *id, json_incref(params));
}

static inline int
end_on_open(
    struct channel *channel, uint16_t stream, const char *kind, void *arg)
{
	struct end *end = arg;

	tell(end, (struct event){ .what = TOLD_OPEN,
		      .stream = stream,
		      .sum = sum_of(span_text(kind)) });
	return end->refusal;
}

static inline void
end_on_item(
    struct channel *channel, uint16_t stream, struct span item, void *arg)
{
	struct end *end = arg;

	tell(end, (struct event){ .what = TOLD_ITEM,
		      .stream = stream,
		      .sum = sum_of(item),
		      .len = item.len });
	if (!end->is_slow)
		channel_credit(channel, stream, item.len);
}

static inline void
end_on_close(struct channel *channel, uint16_t stream, int err, void *arg)
{
	struct end *end = arg;

	tell(end,
	    (struct event){ .what = TOLD_CLOSE, .stream = stream, .err = err });
	if (err == 0)
		channel_close(channel, stream, 0);
}

static inline void
end_on_drained(struct channel *channel, uint16_t stream, void *arg)
{
	tell(arg, (struct event){ .what = TOLD_DRAINED, .stream = stream });
}

static inline void
end_on_output(struct channel *channel, void *arg)
{
	((struct end *)arg)->woken++;
}

static inline void
end_open(struct end *end, bool first)
{
	static const struct channel_ops ops = { end_on_request, end_on_open,
		end_on_item, end_on_close, end_on_drained, end_on_output };

	memset(end, 0, sizeof(*end));
	buf_init(&end->wire, SIZE_MAX / 4);
	end->channel = channel_new(first, &ops, end);
}

static inline void
end_close(struct end *end)
{
	channel_free(end->channel);
	buf_finish(&end->wire);
}

/* Takes all there is, size bytes at a time. */
static inline void
end_take(struct end *end, size_t size)
{
	size_t len;

	do {
		uint8_t *place = buf_reserve(&end->wire, size);

		if (place == NULL)
			abort();
		len = channel_take(end->channel, place, size);
		end->wire.len += len;
	} while (len > 0);
}

/* Everything both have, until neither has more: the first error. */
static inline int
pump(struct end *one, struct end *other, size_t take, size_t piece)
{
	const char *problem = NULL;
	struct end *from = one, *to = other, *other_way = NULL;
	int err = 0, still = 0;

	while (err == 0 && still < 2) {
		end_take(from, take);
		still = from->wire.len > 0 ? 0 : still + 1;
		for (size_t at = 0; err == 0 && at < from->wire.len;
		     at += piece)
			err = channel_feed(to->channel, from->wire.data + at,
			    from->wire.len - at < piece ? from->wire.len - at
							: piece,
			    &problem);
		buf_clear(&from->wire);
		other_way = from;
		from = to;
		to = other_way;
	}
	return err;
}

/* The n-th thing of that kind it was told of, NULL: fewer. */
static inline const struct event *
told(const struct end *end, enum told what, size_t n)
{
	for (size_t i = 0; i < end->events_count; i++)
		if (end->events[i].what == what && n-- == 0)
			return &end->events[i];
	return NULL;
}

static inline size_t
told_count(const struct end *end, enum told what)
{
	size_t count = 0;

	while (told(end, what, count) != NULL)
		count++;
	return count;
}

#endif
