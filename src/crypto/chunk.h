/* chunk.h: a file or a folder as a stream of sealed chunks (threat model 5.5).
 */
#ifndef CAM_CRYPTO_CHUNK_H
#define CAM_CRYPTO_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/*
 * The stream: a header, then frames, the last one marked. Numbers are big
 * endian.
 *
 *   header = "camf" version(1) suite(1) kind(1) log2 of the chunk size(1)
 *            salt(32) length of sealed(2) sealed
 *   sealed = AEAD(size(8) first(4) mtime seconds(8) nanoseconds(4) mode(2)
 *            flags(2) name) tag(16)
 *   frame  = last(1 bit) length of text(31 bits) AEAD(text) tag(16)
 *
 * Keys: prk = HKDF-Extract(salt, file key); that of the header is
 * HKDF-Expand(prk, "cam/file-header/1" 0 SHA-256(context)), its nonce zero and
 * its aad what stands before sealed; key (32) and nonce prefix (7) of the
 * chunks are HKDF-Expand(prk, "cam/file-chunks/1" 0 SHA-256(header)), so that
 * nothing of the header can change without every chunk being refused; the
 * receipt (16) is HKDF-Expand(prk, "cam/file-receipt/1" 0 SHA-256(header)).
 * The nonce of a chunk is prefix(7) number(4) last(1), as in STREAM; the
 * number counts from the beginning of the file, so whoever resumes begins at a
 * number. Every chunk but the last has CHUNK_SIZE bytes.
 */
enum {
	CHUNK_SIZE = 64 * 1024,
	CHUNK_TAG_SIZE = 16,
	CHUNK_FRAME_HEAD = 4,
	CHUNK_FRAME_MAX = CHUNK_FRAME_HEAD + CHUNK_SIZE + CHUNK_TAG_SIZE,
	CHUNK_KEY_SIZE = 32,
	CHUNK_SALT_SIZE = 32,
	CHUNK_RECEIPT_SIZE = 16,
	CHUNK_NAME_MAX = 255,
	CHUNK_HEADER_CLEAR = 42, /* what stands before sealed */
	CHUNK_HEADER_MAX = CHUNK_HEADER_CLEAR + 28 + CHUNK_NAME_MAX + 16,
};

/* In the header; no other is taken. */
enum chunk_suite { CHUNK_AES256_GCM = 1, CHUNK_CHACHA20_POLY1305 = 2 };

/* Of what the chunks carry; what it means is the callers'. */
enum chunk_kind { CHUNK_FILE = 1, CHUNK_TREE = 2 };

#define CHUNK_SIZE_UNKNOWN UINT64_MAX

struct chunk_header {
	enum chunk_suite suite;
	enum chunk_kind kind;
	/* Bytes that all chunks carry, those before first among them, or
	 * CHUNK_SIZE_UNKNOWN. */
	uint64_t size;
	uint32_t first; /* number of the first chunk that follows */
	int64_t mtime;	/* seconds since 1970 */
	uint32_t mtime_ns;
	uint16_t mode;		       /* permission bits */
	uint16_t flags;		       /* the callers' */
	char name[CHUNK_NAME_MAX + 1]; /* without NUL inside; as it was sent */
};

/* One direction of one stream; one thread at a time. */
struct chunk_stream;

/*
 * Begins a stream to write, under a salt of its own, and appends its header to
 * buf. key is the file key of the envelope; context is what both sides know and
 * nobody else may change: the request that is answered.
 */
void chunk_seal_new(const uint8_t key[CHUNK_KEY_SIZE], struct span context,
    const struct chunk_header *header, struct buf *buf,
    struct chunk_stream **stream);
/* The same with that salt: for test vectors. A salt is used once. */
void chunk_seal_new_salted(const uint8_t key[CHUNK_KEY_SIZE],
    struct span context, const struct chunk_header *header,
    const uint8_t salt[CHUNK_SALT_SIZE], struct buf *buf,
    struct chunk_stream **stream);
/*
 * Writes the next frame, CHUNK_FRAME_HEAD + text.len + CHUNK_TAG_SIZE bytes;
 * text must not overlap it. CAM_ERR_LIMIT: after the last chunk, one that is
 * too long, one too short that is not the last, other than the header's size
 * said, or over 2^32 of them.
 */
int chunk_seal(
    struct chunk_stream *stream, struct span text, bool last, uint8_t *frame);

/*
 * The size of the header that bytes begin with. CAM_ERR_MORE: not to be told
 * from so few (CHUNK_HEADER_CLEAR do); CAM_ERR_FORMAT: no header;
 * CAM_ERR_VERSION: another version, suite, kind or chunk size.
 */
int chunk_header_size(struct span bytes, size_t *size);
/* bytes is the whole header. CAM_ERR_CRYPTO: another key or context, or
 * changed; CAM_ERR_FORMAT inside. */
int chunk_open_new(const uint8_t key[CHUNK_KEY_SIZE], struct span context,
    struct span bytes, struct chunk_header *header,
    struct chunk_stream **stream);
/* From the first CHUNK_FRAME_HEAD bytes of a frame how many it has in all.
 * CAM_ERR_MORE, CAM_ERR_LIMIT, CAM_ERR_CLOSED: the last one has been. */
int chunk_frame_size(
    const struct chunk_stream *stream, struct span bytes, size_t *size);
/*
 * Opens a whole frame. text has room for what chunk_frame_size() said less head
 * and tag, and may not overlap it. CAM_ERR_CRYPTO: not the chunk that comes
 * here; CAM_ERR_FORMAT: of another length than the header's size said.
 */
int chunk_open(struct chunk_stream *stream, struct span frame, uint8_t *text,
    size_t *text_len);

/* Goes to a chunk, where frames are kept and not streamed. CAM_ERR_LIMIT:
 * behind the last. */
int chunk_seek(struct chunk_stream *stream, uint32_t number);
/* The number of the next chunk. */
uint64_t chunk_number(const struct chunk_stream *stream);
/* The last chunk has been: all is there. */
bool chunk_is_over(const struct chunk_stream *stream);
/* What a receiver says that has all, and that only the two ends know. */
void chunk_receipt(
    const struct chunk_stream *stream, uint8_t receipt[CHUNK_RECEIPT_SIZE]);
/* In constant time. */
bool chunk_receipt_is(const struct chunk_stream *stream,
    const uint8_t receipt[CHUNK_RECEIPT_SIZE]);
/* Wipes. */
void chunk_stream_free(struct chunk_stream *stream);

#endif
