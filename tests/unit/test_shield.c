/* test_shield.c: SRTP as the RFCs have it: their vectors, a second computation,
 * and what must not open. */
#include "test.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/number.h"
#include "base/random.h"
#include "media/shield.h"
#include "srtp_oracle.h"

enum { HEADER = 12, PACKET_MAX = 256 };

static void
from_hex(const char *text, uint8_t *bytes, size_t size)
{
	assert_int_equal(hex_decode(span_text(text), bytes, size), 0);
}

static void
keys_are_derived_as_in_rfc_3711(void **state)
{
	uint8_t key[16], salt[14], out[20], wanted[20];

	from_hex("e1f97a0d3e018be0d64fa32c06de4139", key, 16);
	from_hex("0ec675ad498afeebb6960b3aabe6", salt, 14);
	oracle_derive(key, 16, salt, ORACLE_RTP_KEY, out, 16);
	from_hex("c61e7a93744f39ee10734afe3ff7a087", wanted, 16);
	assert_memory_equal(out, wanted, 16);
	oracle_derive(key, 16, salt, ORACLE_RTP_SALT, out, 14);
	from_hex("30cbbc08863d8c85d49db34a9ae1", wanted, 14);
	assert_memory_equal(out, wanted, 14);
	oracle_derive(key, 16, salt, ORACLE_RTP_AUTH, out, 20);
	from_hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4", wanted, 20);
	assert_memory_equal(out, wanted, 20);
}

/* RFC 7714, 16.1.1 and 16.2.1: key 00 01 02 ..., "Gallia est omnis divisa in
 * partes tres". */
static void
check_gallia(size_t key_len, const char *sealed)
{
	uint8_t key[32], salt[12], iv[12], packet[12 + 38 + ORACLE_TAG];
	uint8_t wanted[38 + ORACLE_TAG];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	from_hex("517569642070726f2071756f", salt, 12);
	from_hex("8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064"
		 "697669736120696e207061727465732074726573",
	    packet, 12 + 38);
	from_hex(sealed, wanted, sizeof wanted);
	oracle_rtp_iv(salt, packet, 0, iv);
	oracle_gcm(key, key_len, iv, packet, 12, packet + 12, 38);
	assert_memory_equal(packet + 12, wanted, sizeof wanted);
}

static void
packets_are_sealed_as_in_rfc_7714(void **state)
{
	check_gallia(16,
	    "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b"
	    "36de3adf8833899d7f27beb16a9152cf765ee4390cce");
	check_gallia(32,
	    "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f"
	    "1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13");
}

/* -- ours ---------------------------------------------------------------------
 */

struct pair {
	struct shield *kept;
	struct media media;
	struct shield *sending, *receiving;
};

static int
set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof *pair);

	assert_int_equal(shield_start(&pair->kept), 0);
	media_random(&pair->media, 22224);
	assert_int_equal(
	    shield_new_sending(pair->media.secret, &pair->sending), 0);
	assert_int_equal(
	    shield_new_receiving(&pair->media, &pair->receiving), 0);
	*state = pair;
	return 0;
}

static int
tear_down(void **state)
{
	struct pair *pair = *state;

	shield_free(pair->sending);
	shield_free(pair->receiving);
	shield_stop(pair->kept);
	free(pair);
	return 0;
}

/* A packet of that number; returns its length. */
static size_t
make_packet(const struct pair *pair, uint16_t sequence, uint8_t *packet)
{
	uint32_t ssrc = pair->media.streams[0].ssrc;
	static const char payload[] = "a frame of voice";

	memset(packet, 0, HEADER);
	packet[0] = 0x80;
	packet[1] = MEDIA_PT_OPUS;
	packet[2] = (uint8_t)(sequence >> 8);
	packet[3] = (uint8_t)sequence;
	for (size_t i = 0; i < 4; i++)
		packet[8 + i] = (uint8_t)(ssrc >> 8 * (3 - i));
	memcpy(packet + HEADER, payload, sizeof payload);
	return HEADER + sizeof payload;
}

static size_t
make_sealed(const struct pair *pair, uint16_t sequence, uint8_t *packet)
{
	size_t len = make_packet(pair, sequence, packet);

	assert_int_equal(shield_seal_rtp(pair->sending, packet, &len), 0);
	return len;
}

static void
what_is_sealed_equals_a_second_computation(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX], again[PACKET_MAX];
	uint8_t salt[14] = { 0 }, key[32], session_salt[12], iv[12];
	size_t len = make_packet(pair, 4711, again);

	memcpy(salt, pair->media.secret + MEDIA_KEY_SIZE, MEDIA_SALT_SIZE);
	oracle_derive(
	    pair->media.secret, 32, salt, ORACLE_RTP_KEY, key, sizeof key);
	oracle_derive(pair->media.secret, 32, salt, ORACLE_RTP_SALT,
	    session_salt, sizeof session_salt);
	oracle_rtp_iv(session_salt, again, 0, iv);
	oracle_gcm(key, 32, iv, again, HEADER, again + HEADER, len - HEADER);
	assert_int_equal(make_sealed(pair, 4711, packet), len + ORACLE_TAG);
	assert_memory_equal(packet, again, len + ORACLE_TAG);
}

/* Behind the tag: E bit and index (RFC 7714, 9). */
static void
reports_too(void **state)
{
	struct pair *pair = *state;
	uint8_t report[PACKET_MAX] = { 0x80, 201, 0, 1 }, again[PACKET_MAX];
	uint8_t salt[14] = { 0 }, key[32], session_salt[12], iv[12], aad[12];
	uint32_t ssrc = pair->media.streams[0].ssrc, index;
	size_t len = 24;

	for (size_t i = 0; i < 4; i++)
		report[4 + i] = (uint8_t)(ssrc >> 8 * (3 - i));
	memcpy(again, report, len);
	assert_int_equal(shield_seal_rtcp(pair->sending, report, &len), 0);
	assert_int_equal(len, 24 + ORACLE_TAG + 4);
	memcpy(aad, again, 8);
	memcpy(aad + 8, report + 24 + ORACLE_TAG, 4);
	assert_int_equal(aad[8] >> 7, 1);
	index = (uint32_t)(aad[8] & 0x7f) << 24 | (uint32_t)aad[9] << 16 |
		(uint32_t)aad[10] << 8 | aad[11];
	memcpy(salt, pair->media.secret + MEDIA_KEY_SIZE, MEDIA_SALT_SIZE);
	oracle_derive(
	    pair->media.secret, 32, salt, ORACLE_RTCP_KEY, key, sizeof key);
	oracle_derive(pair->media.secret, 32, salt, ORACLE_RTCP_SALT,
	    session_salt, sizeof session_salt);
	oracle_rtcp_iv(session_salt, again, index, iv);
	oracle_gcm(key, 32, iv, aad, sizeof aad, again + 8, 24 - 8);
	assert_memory_equal(report, again, 24 + ORACLE_TAG);
	assert_int_equal(shield_open_rtcp(pair->receiving, report, &len), 0);
	assert_int_equal(len, 24);
}

static void
what_is_sealed_opens_once(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX], copy[PACKET_MAX], clear[PACKET_MAX];
	size_t clear_len = make_packet(pair, 7, clear);
	size_t len = make_sealed(pair, 7, packet), copy_len = len;

	memcpy(copy, packet, len);
	assert_int_equal(shield_open_rtp(pair->receiving, packet, &len), 0);
	assert_int_equal(len, clear_len);
	assert_memory_equal(packet, clear, len);
	assert_int_equal(
	    shield_open_rtp(pair->receiving, copy, &copy_len), CAM_ERR_EXISTS);
}

static void
every_flipped_bit_is_refused(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX], broken[PACKET_MAX];
	size_t len = make_sealed(pair, 9, packet);

	for (size_t bit = 0; bit < len * 8; bit++) {
		size_t broken_len = len;

		memcpy(broken, packet, len);
		broken[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(
		    shield_open_rtp(pair->receiving, broken, &broken_len), 0);
	}
	assert_int_equal(shield_open_rtp(pair->receiving, packet, &len), 0);
}

static void
every_cut_packet_is_refused(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX], cut[PACKET_MAX];
	size_t len = make_sealed(pair, 9, packet);

	for (size_t cut_len = 0; cut_len < len; cut_len++) {
		size_t size = cut_len;

		memcpy(cut, packet, len);
		assert_int_not_equal(
		    shield_open_rtp(pair->receiving, cut, &size), 0);
		size = cut_len;
		memcpy(cut, packet, len);
		assert_int_not_equal(
		    shield_open_rtcp(pair->receiving, cut, &size), 0);
	}
}

static void
another_stream_is_refused(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX];
	size_t len = make_packet(pair, 9, packet);

	packet[11] ^= 1;
	assert_int_equal(shield_seal_rtp(pair->sending, packet, &len), 0);
	assert_int_equal(
	    shield_open_rtp(pair->receiving, packet, &len), CAM_ERR_CRYPTO);
}

static void
old_packets_are_refused_and_late_ones_taken(void **state)
{
	struct pair *pair = *state;
	uint8_t old[PACKET_MAX], late[PACKET_MAX], packet[PACKET_MAX];
	size_t old_len = make_sealed(pair, 1000, old), len;
	size_t late_len = make_sealed(pair, 1100, late);

	len = make_sealed(pair, 1200, packet);
	assert_int_equal(shield_open_rtp(pair->receiving, packet, &len), 0);
	assert_int_equal(shield_open_rtp(pair->receiving, late, &late_len), 0);
	assert_int_equal(
	    shield_open_rtp(pair->receiving, old, &old_len), CAM_ERR_EXISTS);
}

static void
numbers_may_go_round(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX];

	for (unsigned number = 65500; number < 65600; number++) {
		size_t len = make_sealed(pair, (uint16_t)number, packet);

		assert_int_equal(
		    shield_open_rtp(pair->receiving, packet, &len), 0);
	}
}

static void
who_joins_after_they_went_round_can_be_told(void **state)
{
	struct pair *pair = *state;
	uint8_t packet[PACKET_MAX], copy[PACKET_MAX];
	size_t len = make_sealed(pair, 65535, packet), copy_len;

	len = make_sealed(pair, 3, packet); /* round once */
	copy_len = len;
	memcpy(copy, packet, len);
	assert_int_equal(
	    shield_open_rtp(pair->receiving, copy, &copy_len), CAM_ERR_CRYPTO);
	shield_set_rounds(pair->receiving, pair->media.streams[0].ssrc, 1);
	assert_int_equal(shield_open_rtp(pair->receiving, packet, &len), 0);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_derived_as_in_rfc_3711),
		cmocka_unit_test(packets_are_sealed_as_in_rfc_7714),
		WITH_PAIR(what_is_sealed_equals_a_second_computation),
		WITH_PAIR(reports_too),
		WITH_PAIR(what_is_sealed_opens_once),
		WITH_PAIR(every_flipped_bit_is_refused),
		WITH_PAIR(every_cut_packet_is_refused),
		WITH_PAIR(another_stream_is_refused),
		WITH_PAIR(old_packets_are_refused_and_late_ones_taken),
		WITH_PAIR(numbers_may_go_round),
		WITH_PAIR(who_joins_after_they_went_round_can_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
