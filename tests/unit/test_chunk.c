/* test_chunk.c: sealed streams: what another library computes, and every way to
 * tamper with them. */
#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/chunk.h"
#include "crypto/digest.h"
#include "hex.h"

static const uint8_t file_key[CHUNK_KEY_SIZE] = { 7, 7, 7 };

/* The bytes of chunk_vectors.py. */
static void
fill(uint8_t *text, size_t from, size_t len)
{
	for (size_t i = from; i < from + len; i++)
		text[i - from] = (uint8_t)(i * 31 + (i >> 8) * 7);
}

/* A stream in pieces. */
enum { FRAMES_MAX = 8 };
struct sealed {
	struct buf header;
	uint8_t *frames[FRAMES_MAX];
	size_t sizes[FRAMES_MAX];
	size_t count;
	uint8_t receipt[CHUNK_RECEIPT_SIZE];
};

static void
seal_frames(struct sealed *sealed, struct chunk_stream *stream, size_t size,
    uint32_t first)
{
	uint8_t *text = xmalloc(CHUNK_SIZE);
	size_t at = (size_t)first * CHUNK_SIZE;
	bool last = false;

	for (sealed->count = 0; !last; sealed->count++) {
		size_t len = size - at < CHUNK_SIZE ? size - at : CHUNK_SIZE;
		uint8_t *frame = xmalloc(CHUNK_FRAME_MAX);

		last = at + len == size;
		fill(text, at, len);
		assert_true(sealed->count < FRAMES_MAX);
		assert_int_equal(
		    chunk_seal(stream, span_of(text, len), last, frame), 0);
		sealed->frames[sealed->count] = frame;
		sealed->sizes[sealed->count] =
		    CHUNK_FRAME_HEAD + len + CHUNK_TAG_SIZE;
		at += len;
	}
	assert_true(chunk_is_over(stream));
	assert_int_equal(
	    chunk_seal(stream, span_of(NULL, 0), true, text), CAM_ERR_LIMIT);
	chunk_receipt(stream, sealed->receipt);
	free(text);
}

static void
sealed_make(struct sealed *sealed, enum chunk_suite suite, size_t size,
    bool known, const char *context)
{
	struct chunk_header header = { .suite = suite,
		.kind = CHUNK_FILE,
		.size = known ? size : CHUNK_SIZE_UNKNOWN,
		.name = "name" };
	struct chunk_stream *stream = NULL;

	buf_init(&sealed->header, CHUNK_HEADER_MAX);
	chunk_seal_new(
	    file_key, span_text(context), &header, &sealed->header, &stream);
	seal_frames(sealed, stream, size, 0);
	chunk_stream_free(stream);
}

static void
sealed_finish(struct sealed *sealed)
{
	buf_finish(&sealed->header);
	for (size_t i = 0; i < sealed->count; i++)
		free(sealed->frames[i]);
}

static int
open_header(const struct sealed *sealed, const char *context,
    struct chunk_stream **stream)
{
	struct chunk_header header;

	return chunk_open_new(file_key, span_text(context),
	    buf_span(&sealed->header), &header, stream);
}

/* Opens these frames in order: 0 when all open and they come to their end. */
static int
open_frames(const struct sealed *sealed, const struct sealed *frames,
    const size_t *order, size_t count)
{
	struct chunk_stream *stream = NULL;
	uint8_t *text = xmalloc(CHUNK_SIZE);
	size_t len;
	int rc = open_header(sealed, "", &stream);

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = chunk_open(stream,
		    span_of(frames->frames[order[i]], frames->sizes[order[i]]),
		    text, &len);
	if (rc == 0 && !chunk_is_over(stream))
		rc = CAM_ERR_MORE;
	chunk_stream_free(stream);
	free(text);
	return rc;
}

/* -- what another library computes ------------------------------------------
 */

static void
check_frames(const json_t *vector, const struct sealed *sealed)
{
	struct digest *digest = digest_new(DIGEST_SHA256);
	uint8_t sum[SHA256_SIZE];
	size_t size = 0;

	for (size_t i = 0; i < sealed->count; i++) {
		digest_add(
		    digest, span_of(sealed->frames[i], sealed->sizes[i]));
		size += sealed->sizes[i];
	}
	digest_peek(digest, sum);
	digest_free(digest);
	assert_int_equal(
	    size, json_integer_value(json_object_get(vector, "frames_size")));
	assert_hex(
	    sum, json_string_value(json_object_get(vector, "frames_sha256")));
}

static void
check_opening(const json_t *vector, const struct hex *key, struct span context,
    const struct sealed *sealed, const struct chunk_header *sent)
{
	struct chunk_stream *stream = NULL;
	struct chunk_header header;
	uint8_t *text = xmalloc(CHUNK_SIZE), *want = xmalloc(CHUNK_SIZE);
	size_t len, at = (size_t)sent->first * CHUNK_SIZE;

	assert_int_equal(chunk_open_new(key->bytes, context,
			     buf_span(&sealed->header), &header, &stream),
	    0);
	assert_string_equal(header.name, sent->name);
	assert_int_equal(header.size, sent->size);
	assert_int_equal(header.first, sent->first);
	assert_int_equal(header.mtime, 1700000071);
	assert_int_equal(header.mtime_ns, 123456789);
	assert_int_equal(header.mode, 0640);
	assert_int_equal(header.flags, 3);
	for (size_t i = 0; i < sealed->count; i++) {
		assert_int_equal(
		    chunk_open(stream,
			span_of(sealed->frames[i], sealed->sizes[i]), text,
			&len),
		    0);
		fill(want, at, len);
		assert_memory_equal(text, want, len);
		at += len;
	}
	assert_true(chunk_is_over(stream));
	assert_true(chunk_receipt_is(stream, sealed->receipt));
	chunk_stream_free(stream);
	free(text);
	free(want);
}

static void
check_vector(const json_t *vector)
{
	const char *key_hex, *context, *salt_hex, *header_hex, *name, *receipt;
	struct chunk_stream *stream = NULL;
	struct sealed sealed;
	struct hex key, salt;
	int suite, kind, size, known, first;

	assert_int_equal(
	    json_unpack((json_t *)vector,
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:b, s:i}",
		"key", &key_hex, "context", &context, "salt", &salt_hex,
		"header", &header_hex, "name", &name, "receipt", &receipt,
		"suite", &suite, "kind", &kind, "size", &size, "known", &known,
		"first", &first),
	    0);
	struct chunk_header header = { .suite = (enum chunk_suite)suite,
		.kind = (enum chunk_kind)kind,
		.size = known ? (uint64_t)size : CHUNK_SIZE_UNKNOWN,
		.first = (uint32_t)first,
		.mtime = 1700000071,
		.mtime_ns = 123456789,
		.mode = 0640,
		.flags = 3 };

	memcpy(header.name, name, strlen(name) + 1);
	key = hex(key_hex);
	salt = hex(salt_hex);
	buf_init(&sealed.header, CHUNK_HEADER_MAX);
	chunk_seal_new_salted(key.bytes, span_text(context), &header,
	    salt.bytes, &sealed.header, &stream);
	assert_int_equal(sealed.header.len, strlen(header_hex) / 2);
	assert_hex(sealed.header.data, header_hex);
	seal_frames(&sealed, stream, (size_t)size, (uint32_t)first);
	assert_hex(sealed.receipt, receipt);
	chunk_stream_free(stream);
	check_frames(vector, &sealed);
	check_opening(vector, &key, span_text(context), &sealed, &header);
	sealed_finish(&sealed);
}

static void
streams_are_what_another_library_computes(void **state)
{
	json_t *vectors =
	    json_load_file(TEST_DATA "/chunk-vectors.json", 0, NULL);
	json_t *vector;
	size_t i;

	assert_true(json_array_size(vectors) >= 12);
	json_array_foreach(vectors, i, vector)
	{
		check_vector(vector);
	}
	json_decref(vectors);
}

/* -- tampering --------------------------------------------------------------
 */

static void
chunks_open_in_their_order_only(void **state)
{
	const enum chunk_suite suites[] = { CHUNK_AES256_GCM,
		CHUNK_CHACHA20_POLY1305 };
	const size_t right[] = { 0, 1, 2, 3 };
	const size_t swapped[] = { 0, 2, 1, 3 }, dropped[] = { 0, 2, 3 };
	const size_t repeated[] = { 0, 1, 1, 2, 3 }, early[] = { 0, 1, 3 };
	const size_t again[] = { 0, 1, 2, 3, 0 }, twice[] = { 0, 1, 2, 3, 3 };

	for (int i = 0; i < 4; i++) {
		struct sealed sealed;

		/* Of known size or not, the nonce alone must do. */
		sealed_make(
		    &sealed, suites[i % 2], 3 * CHUNK_SIZE + 100, i < 2, "");
		assert_int_equal(open_frames(&sealed, &sealed, right, 4), 0);
		assert_true(open_frames(&sealed, &sealed, right, 3) < 0);
		assert_true(open_frames(&sealed, &sealed, swapped, 4) < 0);
		assert_true(open_frames(&sealed, &sealed, dropped, 3) < 0);
		assert_true(open_frames(&sealed, &sealed, repeated, 5) < 0);
		assert_true(open_frames(&sealed, &sealed, early, 3) < 0);
		assert_int_equal(
		    open_frames(&sealed, &sealed, again, 5), CAM_ERR_CLOSED);
		assert_int_equal(
		    open_frames(&sealed, &sealed, twice, 5), CAM_ERR_CLOSED);
		sealed_finish(&sealed);
	}
}

static void
a_stream_cannot_be_cut_by_marking_a_chunk_as_last(void **state)
{
	const size_t two[] = { 0, 1 };
	struct sealed sealed;

	for (int known = 0; known < 2; known++) {
		sealed_make(
		    &sealed, CHUNK_AES256_GCM, 3 * CHUNK_SIZE, known != 0, "");
		sealed.frames[1][0] |= 0x80;
		assert_true(open_frames(&sealed, &sealed, two, 2) < 0);
		sealed_finish(&sealed);
	}
}

static void
frames_of_another_stream_are_refused(void **state)
{
	const size_t order[] = { 0, 1, 2 };
	struct sealed one, other;

	/* The same key, size, name and bytes: only the salt differs. */
	sealed_make(&one, CHUNK_AES256_GCM, 3 * CHUNK_SIZE, true, "");
	sealed_make(&other, CHUNK_AES256_GCM, 3 * CHUNK_SIZE, true, "");
	assert_int_equal(open_frames(&one, &one, order, 3), 0);
	assert_int_equal(open_frames(&one, &other, order, 3), CAM_ERR_CRYPTO);
	for (size_t i = 0; i < 3; i++) {
		uint8_t *own = one.frames[i];

		one.frames[i] = other.frames[i];
		assert_int_equal(
		    open_frames(&one, &one, order, 3), CAM_ERR_CRYPTO);
		one.frames[i] = own;
	}
	assert_false(
	    memcmp(one.receipt, other.receipt, CHUNK_RECEIPT_SIZE) == 0);
	sealed_finish(&one);
	sealed_finish(&other);
}

static void
every_changed_bit_of_a_header_is_seen(void **state)
{
	struct chunk_stream *stream = NULL;
	struct sealed sealed;

	sealed_make(&sealed, CHUNK_AES256_GCM, 100, true, "context");
	assert_int_equal(open_header(&sealed, "context", &stream), 0);
	chunk_stream_free(stream);
	for (size_t bit = 0; bit < 8 * sealed.header.len; bit++) {
		sealed.header.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(open_header(&sealed, "context", &stream) < 0);
		sealed.header.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(
	    open_header(&sealed, "contexT", &stream), CAM_ERR_CRYPTO);
	assert_int_equal(open_header(&sealed, "", &stream), CAM_ERR_CRYPTO);
	for (size_t len = 0; len < sealed.header.len; len++) {
		struct chunk_header header;

		assert_true(chunk_open_new(file_key, span_text("context"),
				span_of(sealed.header.data, len), &header,
				&stream) < 0);
	}
	sealed_finish(&sealed);
}

static void
every_changed_bit_of_a_frame_is_seen(void **state)
{
	const size_t order[] = { 0 };
	struct sealed sealed;

	for (int known = 0; known < 2; known++) {
		sealed_make(&sealed, CHUNK_AES256_GCM, 100, known != 0, "");
		for (size_t bit = 0; bit < 8 * sealed.sizes[0]; bit++) {
			sealed.frames[0][bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(
			    open_frames(&sealed, &sealed, order, 1) < 0);
			sealed.frames[0][bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t len = 0; len < sealed.sizes[0]; len++) {
			size_t whole = sealed.sizes[0];

			sealed.sizes[0] = len;
			assert_true(
			    open_frames(&sealed, &sealed, order, 1) < 0);
			sealed.sizes[0] = whole;
		}
		sealed_finish(&sealed);
	}
}

static void
a_resumed_stream_begins_at_a_chunk(void **state)
{
	struct chunk_stream *stream = NULL;
	struct sealed sealed;
	uint8_t *text = xmalloc(CHUNK_SIZE);
	size_t len;

	sealed_make(&sealed, CHUNK_AES256_GCM, 3 * CHUNK_SIZE + 5, true, "");
	assert_int_equal(open_header(&sealed, "", &stream), 0);
	assert_int_equal(chunk_seek(stream, 2), 0);
	assert_int_equal(
	    chunk_open(
		stream, span_of(sealed.frames[1], sealed.sizes[1]), text, &len),
	    CAM_ERR_CRYPTO);
	assert_int_equal(
	    chunk_open(
		stream, span_of(sealed.frames[2], sealed.sizes[2]), text, &len),
	    0);
	assert_int_equal(chunk_number(stream), 3);
	assert_int_equal(
	    chunk_open(
		stream, span_of(sealed.frames[3], sealed.sizes[3]), text, &len),
	    0);
	assert_int_equal(len, 5);
	assert_int_equal(chunk_seek(stream, 4), CAM_ERR_LIMIT);
	assert_int_equal(chunk_seek(stream, 0), 0);
	assert_false(chunk_is_over(stream));
	assert_int_equal(
	    chunk_open(
		stream, span_of(sealed.frames[0], sealed.sizes[0]), text, &len),
	    0);
	chunk_stream_free(stream);
	sealed_finish(&sealed);
	free(text);
}

static void
the_counter_does_not_come_round(void **state)
{
	struct chunk_header header = { .suite = CHUNK_AES256_GCM,
		.kind = CHUNK_FILE,
		.size = CHUNK_SIZE_UNKNOWN,
		.first = UINT32_MAX };
	struct chunk_stream *stream = NULL, *reader = NULL;
	uint8_t *text = xcalloc(1, CHUNK_SIZE);
	uint8_t *frame = xmalloc(CHUNK_FRAME_MAX);
	struct buf buf;
	size_t len;

	buf_init(&buf, CHUNK_HEADER_MAX);
	chunk_seal_new(file_key, span_text(""), &header, &buf, &stream);
	assert_int_equal(chunk_open_new(file_key, span_text(""), buf_span(&buf),
			     &header, &reader),
	    0);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, CHUNK_SIZE), false, frame), 0);
	assert_int_equal(
	    chunk_open(reader, span_of(frame, CHUNK_FRAME_MAX), text, &len), 0);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, CHUNK_SIZE), false, frame),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, 1), true, frame), CAM_ERR_LIMIT);
	assert_int_equal(
	    chunk_open(reader, span_of(frame, CHUNK_FRAME_MAX), text, &len),
	    CAM_ERR_LIMIT);
	chunk_stream_free(stream);
	chunk_stream_free(reader);
	buf_finish(&buf);
	free(text);
	free(frame);
}

static void
a_writer_keeps_to_the_size_it_said(void **state)
{
	struct chunk_header header = { .suite = CHUNK_AES256_GCM,
		.kind = CHUNK_FILE,
		.size = CHUNK_SIZE + 10 };
	struct chunk_stream *stream = NULL;
	uint8_t *text = xcalloc(1, CHUNK_SIZE + 1);
	uint8_t *frame = xmalloc(CHUNK_FRAME_MAX + 1);
	struct buf buf;

	buf_init(&buf, CHUNK_HEADER_MAX);
	chunk_seal_new(file_key, span_text(""), &header, &buf, &stream);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, CHUNK_SIZE), true, frame),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, CHUNK_SIZE + 1), false, frame),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, 10), false, frame), CAM_ERR_LIMIT);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, CHUNK_SIZE), false, frame), 0);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, CHUNK_SIZE), false, frame),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    chunk_seal(stream, span_of(text, 9), true, frame), CAM_ERR_LIMIT);
	assert_int_equal(chunk_seal(stream, span_of(text, 10), true, frame), 0);
	chunk_stream_free(stream);
	buf_finish(&buf);
	free(text);
	free(frame);
}

static void
what_is_no_header_of_ours_is_told_early(void **state)
{
	struct sealed sealed;
	size_t size;

	sealed_make(&sealed, CHUNK_AES256_GCM, 10, true, "");
	for (size_t len = 0; len < CHUNK_HEADER_CLEAR; len++)
		assert_int_equal(
		    chunk_header_size(span_of(sealed.header.data, len), &size),
		    CAM_ERR_MORE);
	assert_int_equal(chunk_header_size(buf_span(&sealed.header), &size), 0);
	assert_int_equal(size, sealed.header.len);
	assert_int_equal(
	    chunk_header_size(span_text("16:x:"), &size), CAM_ERR_FORMAT);
	sealed.header.data[4] = 2;
	assert_int_equal(chunk_header_size(buf_span(&sealed.header), &size),
	    CAM_ERR_VERSION);
	sealed.header.data[4] = 1;
	sealed.header.data[5] = 3;
	assert_int_equal(chunk_header_size(buf_span(&sealed.header), &size),
	    CAM_ERR_VERSION);
	sealed_finish(&sealed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_what_another_library_computes),
		cmocka_unit_test(chunks_open_in_their_order_only),
		cmocka_unit_test(
		    a_stream_cannot_be_cut_by_marking_a_chunk_as_last),
		cmocka_unit_test(frames_of_another_stream_are_refused),
		cmocka_unit_test(every_changed_bit_of_a_header_is_seen),
		cmocka_unit_test(every_changed_bit_of_a_frame_is_seen),
		cmocka_unit_test(a_resumed_stream_begins_at_a_chunk),
		cmocka_unit_test(the_counter_does_not_come_round),
		cmocka_unit_test(a_writer_keeps_to_the_size_it_said),
		cmocka_unit_test(what_is_no_header_of_ours_is_told_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
