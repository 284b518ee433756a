/* fuzz_chunk.c: any bytes as a sealed stream, and a true one with these bytes
 * in it: nothing opens that was not sealed. */
#include "base/mem.h"
#include "crypto/chunk.h"
#include "fuzz.h"

static const uint8_t file_key[CHUNK_KEY_SIZE] = { 1 };
static const uint8_t salt[CHUNK_SALT_SIZE] = { 2 };

/* Opens what it can; how many bytes of text came out. */
static size_t
read_stream(struct span bytes)
{
	struct chunk_stream *stream = NULL;
	struct chunk_header header;
	size_t size = 0, len = 0, opened = 0;
	uint8_t *text;

	if (chunk_header_size(bytes, &size) < 0)
		return 0;
	must(size >= CHUNK_HEADER_CLEAR && size <= CHUNK_HEADER_MAX);
	if (size > bytes.len ||
	    chunk_open_new(file_key, span_text(""), span_of(bytes.data, size),
		&header, &stream) < 0)
		return 0;
	must(strlen(header.name) <= CHUNK_NAME_MAX);
	text = xmalloc(CHUNK_SIZE);
	for (bytes = span_of(bytes.data + size, bytes.len - size);
	     chunk_frame_size(stream, bytes, &size) == 0 && size <= bytes.len &&
	     chunk_open(stream, span_of(bytes.data, size), text, &len) == 0;
	     bytes = span_of(bytes.data + size, bytes.len - size))
		opened += len;
	free(text);
	chunk_stream_free(stream);
	return opened;
}

/* The input's first two bytes tell where in a true stream the rest is put. */
static void
tamper(const uint8_t *data, size_t size)
{
	static const uint8_t text[300] = "text";
	struct chunk_header header = { .suite = CHUNK_AES256_GCM,
		.kind = CHUNK_FILE,
		.size = size % 2 == 0 ? sizeof(text) : CHUNK_SIZE_UNKNOWN,
		.name = "name" };
	struct chunk_stream *stream = NULL;
	uint8_t bytes[2048], before[2048];
	struct buf buf;
	size_t len, at;

	buf_init(&buf, CHUNK_HEADER_MAX);
	chunk_seal_new_salted(
	    file_key, span_text(""), &header, salt, &buf, &stream);
	memcpy(bytes, buf.data, buf.len);
	must(chunk_seal(stream, span_of(text, sizeof(text)), true,
		 bytes + buf.len) == 0);
	len = buf.len + CHUNK_FRAME_HEAD + sizeof(text) + CHUNK_TAG_SIZE;
	chunk_stream_free(stream);
	buf_finish(&buf);
	must(read_stream(span_of(bytes, len)) == sizeof(text));
	memcpy(before, bytes, len);
	at = ((size_t)data[0] << 8 | data[1]) % len;
	size = size - 2 < len - at ? size - 2 : len - at;
	memcpy(bytes + at, data + 2, size);
	must(read_stream(span_of(bytes, len)) == 0 ||
	     memcmp(bytes, before, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_stream(span_of(data, size));
	if (size > 2)
		tamper(data, size);
	return 0;
}
