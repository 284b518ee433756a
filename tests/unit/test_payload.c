/* test_payload.c: coded pictures in RTP packets (RFC 7741, RFC 9628). */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "media/payload.h"

#define PARSES(codec, bytes, part)                                             \
	payload_parse(codec, span_of(bytes, sizeof bytes), part)

static void
a_descriptor_of_vp8_is_read_with_all_its_extensions(void **state)
{
	/* X, S; I, L, T, K; 15 bits of picture; TL0PICIDX; TID, KEYIDX. */
	static const uint8_t full[] = { 0x90, 0xf0, 0x92, 0x34, 0x07, 0x41,
		0x50, 0xaa };
	static const uint8_t shortest[] = { 0x10, 0x51 };
	static const uint8_t short_picture[] = { 0x90, 0x80, 0x11, 0x50 };
	static const uint8_t second_partition[] = { 0x11, 0x50 };
	struct payload_part part;

	assert_int_equal(PARSES(VPX_VP8, full, &part), 0);
	assert_true(part.begins && part.is_key && part.has_picture);
	assert_int_equal(part.picture, 0x1234);
	assert_int_equal(part.bytes.len, 2);
	assert_int_equal(PARSES(VPX_VP8, shortest, &part), 0);
	assert_true(part.begins && !part.is_key && !part.has_picture);
	assert_int_equal(PARSES(VPX_VP8, short_picture, &part), 0);
	assert_int_equal(part.picture, 0x11);
	assert_int_equal(PARSES(VPX_VP8, second_partition, &part), 0);
	assert_false(part.begins);
}

static void
a_descriptor_of_vp9_is_read_with_all_its_extensions(void **state)
{
	/* I, P, L, F, B, E, V; layers in flexible mode; two references; a
	 * structure of two layers with sizes and a group of two pictures. */
	static const uint8_t full[] = { 0xfe, 0x81, 0x02, 0x00, 0x03, 0x04,
		0x38, 1, 0, 1, 0, 2, 0, 2, 0, 2, 0x00, 0x04, 0x01, 0xbb, 0xcc };
	static const uint8_t key[] = { 0x8c, 0x05, 0xbb };
	static const uint8_t upper_layer[] = { 0xac, 0x05, 0x02, 0x09, 0xbb };
	static const uint8_t references[] = { 0xd8, 0x05, 0x03, 0x03, 0x03,
		0xbb };
	struct payload_part part;

	assert_int_equal(PARSES(VPX_VP9, full, &part), 0);
	assert_true(part.begins && part.ends && !part.is_key);
	assert_int_equal(part.picture, 0x102);
	assert_int_equal(part.bytes.len, 2);
	assert_int_equal(part.bytes.data[0], 0xbb);
	assert_int_equal(PARSES(VPX_VP9, key, &part), 0);
	assert_true(part.begins && part.ends && part.is_key);
	assert_int_equal(PARSES(VPX_VP9, upper_layer, &part), 0);
	assert_false(part.begins || part.is_key);
	assert_int_equal(PARSES(VPX_VP9, references, &part), CAM_ERR_FORMAT);
}

static void
every_beginning_of_a_descriptor_is_refused(void **state)
{
	static const uint8_t vp8[] = { 0x90, 0xf0, 0x92, 0x34, 0x07, 0x41 };
	static const uint8_t vp9[] = { 0xfe, 0x81, 0x02, 0x00, 0x03, 0x04, 0x38,
		1, 0, 1, 0, 2, 0, 2, 0, 2, 0x00, 0x04, 0x01 };
	struct payload_part part;

	for (size_t i = 0; i <= sizeof vp8; i++)
		assert_int_equal(
		    payload_vp8_parse(span_of(vp8, i), &part), CAM_ERR_FORMAT);
	for (size_t i = 0; i <= sizeof vp9; i++)
		assert_int_equal(
		    payload_vp9_parse(span_of(vp9, i), &part), CAM_ERR_FORMAT);
}

static void
what_is_written_is_read(void **state)
{
	static uint8_t coded[5000];
	const struct vpx_encoded encoded = { { coded, sizeof coded }, true, 1 };
	size_t count = payload_count(sizeof coded);

	assert_int_equal(count, 5);
	for (unsigned codec = VPX_VP8; codec <= VPX_VP9; codec++) {
		size_t total = 0;

		for (size_t i = 0; i < count; i++) {
			struct payload_part part =
			    payload_cut(&encoded, 0x7abc, count, i);
			uint8_t packet[PAYLOAD_HEADER_MAX + PAYLOAD_PART_MAX];
			struct payload_part read;
			size_t len = payload_write(codec, &part, packet);

			assert_in_range(len, 1, PAYLOAD_HEADER_MAX);
			assert_in_range(part.bytes.len, 1, PAYLOAD_PART_MAX);
			assert_ptr_equal(part.bytes.data, coded + total);
			memcpy(packet + len, part.bytes.data, part.bytes.len);
			assert_int_equal(
			    payload_parse(codec,
				span_of(packet, len + part.bytes.len), &read),
			    0);
			assert_int_equal(read.begins, i == 0);
			assert_int_equal(read.is_key, i == 0);
			assert_true(read.has_picture);
			assert_int_equal(read.picture, 0x7abc);
			assert_int_equal(read.bytes.len, part.bytes.len);
			if (codec == VPX_VP9)
				assert_int_equal(read.ends, i + 1 == count);
			total += part.bytes.len;
		}
		assert_int_equal(total, sizeof coded);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_descriptor_of_vp8_is_read_with_all_its_extensions),
		cmocka_unit_test(
		    a_descriptor_of_vp9_is_read_with_all_its_extensions),
		cmocka_unit_test(every_beginning_of_a_descriptor_is_refused),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
