/* test_reassembly.c: pictures come out whole and in order, whatever becomes of
 * their packets. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "media/reassembly.h"

enum { PACKETS = 64, SIZE = 100 };

/* Packets of VP8: of each picture the first says whether it is a key one. */
struct packets {
	struct rtp_packet list[PACKETS];
	uint8_t bytes[PACKETS][PAYLOAD_HEADER_MAX + SIZE];
	size_t count;
};

static void
add_picture(
    struct packets *packets, uint32_t timestamp, unsigned parts, bool is_key)
{
	static uint16_t sequence = 65530; /* so that it goes round */

	if (packets->count == 0)
		sequence = 65530;
	for (unsigned i = 0; i < parts; i++) {
		uint8_t *at = packets->bytes[packets->count];
		struct payload_part part = { .begins = i == 0,
			.has_picture = true };
		size_t len = payload_vp8_write(&part, at);

		memset(at + len, (int)(timestamp + i), SIZE);
		at[len] = (uint8_t)(i == 0 && is_key ? 0 : 1);
		packets->list[packets->count++] =
		    (struct rtp_packet){ .sequence = sequence++,
			    .timestamp = timestamp,
			    .marker = i + 1 == parts,
			    .payload = { at, len + SIZE } };
	}
}

/* Packets that hold nothing, between pictures. */
static void
add_padding(struct packets *packets, unsigned count)
{
	struct rtp_packet last = packets->list[packets->count - 1];

	for (unsigned i = 0; i < count; i++) {
		last.sequence++;
		packets->list[packets->count++] =
		    (struct rtp_packet){ .sequence = last.sequence,
			    .timestamp = last.timestamp,
			    .padding = 255 };
	}
}

/* A key picture of three packets, then four others of two. */
static void
make(struct packets *packets)
{
	packets->count = 0;
	add_picture(packets, 10, 3, true);
	for (uint32_t i = 1; i < 5; i++)
		add_picture(packets, 10 + i * 10, 2, false);
}

static void
put(struct reassembly *reassembly, const struct packets *packets, size_t i,
    uint64_t now_us)
{
	assert_int_equal(
	    reassembly_put(reassembly, &packets->list[i], now_us), 0);
}

static bool
take(struct reassembly *reassembly, uint32_t timestamp, uint64_t now_us)
{
	struct reassembly_picture picture;

	if (!reassembly_take(reassembly, now_us, &picture))
		return false;
	assert_int_equal(picture.timestamp, timestamp);
	assert_int_equal(picture.bytes.len, (timestamp == 10 ? 3u : 2u) * SIZE);
	assert_int_equal(picture.is_key, picture.bytes.data[0] == 0);
	for (size_t i = 1; i < picture.bytes.len; i++)
		if (i % SIZE != 0)
			assert_int_equal(
			    picture.bytes.data[i], timestamp + i / SIZE);
	return true;
}

static void
pictures_come_out_as_they_become_whole(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;

	make(&packets);
	for (size_t i = 0; i < packets.count; i++) {
		put(reassembly, &packets, i, 0);
		assert_int_equal(take(reassembly, packets.list[i].timestamp, 0),
		    packets.list[i].marker);
	}
	assert_int_equal(reassembly_counters(reassembly)->pictures, 5);
	reassembly_free(reassembly);
}

static void
what_only_fills_up_is_no_picture_and_no_gap(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets = { .count = 0 };
	uint16_t missing[8];

	add_picture(&packets, 10, 3, true);
	add_padding(&packets, 4);
	for (size_t i = 0; i < packets.count; i++)
		put(reassembly, &packets, i, 0);
	assert_true(take(reassembly, 10, 0));
	assert_false(take(reassembly, 0, 0));
	make(&packets);
	for (size_t i = 3; i < packets.count; i++) {
		packets.list[i].sequence += 4;
		put(reassembly, &packets, i, 0);
	}
	for (uint32_t i = 2; i <= 5; i++)
		assert_true(take(reassembly, i * 10, 0));
	assert_int_equal(
	    reassembly_missing(reassembly, 1000000, 0, missing, 8), 0);
	assert_false(reassembly_wants_key(reassembly));
	reassembly_free(reassembly);
}

static void
the_order_of_packets_is_no_matter_and_repeats_are_none(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;

	make(&packets);
	put(reassembly, &packets, 0, 0);
	for (size_t i = packets.count - 1; i > 0; i--) {
		put(reassembly, &packets, i, 0);
		put(reassembly, &packets, i, 0);
	}
	for (uint32_t i = 1; i <= 5; i++)
		assert_true(take(reassembly, i * 10, 0));
	put(reassembly, &packets, 4, 0);
	assert_false(take(reassembly, 0, 0));
	assert_int_equal(reassembly_counters(reassembly)->repeated, 10);
	assert_int_equal(reassembly_counters(reassembly)->late, 1);
	reassembly_free(reassembly);
}

static void
what_is_missing_is_asked_for_again_and_again(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;
	uint16_t missing[8];

	make(&packets);
	for (size_t i = 0; i < packets.count; i++)
		if (i != 3 && i != 4 && i != 7)
			put(reassembly, &packets, i, 1000);
	assert_true(take(reassembly, 10, 1000));
	assert_false(take(reassembly, 20, 1000));
	/* It may only have been overtaken. */
	assert_int_equal(
	    reassembly_missing(reassembly, 2000, 30000, missing, 8), 0);
	assert_int_equal(
	    reassembly_missing(reassembly, 7000, 30000, missing, 8), 3);
	assert_int_equal(missing[0], packets.list[3].sequence);
	assert_int_equal(missing[1], packets.list[4].sequence);
	assert_int_equal(missing[2], packets.list[7].sequence);
	assert_int_equal(
	    reassembly_missing(reassembly, 40000, 30000, missing, 8), 0);
	assert_int_equal(
	    reassembly_missing(reassembly, 60000, 30000, missing, 2), 2);
	put(reassembly, &packets, 3, 61000);
	put(reassembly, &packets, 4, 61000);
	assert_true(take(reassembly, 20, 61000));
	assert_true(take(reassembly, 30, 61000));
	assert_false(take(reassembly, 40, 61000));
	assert_int_equal(reassembly_counters(reassembly)->recovered, 2);
	assert_false(reassembly_wants_key(reassembly));
	reassembly_free(reassembly);
}

static void
what_never_comes_is_given_up_and_a_key_picture_wanted(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;
	uint16_t missing[8];

	make(&packets);
	add_picture(&packets, 10, 3, true);
	for (size_t i = 0; i < 11; i++)
		if (i != 3)
			put(reassembly, &packets, i, 1000);
	assert_true(take(reassembly, 10, 1000));
	assert_false(take(reassembly, 20, 1000 + REASSEMBLY_WAIT_US));
	assert_false(reassembly_wants_key(reassembly));
	assert_false(take(reassembly, 20, 1001 + REASSEMBLY_WAIT_US));
	assert_true(reassembly_wants_key(reassembly));
	assert_int_equal(reassembly_missing(reassembly,
			     1001 + REASSEMBLY_WAIT_US, 0, missing, 8),
	    0);
	for (size_t i = 11; i < 14; i++)
		put(reassembly, &packets, i, 300000);
	assert_true(take(reassembly, 10, 300000));
	assert_false(reassembly_wants_key(reassembly));
	assert_int_equal(reassembly_counters(reassembly)->skipped, 1);
	reassembly_free(reassembly);
}

static void
who_joins_late_waits_for_a_key_picture(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;

	make(&packets);
	add_picture(&packets, 10, 3, true);
	assert_true(reassembly_wants_key(reassembly));
	for (size_t i = 4; i < 11; i++) {
		put(reassembly, &packets, i, 0);
		assert_false(take(reassembly, 0, 0));
	}
	for (size_t i = 11; i < 14; i++)
		put(reassembly, &packets, i, 0);
	assert_true(take(reassembly, 10, 0));
	reassembly_want_key(reassembly);
	assert_false(take(reassembly, 10, 0));
	reassembly_free(reassembly);
}

static void
a_jump_of_numbers_begins_anew(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;

	make(&packets);
	for (size_t i = 0; i < 3; i++)
		put(reassembly, &packets, i, 0);
	assert_true(take(reassembly, 10, 0));
	for (size_t i = 0; i < 3; i++) {
		packets.list[i].sequence =
		    (uint16_t)(packets.list[i].sequence + 9000);
		put(reassembly, &packets, i, 0);
	}
	assert_true(take(reassembly, 10, 0));
	reassembly_free(reassembly);
}

static void
half_of_all_packets_in_any_order_do_no_harm(void **state)
{
	struct reassembly *reassembly = reassembly_new(VPX_VP8);
	struct packets packets;
	unsigned taken = 0;

	srandom(1);
	make(&packets);
	for (unsigned round = 0; round < 20000; round++) {
		size_t i = (size_t)random() % packets.count;
		struct reassembly_picture picture;
		uint16_t missing[REASSEMBLY_PACKETS];

		if (random() % 3 == 0)
			packets.list[i].sequence =
			    (uint16_t)(packets.list[i].sequence +
				       (uint16_t)(random() % 50));
		put(reassembly, &packets, i, round * 1000);
		while (reassembly_take(reassembly, round * 1000, &picture)) {
			assert_in_range(
			    picture.bytes.len, SIZE, PACKETS * SIZE);
			taken++;
		}
		reassembly_missing(reassembly, round * 1000, 20000, missing,
		    REASSEMBLY_PACKETS);
	}
	assert_true(taken > 0);
	reassembly_free(reassembly);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_come_out_as_they_become_whole),
		cmocka_unit_test(what_only_fills_up_is_no_picture_and_no_gap),
		cmocka_unit_test(
		    the_order_of_packets_is_no_matter_and_repeats_are_none),
		cmocka_unit_test(what_is_missing_is_asked_for_again_and_again),
		cmocka_unit_test(
		    what_never_comes_is_given_up_and_a_key_picture_wanted),
		cmocka_unit_test(who_joins_late_waits_for_a_key_picture),
		cmocka_unit_test(a_jump_of_numbers_begins_anew),
		cmocka_unit_test(half_of_all_packets_in_any_order_do_no_harm),
	};

	return cmocka_run_group_tests_name("reassembly", tests, NULL, NULL);
}
