/* chunk.c: sealed chunks over EVP: one key and one context for a stream. */
#include "crypto/chunk.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/evp.h"
#include "crypto/hkdf.h"

#define MAGIC "camf"

enum {
	VERSION = 1,
	CHUNK_LOG2 = 16,
	PREFIX_SIZE = 7,
	INSIDE_MIN = 28, /* of sealed, without name and tag */
	INSIDE_MAX = INSIDE_MIN + CHUNK_NAME_MAX,
};

static const struct span none = { NULL, 0 };

struct chunk_stream {
	EVP_CIPHER_CTX *context;
	uint8_t prefix[PREFIX_SIZE];
	uint8_t receipt[CHUNK_RECEIPT_SIZE];
	uint64_t size;
	uint64_t number; /* of the next chunk, at most 2^32 */
	bool over;
};

/* -- keys --------------------------------------------------------------------
 */

static enum aead_kind
aead_of(enum chunk_suite suite)
{
	return suite == CHUNK_AES256_GCM ? AEAD_AES256_GCM
					 : AEAD_CHACHA20_POLY1305;
}

/* label, a zero byte, SHA-256(bound). */
static void
expand(const uint8_t prk[HKDF_KEY_SIZE], const char *label, struct span bound,
    uint8_t *key, size_t size)
{
	uint8_t digest[SHA256_SIZE];
	struct buf info;

	digest_sha256(bound, digest);
	buf_init(&info, HKDF_INFO_MAX);
	buf_put(&info, label, strlen(label) + 1);
	buf_put(&info, digest, sizeof(digest));
	hkdf_expand(prk, buf_span(&info), key, size);
	buf_finish(&info);
}

static struct chunk_stream *
stream_new(const uint8_t prk[HKDF_KEY_SIZE], struct span header_bytes,
    const struct chunk_header *header, bool seals)
{
	struct chunk_stream *stream = xcalloc(1, sizeof(*stream));
	uint8_t keys[AEAD_KEY_SIZE + PREFIX_SIZE];

	expand(prk, "cam/file-chunks/1", header_bytes, keys, sizeof(keys));
	expand(prk, "cam/file-receipt/1", header_bytes, stream->receipt,
	    sizeof(stream->receipt));
	memcpy(stream->prefix, keys + AEAD_KEY_SIZE, PREFIX_SIZE);
	stream->size = header->size;
	stream->number = header->first;
	stream->context = aead_context_new(aead_of(header->suite), keys, seals);
	wipe(keys, sizeof(keys));
	return stream;
}

void
chunk_stream_free(struct chunk_stream *stream)
{
	if (!stream)
		return;
	EVP_CIPHER_CTX_free(stream->context);
	wipe_free(stream, sizeof(*stream));
}

/* -- the header --------------------------------------------------------------
 */

static size_t
write_inside(const struct chunk_header *header, uint8_t inside[INSIDE_MAX])
{
	size_t name_len = strnlen(header->name, CHUNK_NAME_MAX);
	uint8_t *at = inside;

	at = fields_write(at, header->size, 8);
	at = fields_write(at, header->first, 4);
	at = fields_write(at, (uint64_t)header->mtime, 8);
	at = fields_write(at, header->mtime_ns, 4);
	at = fields_write(at, header->mode, 2);
	at = fields_write(at, header->flags, 2);
	memcpy(at, header->name, name_len);
	return INSIDE_MIN + name_len;
}

void
chunk_seal_new_salted(const uint8_t key[CHUNK_KEY_SIZE], struct span context,
    const struct chunk_header *header, const uint8_t salt[CHUNK_SALT_SIZE],
    struct buf *buf, struct chunk_stream **stream)
{
	static const uint8_t zero_nonce[AEAD_NONCE_SIZE];
	uint8_t prk[HKDF_KEY_SIZE], header_key[AEAD_KEY_SIZE];
	uint8_t inside[INSIDE_MAX], bytes[CHUNK_HEADER_MAX], *at = bytes;
	size_t inside_len = write_inside(header, inside);
	size_t len = CHUNK_HEADER_CLEAR + inside_len + CHUNK_TAG_SIZE;

	memcpy(at, MAGIC, 4);
	at = fields_write(at + 4, VERSION, 1);
	at = fields_write(at, header->suite, 1);
	at = fields_write(at, header->kind, 1);
	at = fields_write(at, CHUNK_LOG2, 1);
	memcpy(at, salt, CHUNK_SALT_SIZE);
	at = fields_write(at + CHUNK_SALT_SIZE, inside_len + CHUNK_TAG_SIZE, 2);

	hkdf_extract(
	    span_of(salt, CHUNK_SALT_SIZE), span_of(key, CHUNK_KEY_SIZE), prk);
	expand(
	    prk, "cam/file-header/1", context, header_key, sizeof(header_key));
	aead_seal(aead_of(header->suite), header_key, zero_nonce,
	    span_of(bytes, CHUNK_HEADER_CLEAR), span_of(inside, inside_len),
	    at);
	*stream = stream_new(prk, span_of(bytes, len), header, true);
	buf_put(buf, bytes, len);
	wipe(prk, sizeof(prk));
	wipe(header_key, sizeof(header_key));
}

void
chunk_seal_new(const uint8_t key[CHUNK_KEY_SIZE], struct span context,
    const struct chunk_header *header, struct buf *buf,
    struct chunk_stream **stream)
{
	uint8_t salt[CHUNK_SALT_SIZE];

	random_bytes(salt, sizeof(salt));
	chunk_seal_new_salted(key, context, header, salt, buf, stream);
}

int
chunk_header_size(struct span bytes, size_t *size)
{
	size_t sealed;

	if (memcmp(bytes.data, MAGIC, bytes.len < 4 ? bytes.len : 4) != 0)
		return CAM_ERR_FORMAT;
	if (bytes.len < CHUNK_HEADER_CLEAR)
		return CAM_ERR_MORE;
	if (bytes.data[4] != VERSION ||
	    (bytes.data[5] != CHUNK_AES256_GCM &&
		bytes.data[5] != CHUNK_CHACHA20_POLY1305) ||
	    (bytes.data[6] != CHUNK_FILE && bytes.data[6] != CHUNK_TREE) ||
	    bytes.data[7] != CHUNK_LOG2)
		return CAM_ERR_VERSION;
	sealed = (size_t)bytes.data[CHUNK_HEADER_CLEAR - 2] << 8 |
		 bytes.data[CHUNK_HEADER_CLEAR - 1];
	if (sealed < INSIDE_MIN + CHUNK_TAG_SIZE ||
	    sealed > INSIDE_MAX + CHUNK_TAG_SIZE)
		return CAM_ERR_FORMAT;
	*size = CHUNK_HEADER_CLEAR + sealed;
	return 0;
}

static int
read_inside(struct span inside, struct chunk_header *header)
{
	const uint8_t *at = inside.data;
	size_t name_len = inside.len - INSIDE_MIN;

	header->size = fields_read(&at, 8);
	header->first = (uint32_t)fields_read(&at, 4);
	header->mtime = (int64_t)fields_read(&at, 8);
	header->mtime_ns = (uint32_t)fields_read(&at, 4);
	header->mode = (uint16_t)fields_read(&at, 2);
	header->flags = (uint16_t)fields_read(&at, 2);
	if (memchr(at, '\0', name_len) != NULL ||
	    (header->size > INT64_MAX && header->size != CHUNK_SIZE_UNKNOWN) ||
	    (uint64_t)header->first * CHUNK_SIZE > header->size)
		return CAM_ERR_FORMAT;
	memcpy(header->name, at, name_len);
	header->name[name_len] = '\0';
	return 0;
}

int
chunk_open_new(const uint8_t key[CHUNK_KEY_SIZE], struct span context,
    struct span bytes, struct chunk_header *header,
    struct chunk_stream **stream)
{
	static const uint8_t zero_nonce[AEAD_NONCE_SIZE];
	uint8_t prk[HKDF_KEY_SIZE], header_key[AEAD_KEY_SIZE];
	uint8_t inside[INSIDE_MAX];
	struct chunk_header said = { .size = 0 };
	size_t size;
	int rc = chunk_header_size(bytes, &size);

	if (rc < 0)
		return rc;
	if (size != bytes.len)
		return CAM_ERR_FORMAT;
	said.suite = bytes.data[5];
	said.kind = bytes.data[6];
	hkdf_extract(span_of(bytes.data + 8, CHUNK_SALT_SIZE),
	    span_of(key, CHUNK_KEY_SIZE), prk);
	expand(
	    prk, "cam/file-header/1", context, header_key, sizeof(header_key));
	rc = aead_open(aead_of(said.suite), header_key, zero_nonce,
	    span_of(bytes.data, CHUNK_HEADER_CLEAR),
	    span_of(bytes.data + CHUNK_HEADER_CLEAR, size - CHUNK_HEADER_CLEAR),
	    inside);
	if (rc == 0)
		rc = read_inside(
		    span_of(inside, size - CHUNK_HEADER_CLEAR - CHUNK_TAG_SIZE),
		    &said);
	if (rc == 0) {
		*stream = stream_new(prk, bytes, &said, false);
		*header = said;
	}
	wipe(prk, sizeof(prk));
	wipe(header_key, sizeof(header_key));
	return rc;
}

/* -- chunks ------------------------------------------------------------------
 */

/* Whether a chunk of that length may come here: where the size is known only
 * one length is right, and only one chunk is the last. */
static bool
fits(const struct chunk_stream *stream, size_t len, bool last)
{
	uint64_t left;

	if (len > CHUNK_SIZE || (!last && len != CHUNK_SIZE))
		return false;
	if (stream->size == CHUNK_SIZE_UNKNOWN)
		return true;
	if (stream->number * CHUNK_SIZE > stream->size)
		return false;
	left = stream->size - stream->number * CHUNK_SIZE;
	return last ? len == left : left > CHUNK_SIZE;
}

static void
make_nonce(const struct chunk_stream *stream, bool last,
    uint8_t nonce[AEAD_NONCE_SIZE])
{
	memcpy(nonce, stream->prefix, PREFIX_SIZE);
	fields_write(
	    fields_write(nonce + PREFIX_SIZE, stream->number, 4), last, 1);
}

static void
go_on(struct chunk_stream *stream, bool last)
{
	stream->number++;
	stream->over = last;
}

int
chunk_seal(
    struct chunk_stream *stream, struct span text, bool last, uint8_t *frame)
{
	uint8_t nonce[AEAD_NONCE_SIZE], *at = frame;

	if (stream->over || stream->number > UINT32_MAX ||
	    !fits(stream, text.len, last))
		return CAM_ERR_LIMIT;
	make_nonce(stream, last, nonce);
	at =
	    fields_write(at, (uint64_t)last << 31 | text.len, CHUNK_FRAME_HEAD);
	aead_context_seal(stream->context, nonce, none, text, at);
	go_on(stream, last);
	return 0;
}

int
chunk_frame_size(
    const struct chunk_stream *stream, struct span bytes, size_t *size)
{
	const uint8_t *at = bytes.data;
	uint64_t len;

	if (stream->over)
		return CAM_ERR_CLOSED;
	if (bytes.len < CHUNK_FRAME_HEAD)
		return CAM_ERR_MORE;
	len = fields_read(&at, CHUNK_FRAME_HEAD) & INT32_MAX;
	if (len > CHUNK_SIZE)
		return CAM_ERR_LIMIT;
	*size = CHUNK_FRAME_HEAD + (size_t)len + CHUNK_TAG_SIZE;
	return 0;
}

int
chunk_open(struct chunk_stream *stream, struct span frame, uint8_t *text,
    size_t *text_len)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	size_t size, len;
	bool last;
	int rc = chunk_frame_size(stream, frame, &size);

	if (rc < 0)
		return rc;
	if (size != frame.len)
		return CAM_ERR_FORMAT;
	len = size - CHUNK_FRAME_HEAD - CHUNK_TAG_SIZE;
	last = (frame.data[0] & 0x80) != 0;
	if (stream->number > UINT32_MAX)
		return CAM_ERR_LIMIT;
	if (!fits(stream, len, last))
		return CAM_ERR_FORMAT;
	make_nonce(stream, last, nonce);
	rc = aead_context_open(stream->context, nonce, none,
	    span_of(frame.data + CHUNK_FRAME_HEAD, len + CHUNK_TAG_SIZE), text);
	if (rc < 0)
		return rc;
	go_on(stream, last);
	*text_len = len;
	return 0;
}

int
chunk_seek(struct chunk_stream *stream, uint32_t number)
{
	if (stream->size != CHUNK_SIZE_UNKNOWN &&
	    (uint64_t)number * CHUNK_SIZE > stream->size)
		return CAM_ERR_LIMIT;
	stream->number = number;
	stream->over = false;
	return 0;
}

uint64_t
chunk_number(const struct chunk_stream *stream)
{
	return stream->number;
}

bool
chunk_is_over(const struct chunk_stream *stream)
{
	return stream->over;
}

void
chunk_receipt(
    const struct chunk_stream *stream, uint8_t receipt[CHUNK_RECEIPT_SIZE])
{
	memcpy(receipt, stream->receipt, CHUNK_RECEIPT_SIZE);
}

bool
chunk_receipt_is(const struct chunk_stream *stream,
    const uint8_t receipt[CHUNK_RECEIPT_SIZE])
{
	return CRYPTO_memcmp(stream->receipt, receipt, CHUNK_RECEIPT_SIZE) == 0;
}
