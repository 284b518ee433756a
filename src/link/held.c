/* held.c: the borders of chunks, without a key. */
#include "link/held.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"

const uint8_t held_word[HELD_WORD_SIZE] = { 'c', 'a', 'm', 'k' };

void
held_proof(const uint8_t receipt[CHUNK_RECEIPT_SIZE],
    const uint8_t user_key[SIGN_KEY_SIZE], uint8_t proof[HELD_PROOF])
{
	static const char label[] = "cam/held/1";
	struct digest *digest = digest_new(DIGEST_SHA256);

	digest_add(digest, span_of(label, sizeof label));
	digest_add(digest, span_of(receipt, CHUNK_RECEIPT_SIZE));
	digest_add(digest, span_of(user_key, SIGN_KEY_SIZE));
	digest_peek(digest, proof);
	digest_free(digest);
}

/* How far they agree is not told by the time it takes. */
bool
held_proof_is(const uint8_t receipt[CHUNK_RECEIPT_SIZE],
    const uint8_t user_key[SIGN_KEY_SIZE], const uint8_t proof[HELD_PROOF])
{
	uint8_t ours[HELD_PROOF], a[SHA256_SIZE], b[SHA256_SIZE];

	held_proof(receipt, user_key, ours);
	digest_sha256(span_of(ours, sizeof ours), a);
	digest_sha256(span_of(proof, HELD_PROOF), b);
	return memcmp(a, b, sizeof a) == 0;
}

void
held_stream_init(struct held_stream *stream)
{
	memset(stream, 0, sizeof *stream);
}

bool
held_stream_has_head(const struct held_stream *stream)
{
	return stream->head_size > 0 && stream->head_len == stream->head_size;
}

static size_t
take(uint8_t *place, size_t *len, size_t size, struct span *bytes)
{
	size_t part = size - *len < bytes->len ? size - *len : bytes->len;

	memcpy(place + *len, bytes->data, part);
	*len += part;
	*bytes = span_of(bytes->data + part, bytes->len - part);
	return part;
}

static int
take_head(struct held_stream *stream, struct span *bytes)
{
	size_t clear = HELD_REQUEST_SIZE + CHUNK_HEADER_CLEAR;
	size_t size = 0;
	int r = 0;

	if (stream->head_size == 0 && bytes->len > 0) {
		(void)take(stream->head, &stream->head_len, clear, bytes);
		if (stream->head_len < clear)
			return 0;
		r = chunk_header_size(span_of(stream->head + HELD_REQUEST_SIZE,
					  CHUNK_HEADER_CLEAR),
		    &size);
		if (r < 0)
			return r == CAM_ERR_MORE ? CAM_ERR_FORMAT : r;
		stream->head_size = HELD_REQUEST_SIZE + size;
	}
	if (stream->head_size > 0 && bytes->len > 0)
		(void)take(
		    stream->head, &stream->head_len, stream->head_size, bytes);
	return 0;
}

/* All are of one size, but the last. */
static int
begin_frame(struct held_stream *stream)
{
	const uint8_t *at = stream->frame;
	uint32_t word = (uint32_t)fields_read(&at, CHUNK_FRAME_HEAD);
	uint32_t len = word & INT32_MAX;

	stream->is_last = word >> 31 != 0;
	if (len > CHUNK_SIZE || (!stream->is_last && len != CHUNK_SIZE))
		return CAM_ERR_FORMAT;
	stream->frame_size = (size_t)CHUNK_FRAME_HEAD + len + CHUNK_TAG_SIZE;
	return 0;
}

static int
take_frames(struct held_stream *stream, struct span bytes)
{
	int r = 0;

	while (bytes.len > 0 && r == 0) {
		size_t left = 0;

		if (stream->is_over)
			return CAM_ERR_FORMAT;
		if (stream->frame_size == 0) {
			(void)take(stream->frame, &stream->frame_len,
			    CHUNK_FRAME_HEAD, &bytes);
			if (stream->frame_len == CHUNK_FRAME_HEAD)
				r = begin_frame(stream);
			continue;
		}
		left = stream->frame_size - stream->frame_len;
		if (left > bytes.len)
			left = bytes.len;
		stream->frame_len += left;
		bytes = span_of(bytes.data + left, bytes.len - left);
		if (stream->frame_len < stream->frame_size)
			continue;
		stream->frames++;
		stream->is_over = stream->is_last;
		stream->frame_len = stream->frame_size = 0;
	}
	return r;
}

int
held_stream_take(
    struct held_stream *stream, struct span bytes, struct span *frames)
{
	int r = held_stream_has_head(stream) ? 0 : take_head(stream, &bytes);

	if (r == 0)
		r = take_frames(stream, bytes);
	if (r == 0)
		*frames = bytes;
	return r;
}
