/* splice.c: splice() through a pipe on Linux, a buffer elsewhere. */
#include "camd/transfer/splice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/transfer/internal.h"

enum { COPY_SIZE = 256 * 1024 };

static int
copy_out(struct transfer *transfer, int fd, uint64_t offset, uint64_t len)
{
	uint8_t *bytes = xmalloc(COPY_SIZE);
	int rc = 0;

	while (len > 0 && rc == 0) {
		size_t size = len < COPY_SIZE ? (size_t)len : COPY_SIZE;
		ssize_t got = pread(fd, bytes, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			rc = got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_REFUSED;
			break;
		}
		rc = sock_send(&transfer->sock, span_of(bytes, (size_t)got));
		if (rc == 0)
			transfer_moved(transfer, (uint64_t)got);
		offset += (uint64_t)got;
		len -= (uint64_t)got;
	}
	free(bytes);
	return rc;
}

static int
copy_in(struct transfer *transfer, int fd, uint64_t offset, uint64_t len)
{
	uint8_t *bytes = xmalloc(COPY_SIZE);
	int rc = 0;

	while (len > 0 && rc == 0) {
		size_t got = len < COPY_SIZE ? (size_t)len : COPY_SIZE;

		rc = sock_receive(&transfer->sock, bytes, got, &got);
		if (rc == 0)
			rc = place_write(
			    &transfer->place, fd, offset, span_of(bytes, got));
		if (rc < 0)
			break;
		transfer_moved(transfer, got);
		offset += got;
		len -= got;
	}
	free(bytes);
	return rc;
}

#ifdef __linux__

enum { PIPE_WANTED = 1024 * 1024 };

struct pipe_pair {
	int out, in;
	size_t size;
};

static int
pipe_open(struct pipe_pair *pair)
{
	int fds[2], size;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return CAM_ERR_SYSTEM;
	/* Less is fine, where the user has too many already. */
	(void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_WANTED);
	size = fcntl(fds[1], F_GETPIPE_SZ);
	*pair = (struct pipe_pair){ fds[0], fds[1],
		size > 0 ? (size_t)size : COPY_SIZE / 4 };
	return 0;
}

static void
pipe_close(const struct pipe_pair *pair)
{
	close(pair->out);
	close(pair->in);
}

/* Empties the pipe into the socket. */
static int
pour_out(struct transfer *transfer, const struct pipe_pair *pair, size_t len,
    bool more)
{
	while (len > 0) {
		ssize_t sent = splice(pair->out, NULL, transfer->sock.fd, NULL,
		    len, SPLICE_F_MOVE | (more ? SPLICE_F_MORE : 0));

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0 || transfer_is_stopped(transfer))
			return sock_error(&transfer->sock);
		transfer_moved(transfer, (uint64_t)sent);
		len -= (size_t)sent;
	}
	return 0;
}

int
splice_send(struct transfer *transfer, int fd, uint64_t offset, uint64_t len)
{
	struct pipe_pair pair;
	int rc = pipe_open(&pair);

	if (rc < 0)
		return rc;
	while (len > 0 && rc == 0) {
		loff_t at = (loff_t)offset;
		size_t size = len < pair.size ? (size_t)len : pair.size;
		ssize_t got =
		    splice(fd, &at, pair.in, NULL, size, SPLICE_F_MOVE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EINVAL) {
			pipe_close(&pair);
			return copy_out(transfer, fd, offset, len);
		}
		if (got <= 0) {
			rc = got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_REFUSED;
			break;
		}
		offset += (uint64_t)got;
		len -= (uint64_t)got;
		rc = pour_out(transfer, &pair, (size_t)got, len > 0);
	}
	pipe_close(&pair);
	return rc;
}

/* What the file does not take by splice() it takes by write(). */
static int
drain(struct transfer *transfer, const struct pipe_pair *pair, int fd,
    uint64_t offset, size_t len)
{
	uint8_t *bytes = xmalloc(COPY_SIZE);
	int rc = 0;

	while (len > 0 && rc == 0) {
		ssize_t got =
		    read(pair->out, bytes, len < COPY_SIZE ? len : COPY_SIZE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			rc = CAM_ERR_SYSTEM;
			break;
		}
		/* Taken from the quota already. */
		transfer->place.written -= (uint64_t)got;
		rc = place_write(
		    &transfer->place, fd, offset, span_of(bytes, (size_t)got));
		if (rc == 0)
			transfer_moved(transfer, (uint64_t)got);
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	free(bytes);
	return rc;
}

/* Empties the pipe into the file. */
static int
pour_in(struct transfer *transfer, const struct pipe_pair *pair, int fd,
    uint64_t offset, size_t len)
{
	loff_t at = (loff_t)offset;
	int rc = place_take(&transfer->place, len);

	while (len > 0 && rc == 0) {
		ssize_t wrote =
		    splice(pair->out, NULL, fd, &at, len, SPLICE_F_MOVE);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && errno == EINVAL)
			return drain(transfer, pair, fd, (uint64_t)at, len);
		if (wrote <= 0)
			return place_error();
		transfer_moved(transfer, (uint64_t)wrote);
		len -= (size_t)wrote;
	}
	return rc;
}

int
splice_receive(struct transfer *transfer, int fd, uint64_t offset, uint64_t len)
{
	struct pipe_pair pair;
	int rc;

	/* What was read before is in memory already. */
	if (transfer->sock.early.len > 0) {
		uint64_t early = transfer->sock.early.len < len
				     ? transfer->sock.early.len
				     : len;

		rc = copy_in(transfer, fd, offset, early);
		if (rc < 0)
			return rc;
		offset += early;
		len -= early;
	}
	rc = pipe_open(&pair);
	if (rc < 0)
		return rc;
	while (len > 0 && rc == 0) {
		size_t size = len < pair.size ? (size_t)len : pair.size;
		ssize_t got = splice(transfer->sock.fd, NULL, pair.in, NULL,
		    size, SPLICE_F_MOVE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EINVAL) {
			rc = copy_in(transfer, fd, offset, len);
			break;
		}
		if (got <= 0 || transfer_is_stopped(transfer)) {
			rc = got == 0 ? CAM_ERR_CLOSED
				      : sock_error(&transfer->sock);
			break;
		}
		rc = pour_in(transfer, &pair, fd, offset, (size_t)got);
		offset += (uint64_t)got;
		len -= (uint64_t)got;
	}
	pipe_close(&pair);
	return rc;
}

#else

int
splice_send(struct transfer *transfer, int fd, uint64_t offset, uint64_t len)
{
	return copy_out(transfer, fd, offset, len);
}

int
splice_receive(struct transfer *transfer, int fd, uint64_t offset, uint64_t len)
{
	return copy_in(transfer, fd, offset, len);
}

#endif
