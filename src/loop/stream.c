/* stream.c: bytes both ways on a connected socket or pipe, queued when the
 * other end is slow. */
#include "loop/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum { READ_SIZE = 64 * 1024, QUEUE_FIRST = 8 * 1024 };

struct stream {
	struct watch watch;
	struct timer closing; /* tells the owner of an end that a write found */
	struct timer turn;    /* runs after a write: others join it */
	const struct stream_ops *ops;
	void *arg;
	struct buf queue; /* the first sent bytes of it have gone */
	size_t sent;
	size_t queue_max;
	int err;      /* why it ended; 0: it has not */
	bool is_full; /* the socket took less than there was */
	bool paused;
	bool close_when_written;
	bool reading; /* inside on_data: freed when that is over */
	bool gone;
};

static size_t
unsent(const struct stream *stream)
{
	return stream->queue.len - stream->sent;
}

static void
update_watch(struct stream *stream)
{
	int events = 0;

	if (stream->err == 0 && !stream->paused && !stream->close_when_written)
		events |= WATCH_READ;
	if (stream->err == 0 && stream->is_full)
		events |= WATCH_WRITE;
	watch_set(&stream->watch, events);
}

/* The owner hears of it on the next turn, never inside a call of its own. */
static void
end(struct stream *stream, int err)
{
	if (stream->err != 0)
		return;
	stream->err = err;
	buf_finish(&stream->queue);
	stream->sent = 0;
	stream->is_full = false;
	update_watch(stream);
	timer_start(&stream->closing, 0);
}

static void
on_closing(void *arg)
{
	struct stream *stream = arg;

	stream->ops->on_closed(stream, stream->err, stream->arg);
}

/* The bytes taken, 0 when it can take none now, or CAM_ERR_CLOSED or
 * CAM_ERR_SYSTEM. */
static ssize_t
write_some(int fd, const void *data, size_t len)
{
	ssize_t done;

	do {
		done = send(fd, data, len, MSG_NOSIGNAL);
		if (done < 0 && errno == ENOTSOCK)
			done = write(fd, data, len);
	} while (done < 0 && errno == EINTR);
	if (done >= 0)
		return done;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return 0;
	return errno == EPIPE || errno == ECONNRESET ? CAM_ERR_CLOSED
						     : CAM_ERR_SYSTEM;
}

static void
write_queue(struct stream *stream)
{
	ssize_t done = write_some(stream->watch.fd,
	    stream->queue.data + stream->sent, unsent(stream));

	if (done < 0) {
		end(stream, (int)done);
		return;
	}
	stream->sent += (size_t)done;
	stream->is_full = unsent(stream) > 0;
	if (!stream->is_full) {
		/* An idle stream holds no memory. */
		buf_finish(&stream->queue);
		stream->sent = 0;
		if (stream->close_when_written)
			end(stream, CAM_ERR_CLOSED);
	} else if (stream->sent > stream->queue.len / 2) {
		buf_drop(&stream->queue, stream->sent);
		stream->sent = 0;
	}
	update_watch(stream);
}

static void
on_turn(void *arg)
{
	struct stream *stream = arg;

	if (unsent(stream) > 0 && !stream->is_full)
		write_queue(stream);
}

static void
read_some(struct stream *stream)
{
	char data[READ_SIZE];
	ssize_t len;

	do {
		len = read(stream->watch.fd, data, sizeof data);
	} while (len < 0 && errno == EINTR);
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (len <= 0) {
		end(stream, len == 0 || errno == ECONNRESET ? CAM_ERR_CLOSED
							    : CAM_ERR_SYSTEM);
		return;
	}
	stream->reading = true;
	stream->ops->on_data(stream, data, (size_t)len, stream->arg);
	stream->reading = false;
	wipe(data, (size_t)len); /* it may have been a passphrase */
	if (stream->gone)
		free(stream);
}

static void
on_ready(int fd, int events, void *arg)
{
	struct stream *stream = arg;

	if ((events & WATCH_WRITE) != 0 && unsent(stream) > 0)
		write_queue(stream);
	if ((events & WATCH_READ) != 0 && stream->err == 0 && !stream->paused &&
	    !stream->close_when_written)
		read_some(stream);
}

struct stream *
stream_new(struct loop *loop, int fd, const struct stream_ops *ops, void *arg,
    size_t queue_max)
{
	struct stream *stream = xcalloc(1, sizeof *stream);
	int flags = fcntl(fd, F_GETFL);

	stream->ops = ops;
	stream->arg = arg;
	stream->queue_max = queue_max;
	/* What has been sent is dropped only now and then: at most as much
	 * again as waits. */
	buf_init(&stream->queue, queue_max <= SIZE_MAX / 2 - QUEUE_FIRST
				     ? 2 * queue_max + QUEUE_FIRST
				     : SIZE_MAX);
	watch_init(&stream->watch, loop, fd, on_ready, stream);
	timer_init(&stream->closing, loop, on_closing, stream);
	timer_init(&stream->turn, loop, on_turn, stream);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		end(stream, CAM_ERR_SYSTEM);
	update_watch(stream);
	return stream;
}

void
stream_free(struct stream *stream)
{
	if (stream == NULL)
		return;
	if (unsent(stream) > 0)
		(void)write_some(stream->watch.fd,
		    stream->queue.data + stream->sent, unsent(stream));
	watch_finish(&stream->watch);
	timer_finish(&stream->closing);
	timer_finish(&stream->turn);
	close(stream->watch.fd);
	buf_finish(&stream->queue);
	stream->gone = true;
	if (!stream->reading)
		free(stream);
}

/* The first of a turn: what follows in that turn leaves together. */
static size_t
write_now(struct stream *stream, const uint8_t *bytes, size_t len)
{
	ssize_t done = write_some(stream->watch.fd, bytes, len);

	if (done < 0) {
		end(stream, (int)done);
		return 0;
	}
	stream->is_full = (size_t)done < len;
	timer_start(&stream->turn, 0);
	return (size_t)done;
}

void
stream_write(struct stream *stream, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	size_t done = 0;

	if (stream->err != 0 || stream->close_when_written || len == 0)
		return;
	if (unsent(stream) == 0 && !timer_is_running(&stream->turn))
		done = write_now(stream, bytes, len);
	if (stream->err != 0 || done == len)
		return;
	bytes += done;
	len -= done;
	if (len > stream->queue_max ||
	    unsent(stream) > stream->queue_max - len) {
		end(stream, CAM_ERR_FULL);
		return;
	}
	if (stream->queue.data == NULL)
		(void)buf_reserve(
		    &stream->queue, len > QUEUE_FIRST ? len : QUEUE_FIRST);
	buf_put(&stream->queue, bytes, len);
	update_watch(stream);
}

void
stream_pause(struct stream *stream, bool paused)
{
	stream->paused = paused;
	update_watch(stream);
}

void
stream_close_when_written(struct stream *stream)
{
	if (stream->err != 0)
		return;
	stream->close_when_written = true;
	if (unsent(stream) > 0)
		write_queue(stream);
	else
		end(stream, CAM_ERR_CLOSED);
}

int
stream_fd(const struct stream *stream)
{
	return stream->watch.fd;
}
