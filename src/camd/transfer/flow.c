/* flow.c: the helpers' side of a transfer, and the blocks between. */
#include "camd/transfer/flow.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	SEALED_SIZE = LANE_BLOCK / CHUNK_SIZE * CHUNK_FRAME_MAX,
	STACK_SIZE = 256 * 1024
};

static void
finish(struct flow *flow)
{
	lane_finish(&flow->lane);
	free(flow->sealed);
}

static int
begin(struct flow *flow, struct sock *sock, struct flow_cover cover,
    uint64_t left, void *(*run)(void *))
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	*flow = (struct flow){ .sock = sock, .cover = cover, .left = left };
	lane_init(&flow->lane);
	if (cover.chunks)
		flow->sealed = xmalloc(SEALED_SIZE);
	/* Signals are for the threads that wait for them. */
	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&flow->helper, &attributes, run, flow);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return 0;
	finish(flow);
	errno = error;
	return CAM_ERR_SYSTEM;
}

/* -- outgoing ----------------------------------------------------------------
 */

static int
send_sealed(struct flow *flow, const struct lane_block *block)
{
	uint8_t *frame = flow->sealed;
	size_t at = 0, len;
	bool last;
	int rc = 0;

	do {
		len =
		    block->len - at < CHUNK_SIZE ? block->len - at : CHUNK_SIZE;
		last = block->last && at + len == block->len;
		rc = chunk_seal(flow->cover.chunks,
		    span_of(block->data + at, len), last, frame);
		frame += CHUNK_FRAME_HEAD + len + CHUNK_TAG_SIZE;
		at += len;
	} while (rc == 0 && at < block->len);
	if (rc < 0)
		return rc;
	return sock_send(
	    flow->sock, span_of(flow->sealed, (size_t)(frame - flow->sealed)));
}

static int
send_block(struct flow *flow, const struct lane_block *block)
{
	struct span bytes = span_of(block->data, block->len);

	if (flow->cover.chunks)
		return send_sealed(flow, block);
	if (flow->cover.keystream)
		keystream_apply(flow->cover.keystream, bytes, block->data);
	return sock_send(flow->sock, bytes);
}

static void *
run_out(void *arg)
{
	struct flow *flow = arg;
	struct lane_block *block = NULL;
	bool last = false;
	int rc = 0;

	while (rc == 0 && !last) {
		rc = lane_pull(&flow->lane, &block);
		if (rc < 0)
			break;
		rc = send_block(flow, block);
		last = block->last;
		lane_release(&flow->lane);
	}
	/* To who fills, an end is an end: nothing is pushed behind the last. */
	lane_refuse(&flow->lane, rc < 0 ? rc : CAM_ERR_MORE);
	return NULL;
}

int
flow_out_begin(struct flow *flow, struct sock *sock, struct flow_cover cover)
{
	return begin(flow, sock, cover, 0, run_out);
}

int
flow_out_room(struct flow *flow, uint8_t **place, size_t *size)
{
	int rc = 0;

	/* A full block goes when more comes, so that the last is the last. */
	if (flow->block && flow->block->len == LANE_BLOCK) {
		lane_push(&flow->lane, false);
		flow->block = NULL;
	}
	if (!flow->block)
		rc = lane_get(&flow->lane, &flow->block);
	if (rc < 0) {
		flow->block = NULL;
		return rc;
	}
	*place = flow->block->data + flow->block->len;
	*size = LANE_BLOCK - flow->block->len;
	return 0;
}

void
flow_out_used(struct flow *flow, size_t len)
{
	flow->block->len += len;
}

int
flow_out(struct flow *flow, struct span bytes)
{
	uint8_t *place = NULL;
	size_t size = 0;
	int rc = 0;

	while (bytes.len > 0 && rc == 0) {
		rc = flow_out_room(flow, &place, &size);
		if (rc < 0)
			break;
		if (size > bytes.len)
			size = bytes.len;
		memcpy(place, bytes.data, size);
		flow_out_used(flow, size);
		bytes = span_of(bytes.data + size, bytes.len - size);
	}
	return rc;
}

int
flow_out_end(struct flow *flow, int err)
{
	int error = errno;

	if (err == 0 && !flow->block) {
		err = lane_get(&flow->lane, &flow->block);
		error = errno;
	}
	if (err == 0)
		lane_push(&flow->lane, true);
	else
		lane_fail(&flow->lane, err);
	/* Joined first: what the helper has met is then known. */
	pthread_join(flow->helper, NULL);
	if (err == 0 && flow->lane.emptier_err != CAM_ERR_MORE) {
		err = flow->lane.emptier_err;
		error = flow->lane.emptier_error;
	}
	finish(flow);
	errno = error;
	return err;
}

/* -- incoming ----------------------------------------------------------------
 */

static int
receive_plain(struct flow *flow, struct lane_block *block)
{
	size_t size = LANE_BLOCK - block->len, len;
	int rc;

	if (size > flow->left)
		size = (size_t)flow->left;
	rc = sock_receive(flow->sock, block->data + block->len, size, &len);
	if (rc < 0)
		return rc;
	if (flow->cover.keystream)
		keystream_apply(flow->cover.keystream,
		    span_of(block->data + block->len, len),
		    block->data + block->len);
	block->len += len;
	if (flow->left != UINT64_MAX)
		flow->left -= len;
	return 0;
}

/* Reads until the frame at the front of what is sealed is whole. */
static int
receive_frame(struct flow *flow, struct span *frame)
{
	size_t size = CHUNK_FRAME_HEAD, len;
	int rc;

	for (;;) {
		struct span have =
		    span_of(flow->sealed + flow->sealed_from, flow->sealed_len);

		rc = chunk_frame_size(flow->cover.chunks, have, &size);
		if (rc == 0 && size <= have.len) {
			*frame = span_of(have.data, size);
			flow->sealed_from += size;
			flow->sealed_len -= size;
			return 0;
		}
		if (rc < 0 && rc != CAM_ERR_MORE)
			return rc;
		if (flow->sealed_from + size > SEALED_SIZE || have.len == 0) {
			memmove(flow->sealed, have.data, have.len);
			flow->sealed_from = 0;
		}
		rc = sock_receive(flow->sock,
		    flow->sealed + flow->sealed_from + have.len,
		    SEALED_SIZE - flow->sealed_from - have.len, &len);
		if (rc < 0)
			return rc;
		flow->sealed_len += len;
	}
}

static int
receive_sealed(struct flow *flow, struct lane_block *block)
{
	struct span frame;
	size_t len;
	int rc = receive_frame(flow, &frame);

	if (rc == 0)
		rc = chunk_open(
		    flow->cover.chunks, frame, block->data + block->len, &len);
	if (rc == 0)
		block->len += len;
	return rc;
}

static bool
is_over(const struct flow *flow)
{
	return flow->cover.chunks ? chunk_is_over(flow->cover.chunks)
				  : flow->left == 0;
}

/*
 * A block as full as it gets; where nobody knows how much will come what there
 * is: the sender may be waiting for us to close. What came before an error is
 * handed on.
 */
static int
receive_block(struct flow *flow, struct lane_block *block)
{
	size_t piece = flow->cover.chunks ? CHUNK_SIZE : 1;
	int rc;

	do
		rc = flow->cover.chunks ? receive_sealed(flow, block)
					: receive_plain(flow, block);
	while (rc == 0 && !is_over(flow) && block->len + piece <= LANE_BLOCK &&
	       flow->left != UINT64_MAX);
	return rc;
}

static void *
run_in(void *arg)
{
	struct flow *flow = arg;
	struct lane_block *block = NULL;
	int rc = 0, error = 0;

	while (rc == 0 && !is_over(flow)) {
		rc = lane_get(&flow->lane, &block);
		if (rc < 0)
			break;
		rc = receive_block(flow, block);
		error = errno;
		if (block->len > 0)
			lane_push(&flow->lane, is_over(flow));
	}
	errno = error;
	lane_fail(&flow->lane, rc < 0 ? rc : CAM_ERR_MORE);
	return NULL;
}

int
flow_in_begin(struct flow *flow, struct sock *sock, struct flow_cover cover,
    uint64_t limit)
{
	return begin(flow, sock, cover, limit, run_in);
}

int
flow_in(struct flow *flow, struct span *window)
{
	uint8_t kept[LANE_HEADROOM];
	size_t len = window->len;
	int rc;

	if (len > LANE_HEADROOM)
		return CAM_ERR_LIMIT;
	/* The two blocks lie apart, but this one goes back before the next. */
	if (len > 0)
		memcpy(kept, window->data, len);
	if (flow->block)
		lane_release(&flow->lane);
	rc = lane_pull(&flow->lane, &flow->block);
	if (rc < 0) {
		flow->block = NULL;
		return rc;
	}
	if (len > 0)
		memcpy(flow->block->data - len, kept, len);
	*window = span_of(flow->block->data - len, flow->block->len + len);
	return 0;
}

void
flow_in_end(struct flow *flow)
{
	int error = errno;

	if (flow->block)
		lane_release(&flow->lane);
	lane_refuse(&flow->lane, CAM_ERR_CLOSED);
	/* It may wait for bytes that nobody wants any more. */
	shutdown(flow->sock->fd, SHUT_RD);
	pthread_join(flow->helper, NULL);
	finish(flow);
	errno = error;
}
