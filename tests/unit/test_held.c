/* test_held.c: a sender's stream, read by who has no key to it. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "link/held.h"
#include "test.h"

enum { CHUNKS = 3, LAST = 100, STREAM_MAX = 4 * CHUNK_FRAME_MAX };

static const uint8_t file_key[CHUNK_KEY_SIZE] = { 7 };
static const uint8_t request[HELD_REQUEST_SIZE] = { 'c', 'a', 'm', 'r', 1 };

/* Two whole chunks, and a short one. */
static void
write_stream(struct buf *buf)
{
	const struct chunk_header header = { .suite = CHUNK_AES256_GCM,
		.kind = CHUNK_FILE,
		.size = 2 * CHUNK_SIZE + LAST,
		.name = "plan" };
	struct chunk_stream *stream = NULL;
	uint8_t *text = xcalloc(1, CHUNK_SIZE);

	buf_init(buf, STREAM_MAX);
	buf_put(buf, request, sizeof request);
	chunk_seal_new(
	    file_key, span_of(request, sizeof request), &header, buf, &stream);
	for (int i = 0; i < CHUNKS; i++) {
		bool last = i == CHUNKS - 1;
		size_t len = last ? LAST : CHUNK_SIZE;
		size_t size = CHUNK_FRAME_HEAD + len + CHUNK_TAG_SIZE;
		uint8_t *frame = buf_reserve(buf, size);

		assert_non_null(frame);
		assert_int_equal(
		    chunk_seal(stream, span_of(text, len), last, frame), 0);
		buf->len += size;
	}
	chunk_stream_free(stream);
	free(text);
}

/* In pieces of that size; *frames is how many bytes were of frames. */
static int
take(
    struct held_stream *stream, struct span bytes, size_t piece, size_t *frames)
{
	struct span got;
	int r = 0;

	held_stream_init(stream);
	*frames = 0;
	while (bytes.len > 0 && r == 0) {
		size_t len = bytes.len < piece ? bytes.len : piece;

		r = held_stream_take(stream, span_of(bytes.data, len), &got);
		if (r == 0)
			*frames += got.len;
		bytes = span_of(bytes.data + len, bytes.len - len);
	}
	return r;
}

static void
chunks_are_counted_however_they_come(void **state)
{
	static const size_t pieces[] = { 1, 7, 100, 4096, 65536, STREAM_MAX };
	struct held_stream stream;
	struct buf buf;
	size_t frames = 0;

	write_stream(&buf);
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		assert_int_equal(
		    take(&stream, buf_span(&buf), pieces[i], &frames), 0);
		assert_true(held_stream_has_head(&stream));
		assert_int_equal(stream.frames, CHUNKS);
		assert_true(stream.is_over);
		assert_int_equal(frames, buf.len - stream.head_size);
		assert_memory_equal(stream.head, buf.data, stream.head_size);
	}
	buf_finish(&buf);
}

static void
what_is_cut_off_has_the_chunks_before(void **state)
{
	struct held_stream stream;
	struct buf buf;
	size_t frames = 0;

	write_stream(&buf);
	assert_int_equal(
	    take(&stream, span_of(buf.data, buf.len - 1), 1000, &frames), 0);
	assert_int_equal(stream.frames, 2);
	assert_false(stream.is_over);
	assert_int_equal(take(&stream, span_of(buf.data, 100), 9, &frames), 0);
	assert_false(held_stream_has_head(&stream));
	assert_int_equal(frames, 0);
	buf_finish(&buf);
}

static void
what_is_no_such_stream_is_refused(void **state)
{
	struct held_stream stream;
	struct buf buf;
	size_t frames = 0, head = 0;

	write_stream(&buf);
	assert_int_equal(take(&stream, buf_span(&buf), 999, &frames), 0);
	head = stream.head_size;
	/* Behind the last one nothing follows. */
	buf_put_byte(&buf, 0);
	assert_int_equal(
	    take(&stream, buf_span(&buf), 999, &frames), CAM_ERR_FORMAT);
	buf.len--;
	/* One that is too short, and not the last; one that is too long. */
	buf.data[head + 3]++;
	assert_int_equal(
	    take(&stream, buf_span(&buf), 999, &frames), CAM_ERR_FORMAT);
	buf.data[head + 3]--;
	buf.data[head + 1] = 0;
	assert_int_equal(
	    take(&stream, buf_span(&buf), 999, &frames), CAM_ERR_FORMAT);
	buf.data[head + 1] = 0xff;
	assert_int_equal(
	    take(&stream, buf_span(&buf), 999, &frames), CAM_ERR_FORMAT);
	buf.data[HELD_REQUEST_SIZE] = 'x';
	assert_int_equal(
	    take(&stream, buf_span(&buf), 999, &frames), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
a_proof_is_of_one_file_by_one_user(void **state)
{
	uint8_t receipt[CHUNK_RECEIPT_SIZE] = { 1 }, proof[HELD_PROOF];
	uint8_t anna[SIGN_KEY_SIZE] = { 'a' }, bob[SIGN_KEY_SIZE] = { 'b' };

	held_proof(receipt, anna, proof);
	assert_true(held_proof_is(receipt, anna, proof));
	assert_false(held_proof_is(receipt, bob, proof));
	receipt[15]++;
	assert_false(held_proof_is(receipt, anna, proof));
	receipt[15]--;
	proof[31] ^= 1;
	assert_false(held_proof_is(receipt, anna, proof));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_are_counted_however_they_come),
		cmocka_unit_test(what_is_cut_off_has_the_chunks_before),
		cmocka_unit_test(what_is_no_such_stream_is_refused),
		cmocka_unit_test(a_proof_is_of_one_file_by_one_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
