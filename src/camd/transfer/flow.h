/* flow.h: the bytes of a transfer between its job's thread, which knows files,
 * and a helper's, which covers them and knows the socket. */
#ifndef CAM_TRANSFER_FLOW_H
#define CAM_TRANSFER_FLOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "camd/transfer/lane.h"
#include "camd/transfer/sock.h"
#include "crypto/chunk.h"
#include "crypto/keystream.h"

/* At most one of the two is not NULL; borrowed. */
struct flow_cover {
	struct keystream *keystream;
	struct chunk_stream *chunks;
};

struct flow {
	struct sock *sock;
	struct flow_cover cover;
	struct lane lane;
	struct lane_block *block; /* the job's thread is at work on it */
	uint8_t *sealed;	  /* frames of a block, when cover.chunks */
	size_t sealed_from, sealed_len;
	uint64_t left; /* incoming, still to be read off the socket */
	pthread_t helper;
};

/* -- outgoing ----------------------------------------------------------------
 */

/* CAM_ERR_SYSTEM: no thread. After success end it with flow_out_end(). */
int flow_out_begin(
    struct flow *flow, struct sock *sock, struct flow_cover cover);
/* Room for at least one byte more: fill some and say how many. The error of the
 * other side when that has ended. */
int flow_out_room(struct flow *flow, uint8_t **place, size_t *size);
void flow_out_used(struct flow *flow, size_t len);
int flow_out(struct flow *flow, struct span bytes);
/*
 * err 0: sends what is left, the last chunk marked as such. Else stops, as soon
 * as what was handed on has left. The first error of both sides.
 */
int flow_out_end(struct flow *flow, int err);

/* -- incoming ----------------------------------------------------------------
 */

/* limit: how many bytes there are (any number for chunks, which tell), or
 * UINT64_MAX: read until told to stop. */
int flow_in_begin(struct flow *flow, struct sock *sock, struct flow_cover cover,
    uint64_t limit);
/*
 * Gives the next bytes, with what window still holds (LANE_HEADROOM at most)
 * in front of them. Bytes are good until the next call. CAM_ERR_MORE: there are
 * no more; else why.
 */
int flow_in(struct flow *flow, struct span *window);
/* Stops reading; what is not read is lost. */
void flow_in_end(struct flow *flow);

#endif
