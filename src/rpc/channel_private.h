/* channel_private.h: what the files of a channel share; for nobody else. */
#ifndef CAM_RPC_CHANNEL_PRIVATE_H
#define CAM_RPC_CHANNEL_PRIVATE_H

#include "base/buf.h"
#include "rpc/channel.h"

/* Things of some length that leave in pieces, the oldest first. */
struct channel_queue {
	struct channel_queued *first;
	struct channel_queued **end;
	size_t sent;   /* of the first */
	size_t bytes;  /* not yet taken, of its own */
	size_t shared; /* and of texts */
};

struct channel_text {
	size_t refs;
	size_t len;
	uint8_t data[];
};

void channel_queue_init(struct channel_queue *queue);
/* Copies. stream: which one opens with it, among objects of JSON; else 0. */
void channel_queue_put(
    struct channel_queue *queue, uint16_t stream, struct span thing);
/* Without a copy. */
void channel_queue_share(
    struct channel_queue *queue, struct channel_text *text);
/* That of the first. */
uint16_t channel_queue_stream(const struct channel_queue *queue);
/* The next piece, of at most max bytes; last: it ends its thing. */
struct span channel_queue_next(
    const struct channel_queue *queue, size_t max, bool *last);
/* That many bytes of the first have gone. */
void channel_queue_advance(struct channel_queue *queue, size_t len);
void channel_queue_clear(struct channel_queue *queue);

/*
 * Sending:	OPEN -> CLOSING (what is queued still goes) -> CLOSED
 *		any -> CLOSED, by breaking off
 * Receiving:	OPEN -> CLOSED, by the other end's CLOSE
 *		OPEN -> DEAF (we broke off, it has not heard yet) -> CLOSED
 * A stream whose FRAME_CLOSE has come and gone out is no more, at both ends:
 * what it had to tell yet would tell nobody anything.
 */
enum channel_sending { SENDING_OPEN, SENDING_CLOSING, SENDING_CLOSED };
enum channel_receiving { RECEIVING_OPEN, RECEIVING_DEAF, RECEIVING_CLOSED };

struct channel_stream {
	struct channel_stream *next;
	uint16_t number;

	enum channel_sending sending;
	enum channel_urgency urgency;
	struct channel_queue queue;
	size_t credit; /* bytes that the other end takes from us */
	bool open_due; /* FRAME_OPEN has to go out yet */
	int reset_due; /* this error has to go out yet; 0: none */
	bool end_sent; /* FRAME_CLOSE has gone out */
	struct channel_stream *ready_next;
	bool is_ready;
	struct channel_stream *control_next;
	bool has_control;

	/* window + credit_due + held + the item never pass CHANNEL_WINDOW, and
	 * CHANNEL_ITEM_MAX more while is_large. */
	enum channel_receiving receiving;
	struct buf item;   /* the beginning of one */
	size_t window;	   /* bytes that the other end may send us */
	size_t credit_due; /* and those it has not been told of */
	size_t held;	   /* given to on_item and not credited */
	bool is_large;
};

/* Streams in turns: one leaves at the front and comes back at the end. */
struct channel_turns {
	struct channel_stream *first;
	struct channel_stream **end;
};

struct channel_call {
	struct channel_call *next;
	json_int_t id;
	void (*on_done)(
	    void *arg, int err, json_t *result, const char *message);
	void *arg;
};

struct channel {
	struct channel_ops ops;
	void *arg;
	int err; /* it broke the rules; 0: it has not */
	const char *problem;
	struct buf in;	 /* the beginning of a frame */
	struct buf json; /* the beginning of an object */

	struct channel_stream *streams;
	uint32_t next_own;   /* the number of our next stream */
	uint32_t next_other; /* the other end's is this at least */
	size_t own_count;
	size_t other_count;
	size_t large_count;

	json_int_t last_call; /* our last id, and the other end's */
	json_int_t last_request;
	struct channel_call *calls; /* ours without an answer, oldest first */
	struct channel_call **calls_end;
	size_t calls_count;
	json_int_t *requests; /* we have not answered */
	size_t requests_count, requests_size;

	struct channel_queue json_queue; /* and streams being opened, which must
					    not overtake it */
	struct channel_turns control;
	struct channel_turns ready[2]; /* of enum channel_urgency */
	bool is_idle;		       /* the last channel_take() had nothing */
};

/* channel.c */
/* Remembers the first problem; returns err. */
int channel_break(struct channel *channel, int err, const char *problem);
/* There is something to take. */
void channel_wake(struct channel *channel);

/* channel_json.c */
int channel_receive_json(struct channel *channel, struct span text);
void channel_end_calls(struct channel *channel);

/* channel_stream.c */
struct channel_stream *channel_find(
    const struct channel *channel, uint16_t number);
/* A frame of the other end's that is not JSON. */
int channel_receive_stream(struct channel *channel, const struct frame *frame);
/* Frees it if it is over. */
void channel_settle(struct channel *channel, struct channel_stream *stream);
void channel_free_streams(struct channel *channel);

/* channel_take.c */
void channel_turns_init(struct channel_turns *turns);
void channel_control(struct channel *channel, struct channel_stream *stream);
/* It has items to send and may, or its end. */
void channel_ready(struct channel *channel, struct channel_stream *stream);
/* No longer. */
void channel_unready(struct channel *channel, struct channel_stream *stream);
void channel_uncontrol(struct channel *channel, struct channel_stream *stream);

#endif
