/* held.h: a file that a server holds for who is not there: what goes over the
 * connections that bring and fetch it (threat model 5.5). */
#ifndef CAM_LINK_HELD_H
#define CAM_LINK_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/chunk.h"
#include "crypto/digest.h"
#include "crypto/sign.h"

/*
 * After its ticket the sender says what it would answer to a receiver, behind
 * a request that it has made itself, from the chunk on that the server has
 * named:
 *
 *	request(80) header frame...
 *
 * and the server "camk" once all of that is there for good. After his ticket
 * the receiver says his own request(80), of which the server reads the
 * position (a folder comes from its beginning), and it answers with
 *
 *	request(80) header, as they came, and frames
 *
 * from that chunk on as far as one connection of the sender's has brought
 * them. Whoever has the last one sends his proof(32).
 */
enum {
	HELD_REQUEST_SIZE = 80,
	HELD_REQUEST_FOLDER = 5,   /* where in it: 1 for a folder */
	HELD_REQUEST_POSITION = 8, /* the same, 8 bytes */
	HELD_HEAD_MAX = HELD_REQUEST_SIZE + CHUNK_HEADER_MAX,
	HELD_WORD_SIZE = 4,
	HELD_PROOF = SHA256_SIZE
};
extern const uint8_t held_word[HELD_WORD_SIZE];

/*
 * SHA-256("cam/held/1" 0 receipt(16) user key(32)): made by who has the file,
 * from what only the two ends know, and good for him alone, so that a server
 * that has had one makes no other of it.
 */
void held_proof(const uint8_t receipt[CHUNK_RECEIPT_SIZE],
    const uint8_t user_key[SIGN_KEY_SIZE], uint8_t proof[HELD_PROOF]);

bool held_proof_is(const uint8_t receipt[CHUNK_RECEIPT_SIZE],
    const uint8_t user_key[SIGN_KEY_SIZE], const uint8_t proof[HELD_PROOF]);

/* What a sender says, read as it comes by who has no key to it. */
struct held_stream {
	uint8_t head[HELD_HEAD_MAX];
	size_t head_len, head_size; /* 0: not known yet */
	uint64_t frames;	    /* whole ones */
	bool is_over;		    /* the last one was */
	/* Private. */
	uint8_t frame[CHUNK_FRAME_HEAD];
	size_t frame_len, frame_size;
	bool is_last;
};
void held_stream_init(struct held_stream *stream);
/* *frames: what of bytes stands behind the head. CAM_ERR_FORMAT,
 * CAM_ERR_VERSION: no such stream. */
int held_stream_take(
    struct held_stream *stream, struct span bytes, struct span *frames);
bool held_stream_has_head(const struct held_stream *stream);

#endif
