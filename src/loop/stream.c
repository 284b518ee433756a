/* stream.c: bytes both ways on a connected socket or pipe, queued when the
 * other end is slow. */
#include "loop/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum { READ_SIZE = 64 * 1024, QUEUE_FIRST = 8 * 1024 };

/* A descriptor and, where it is to be sent, the byte it goes with. */
struct given {
	int fd;
	unsigned number;
	uint64_t at;
};

struct given_list {
	struct given list[STREAM_GIVEN_MAX];
	size_t count;
	unsigned next; /* number of the next */
};

struct stream {
	struct watch watch;
	struct timer closing; /* tells the owner of an end that a write found */
	struct timer turn;    /* runs after a write: others join it */
	const struct stream_ops *ops;
	void *arg;
	struct buf queue; /* the first sent bytes of it have gone */
	size_t sent;
	size_t queue_max;
	uint64_t position;	     /* bytes that have left */
	struct given_list *giving;   /* NULL: nothing was ever given */
	struct given_list *received; /* NULL: not accepted */
	int err;		     /* why it ended; 0: it has not */
	bool is_full;		     /* the socket took less than there was */
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

static void
drop_given(struct given_list *given, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(given->list[i].fd);
	given->count -= count;
	memmove(given->list, given->list + count,
	    given->count * sizeof given->list[0]);
}

static void
free_given(struct given_list *given)
{
	if (given != NULL)
		drop_given(given, given->count);
	free(given);
}

/* As send(), with the descriptors that go with the first byte. */
static ssize_t
send_giving(int fd, const void *data, size_t len,
    const struct given_list *given, size_t count)
{
	/* It is only read. */
	struct iovec part = {
		(void *)data, /* NOLINT(performance-no-int-to-ptr) */
		len
	};
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(STREAM_GIVEN_MAX * sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fds[STREAM_GIVEN_MAX];

	for (size_t i = 0; i < count; i++)
		fds[i] = given->list[i].fd;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* As send(): no further than the byte the next descriptors go with. */
static ssize_t
send_some(struct stream *stream, const void *data, size_t len)
{
	struct given_list *given = stream->giving;
	size_t count = 0;
	ssize_t done;

	if (given == NULL || given->count == 0)
		return send(stream->watch.fd, data, len, MSG_NOSIGNAL);
	while (
	    count < given->count && given->list[count].at == stream->position)
		count++;
	if (count < given->count &&
	    given->list[count].at - stream->position < len)
		len = (size_t)(given->list[count].at - stream->position);
	if (count == 0)
		return send(stream->watch.fd, data, len, MSG_NOSIGNAL);
	done = send_giving(stream->watch.fd, data, len, given, count);
	if (done > 0)
		drop_given(given, count);
	return done;
}

/* The bytes taken, 0 when it can take none now, or CAM_ERR_CLOSED or
 * CAM_ERR_SYSTEM. */
static ssize_t
write_some(struct stream *stream, const void *data, size_t len)
{
	ssize_t done;

	do {
		done = send_some(stream, data, len);
		if (done < 0 && errno == ENOTSOCK)
			done = write(stream->watch.fd, data, len);
	} while (done < 0 && errno == EINTR);
	if (done >= 0) {
		stream->position += (uint64_t)done;
		return done;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return 0;
	return errno == EPIPE || errno == ECONNRESET ? CAM_ERR_CLOSED
						     : CAM_ERR_SYSTEM;
}

static void
write_queue(struct stream *stream)
{
	ssize_t done = write_some(
	    stream, stream->queue.data + stream->sent, unsent(stream));

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
keep_given(struct given_list *given, const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned number = given->next++;

		if (given->count < STREAM_GIVEN_MAX)
			given->list[given->count++] =
			    (struct given){ .fd = fds[i], .number = number };
		else
			close(fds[i]);
	}
}

/* As read(), with what comes beside the bytes. */
static ssize_t
read_given(struct stream *stream, void *data, size_t size)
{
	struct iovec part = { data, size };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(STREAM_GIVEN_MAX * sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof control.room };
	ssize_t len = recvmsg(stream->watch.fd, &message, MSG_CMSG_CLOEXEC);
	int fds[STREAM_GIVEN_MAX];

	for (struct cmsghdr *header = len >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
	     header != NULL; header = CMSG_NXTHDR(&message, header)) {
		size_t bytes = header->cmsg_len - CMSG_LEN(0);

		if (header->cmsg_level != SOL_SOCKET ||
		    header->cmsg_type != SCM_RIGHTS || bytes > sizeof fds)
			continue;
		memcpy(fds, CMSG_DATA(header), bytes);
		keep_given(stream->received, fds, bytes / sizeof(int));
	}
	if (len >= 0 && (message.msg_flags & MSG_CTRUNC) != 0) {
		errno = EMFILE; /* some were lost: numbers are no longer true */
		return -1;
	}
	return len;
}

static void
read_some(struct stream *stream)
{
	/* To fill it with zeros would take longer than to read. */
	char data[READ_SIZE] __attribute__((uninitialized));
	ssize_t len;

	do {
		len = stream->received != NULL
			  ? read_given(stream, data, sizeof data)
			  : read(stream->watch.fd, data, sizeof data);
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
		(void)write_some(
		    stream, stream->queue.data + stream->sent, unsent(stream));
	watch_finish(&stream->watch);
	timer_finish(&stream->closing);
	timer_finish(&stream->turn);
	close(stream->watch.fd);
	buf_finish(&stream->queue);
	free_given(stream->giving);
	free_given(stream->received);
	stream->gone = true;
	if (!stream->reading)
		free(stream);
}

/* The first of a turn: what follows in that turn leaves together. */
static size_t
write_now(struct stream *stream, const uint8_t *bytes, size_t len)
{
	ssize_t done = write_some(stream, bytes, len);

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

unsigned
stream_give(struct stream *stream, int fd)
{
	struct given_list *given = stream->giving;
	unsigned number;

	if (given == NULL)
		given = stream->giving = xcalloc(1, sizeof *given);
	number = given->next++;
	if (stream->err != 0 || given->count == STREAM_GIVEN_MAX) {
		close(fd);
		end(stream, CAM_ERR_FULL);
		return number;
	}
	given->list[given->count++] = (struct given){ .fd = fd,
		.number = number,
		.at = stream->position + unsent(stream) };
	return number;
}

void
stream_accept_given(struct stream *stream)
{
	if (stream->received == NULL)
		stream->received = xcalloc(1, sizeof *stream->received);
}

int
stream_take(struct stream *stream, unsigned number)
{
	struct given_list *given = stream->received;

	for (size_t i = 0; given != NULL && i < given->count; i++) {
		int fd = given->list[i].fd;

		if (given->list[i].number != number)
			continue;
		given->list[i] = given->list[--given->count];
		return fd;
	}
	return -1;
}

int
stream_fd(const struct stream *stream)
{
	return stream->watch.fd;
}
