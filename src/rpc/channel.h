/* channel.h: JSON-RPC and several streams of bytes over one pair of byte
 * streams. No sockets and no clock: bytes in, bytes out. */
#ifndef CAM_RPC_CHANNEL_H
#define CAM_RPC_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "rpc/frame.h"

struct channel;

enum {
	CHANNEL_STREAMS_MAX = 64,    /* of each side */
	CHANNEL_WINDOW = 256 * 1024, /* bytes under way on a stream */
	CHANNEL_ITEM_MAX = 8 * 1024 * 1024,
	CHANNEL_LARGE_MAX = 2, /* items over half a window coming in at once */
	CHANNEL_JSON_MAX = 256 * 1024, /* one object */
	CHANNEL_JSON_QUEUE = 4 * 1024 * 1024,
	CHANNEL_SHARED_QUEUE = 16 * 1024 * 1024, /* channel_tell(): no copies */
	CHANNEL_METHOD_MAX = 64,
	CHANNEL_KIND_MAX = FRAME_KIND_MAX,
	CHANNEL_CALLS_MAX = 256, /* requests without an answer yet */
	CHANNEL_TAKE_MIN = 64,	 /* size of channel_take() at least */
	/*
	 * The most bytes that the other end can make us keep, whatever it
	 * sends: a window for each stream, the large items, one JSON object,
	 * one frame. What on_item handed over and channel_credit() has not
	 * given back counts in; the memory taken is at most twice that. For its
	 * answers there is CHANNEL_JSON_QUEUE beside. Streams that on_open
	 * refuses keep nothing.
	 */
	CHANNEL_KEPT_MAX = 2 * CHANNEL_STREAMS_MAX * CHANNEL_WINDOW +
			   CHANNEL_LARGE_MAX * CHANNEL_ITEM_MAX +
			   CHANNEL_JSON_MAX + FRAME_HEADER_SIZE +
			   FRAME_PAYLOAD_MAX,
};

/* What goes first: JSON, then urgent streams, then bulk ones, those of a kind
 * in turns, a frame each. The few bytes that give credit and break off go
 * before all. A stream is opened after what was said before, and before what is
 * said after it. */
enum channel_urgency { CHANNEL_URGENT, CHANNEL_BULK };

/* All but channel_free(), channel_feed() and channel_take() may be called
 * inside. */
struct channel_ops {
	/* A request or a notification (id NULL); params an object, borrowed.
	 * A request is answered by channel_reply() or channel_fail(), now or
	 * later; id is a number. */
	void (*on_request)(struct channel *channel, const char *method,
	    json_t *params, const json_int_t *id, void *arg);
	/* The other end opened a stream. 0, or an error with which it is
	 * closed; nothing more is told of that one. */
	int (*on_open)(struct channel *channel, uint16_t stream,
	    const char *kind, void *arg);
	/* A whole item, never empty; borrowed. The callee gives the room back
	 * with channel_credit() once it has dealt with it, so that a slow
	 * reader slows its writer down and nobody else. */
	void (*on_item)(struct channel *channel, uint16_t stream,
	    struct span item, void *arg);
	/* err 0: no more items come; the callee closes its own end when it has
	 * no more to send either. Else (also after a 0) the other end broke off
	 * and the stream is over, both ways. */
	void (*on_close)(
	    struct channel *channel, uint16_t stream, int err, void *arg);
	/* Everything queued on the stream has been taken. May be NULL. */
	void (*on_drained)(struct channel *channel, uint16_t stream, void *arg);
	/* channel_take() has something, after it had nothing. */
	void (*on_output)(struct channel *channel, void *arg);
};

/* first: the side that connected; its streams have odd numbers. ops is copied.
 */
struct channel *channel_new(
    bool first, const struct channel_ops *ops, void *arg);
/* Calls that wait for an answer get CAM_ERR_CLOSED. Not inside its callbacks.
 */
void channel_free(struct channel *channel);

/* Bytes as they came, any pieces. An error: the other end breaks the rules,
 * close the link; *problem says which (static). After it nothing is told any
 * more. */
int channel_feed(struct channel *channel, const void *data, size_t len,
    const char **problem);
/* At most size bytes to send, whole frames in the order of urgency; to be
 * called until it returns 0. size is CHANNEL_TAKE_MIN or more. */
size_t channel_take(struct channel *channel, void *data, size_t size);

/*
 * params (NULL: none) is taken. on_done (NULL for a notification, never called
 * inside) gets the result (borrowed), or err < 0 and the error's message, which
 * is as it came and may be NULL. CAM_ERR_FULL: too much waits; CAM_ERR_LIMIT:
 * over CHANNEL_JSON_MAX.
 */
int channel_call(struct channel *channel, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg);
int channel_notify(struct channel *channel, const char *method, json_t *params);
/*
 * A notification made once and told on many channels, which share its bytes.
 * params is taken; NULL: over CHANNEL_JSON_MAX. channel_tell() borrows it;
 * CAM_ERR_FULL: too much waits.
 */
struct channel_text;
struct channel_text *channel_text_new(const char *method, json_t *params);
void channel_text_free(struct channel_text *text);
int channel_tell(struct channel *channel, struct channel_text *text);
/* result (NULL: {}) is taken. An id that waits for no answer is passed over. */
void channel_reply(struct channel *channel, json_int_t id, json_t *result);
/* message NULL: that of err, which the other end's on_done gets. */
void channel_fail(
    struct channel *channel, json_int_t id, int err, const char *message);

/* CAM_ERR_FULL: too many. */
int channel_open(struct channel *channel, const char *kind,
    enum channel_urgency urgency, uint16_t *stream);
/* Copies and queues; CAM_ERR_FULL above CHANNEL_ITEM_MAX waiting on the stream
 * (wait for on_drained), CAM_ERR_CLOSED, CAM_ERR_LIMIT: empty or over
 * CHANNEL_ITEM_MAX. */
int channel_send(struct channel *channel, uint16_t stream, struct span item);
/* Bytes queued on the stream and not yet taken. */
size_t channel_queued(const struct channel *channel, uint16_t stream);
/* A stream that has gone meanwhile is fine, also below. */
void channel_credit(struct channel *channel, uint16_t stream, size_t len);
/* err 0: what is queued still goes out, and items may still come in. Else the
 * stream is over at once and nothing more is told of it. */
void channel_close(struct channel *channel, uint16_t stream, int err);

/* Bytes kept of what came in and is not whole, and of items not yet credited:
 * never over CHANNEL_KEPT_MAX. */
size_t channel_kept(const struct channel *channel);

#endif
