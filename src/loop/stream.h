/* stream.h: bytes both ways on a connected socket or pipe, queued when the
 * other end is slow. */
#ifndef CAM_STREAM_H
#define CAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct stream;

struct stream_ops {
	/* Bytes that arrived; borrowed for the call. The stream may be freed
	 * inside. */
	void (*on_data)(
	    struct stream *stream, const void *data, size_t len, void *arg);
	/* The other end closed, an error came, or it read too slowly: err is
	 * CAM_ERR_CLOSED, CAM_ERR_SYSTEM or CAM_ERR_FULL. Called once, never
	 * inside stream_write(); the stream is still the owner's to free. */
	void (*on_closed)(struct stream *stream, int err, void *arg);
};

/* Takes fd (and makes it non-blocking). queue_max: bytes that may wait to be
 * written. */
struct stream *stream_new(struct loop *loop, int fd,
    const struct stream_ops *ops, void *arg, size_t queue_max);
/* Closes at once; of what is queued only what the socket still takes is not
 * lost. Fine inside its own callbacks. */
void stream_free(struct stream *stream);
/* Writes now what the socket takes, queues the rest; past queue_max the stream
 * will close. What follows in the same turn of the loop leaves at its end, in
 * one piece. */
void stream_write(struct stream *stream, const void *data, size_t len);
/* Stops and starts calling on_data. */
void stream_pause(struct stream *stream, bool paused);
/* Closes once all that is queued has been written; on_closed follows. */
void stream_close_when_written(struct stream *stream);

/*
 * Descriptors over a Unix socket, beside the bytes that name them by number:
 * the first that a side gives is 0, the next 1. stream_give() takes fd, which
 * goes with the next bytes written, and returns its number; past
 * STREAM_GIVEN_MAX that have not left, the stream will close.
 */
enum { STREAM_GIVEN_MAX = 32 };
unsigned stream_give(struct stream *stream, int fd);
/* From here on what the other side gives is kept until it is taken, at most
 * STREAM_GIVEN_MAX; what comes beyond, and on any other stream, is closed. */
void stream_accept_given(struct stream *stream);
/* The descriptor of that number, close-on-exec, from now on the caller's; -1:
 * none was given, or it has been taken. */
int stream_take(struct stream *stream, unsigned number);
int stream_fd(const struct stream *stream);

#endif
