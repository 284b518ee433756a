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
	CHANNEL_JSON_MAX = 256 * 1024, /* one object */
	CHANNEL_JSON_QUEUE = 4 * 1024 * 1024,
	CHANNEL_KIND_MAX = 31,
	CHANNEL_CALLS_MAX = 256 /* requests without an answer yet */
};

/* What goes first: JSON, then urgent streams, then bulk ones, those of a kind
 * in turns, a frame each. */
enum channel_urgency { CHANNEL_URGENT, CHANNEL_BULK };

struct channel_ops {
	/* A request or a notification (id NULL); params an object, borrowed.
	 * A request is answered by channel_reply() or channel_fail(), now or
	 * later; id is a number. */
	void (*on_request)(struct channel *channel, const char *method,
	    json_t *params, const json_int_t *id, void *arg);
	/* The other end opened a stream. 0, or an error with which it is
	 * closed. */
	int (*on_open)(struct channel *channel, uint16_t stream,
	    const char *kind, void *arg);
	/* A whole item; borrowed. The callee gives the room back with
	 * channel_credit() once it has dealt with it, so that a slow reader
	 * slows its writer down and nobody else. */
	void (*on_item)(struct channel *channel, uint16_t stream,
	    struct span item, void *arg);
	/* err 0: properly. */
	void (*on_close)(
	    struct channel *channel, uint16_t stream, int err, void *arg);
	/* Everything queued on the stream has been taken. May be NULL. */
	void (*on_drained)(struct channel *channel, uint16_t stream, void *arg);
	/* channel_take() has something. */
	void (*on_output)(struct channel *channel, void *arg);
};

/* first: the side that connected; its streams have odd numbers. */
struct channel *channel_new(
    bool first, const struct channel_ops *ops, void *arg);
/* Calls that wait for an answer get CAM_ERR_CLOSED. Not inside its callbacks.
 */
void channel_free(struct channel *channel);

/* Bytes as they came, any pieces. An error: the other end breaks the rules,
 * close the link; *problem says which (static). */
int channel_feed(struct channel *channel, const void *data, size_t len,
    const char **problem);
/* At most size bytes to send, whole frames in the order of urgency. */
size_t channel_take(struct channel *channel, void *data, size_t size);

/* params is taken. on_done (NULL for a notification, never called inside) gets
 * the result (borrowed), or err < 0 and the error's message. CAM_ERR_FULL: too
 * much waits. */
int channel_call(struct channel *channel, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg);
int channel_notify(struct channel *channel, const char *method, json_t *params);
void channel_reply(struct channel *channel, json_int_t id, json_t *result);
void channel_fail(
    struct channel *channel, json_int_t id, int err, const char *message);

/* CAM_ERR_FULL: too many. */
int channel_open(struct channel *channel, const char *kind,
    enum channel_urgency urgency, uint16_t *stream);
/* Copies and queues; CAM_ERR_FULL above CHANNEL_ITEM_MAX waiting on the stream
 * (wait for on_drained), CAM_ERR_CLOSED. */
int channel_send(struct channel *channel, uint16_t stream, struct span item);
/* Bytes queued on the stream and not yet taken. */
size_t channel_queued(const struct channel *channel, uint16_t stream);
void channel_credit(struct channel *channel, uint16_t stream, size_t len);
void channel_close(struct channel *channel, uint16_t stream, int err);

#endif
