/* test_replica.c: the copy of a directory: what it says of whom, and what does
 * not fit it. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "camd/org/replica.h"
#include "crypto/crypto.h"
#include "test.h"

struct fixture {
	struct crypto *crypto;
	struct replica *replica;
};

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture.crypto = crypto_new();
	fixture.replica = replica_new();
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	replica_free(fixture->replica);
	crypto_free(fixture->crypto);
	return 0;
}

static const uint8_t *
key(uint8_t number)
{
	static uint8_t keys[256][SIGN_KEY_SIZE];

	memset(keys[number], number, SIGN_KEY_SIZE);
	return keys[number];
}

static void
change(struct replica *replica, enum membership_kind kind, uint8_t number,
    const char *logon)
{
	struct membership membership = { .kind = kind, .time_ms = 1000 };
	struct colleague *changed = NULL;
	struct buf bytes;

	memcpy(membership.user_key, key(number), SIGN_KEY_SIZE);
	snprintf(membership.logon, sizeof membership.logon, "%s", logon);
	snprintf(membership.group, sizeof membership.group, "Sales/North");
	buf_init(&bytes, MEMBERSHIP_BYTES_MAX);
	assert_int_equal(membership_build(&membership, &bytes), 0);
	assert_int_equal(replica_add(replica, buf_span(&bytes), &changed), 0);
	assert_ptr_equal(changed, replica_by_key(replica, key(number)));
	buf_finish(&bytes);
}

static struct head
head_of(const struct replica *replica, uint64_t number)
{
	struct head head = { .number = number };

	memcpy(head.hash, replica_hash(replica, number), sizeof head.hash);
	return head;
}

static void
members_are_found_by_key_and_number(void **state)
{
	struct replica *replica = ((struct fixture *)*state)->replica;

	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	change(replica, MEMBERSHIP_GIVEN, 2, "bob");
	assert_int_equal(replica_count(replica), 2);
	assert_int_equal(replica_number(replica), 2);
	assert_string_equal(
	    replica_by_number(replica, 2)->membership.logon, "bob");
	assert_null(replica_by_number(replica, 3));
	assert_null(replica_by_key(replica, key(3)));
	/* Another group: another number. */
	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	assert_null(replica_by_number(replica, 1));
	assert_int_equal(replica_by_key(replica, key(1))->number, 3);
	assert_int_equal(replica_count(replica), 2);
}

static void
who_has_left_is_known_and_no_member(void **state)
{
	struct replica *replica = ((struct fixture *)*state)->replica;

	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	change(replica, MEMBERSHIP_ENDED, 1, "");
	assert_int_equal(replica_by_key(replica, key(1))->number, 0);
	assert_string_equal(
	    replica_by_key(replica, key(1))->membership.logon, "anna");
	assert_null(replica_by_number(replica, 1));
	assert_int_equal(replica_count(replica), 0);
	/* Twice, or for nobody, changes nothing. */
	change(replica, MEMBERSHIP_ENDED, 1, "");
	change(replica, MEMBERSHIP_ENDED, 9, "");
	assert_int_equal(replica_count(replica), 0);
	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	assert_false(replica_by_key(replica, key(1))->replaced);
	assert_int_equal(replica_count(replica), 1);
}

static void
a_name_is_its_first_keys_for_ever(void **state)
{
	struct replica *replica = ((struct fixture *)*state)->replica;

	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	change(replica, MEMBERSHIP_ENDED, 1, "");
	change(replica, MEMBERSHIP_GIVEN, 2, "ANNA");
	assert_true(replica_by_key(replica, key(2))->replaced);
	change(replica, MEMBERSHIP_GIVEN, 2, "bob");
	assert_false(replica_by_key(replica, key(2))->replaced);
	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	assert_false(replica_by_key(replica, key(1))->replaced);
}

static void
other_heads_are_found_out_at_any_number(void **state)
{
	struct replica *replica = ((struct fixture *)*state)->replica;
	struct replica *other = replica_new();
	struct head head;

	change(replica, MEMBERSHIP_GIVEN, 1, "anna");
	change(other, MEMBERSHIP_GIVEN, 1, "anna");
	change(replica, MEMBERSHIP_GIVEN, 2, "bob");
	head = head_of(other, 0);
	assert_int_equal(replica_compare(replica, &head), 0);
	head = head_of(other, 1);
	assert_int_equal(replica_compare(replica, &head), 0);
	head = head_of(replica, 2);
	assert_int_equal(replica_compare(other, &head), CAM_ERR_MORE);
	change(other, MEMBERSHIP_GIVEN, 3, "bob");
	assert_int_equal(replica_compare(other, &head), CAM_ERR_KEY);
	head = head_of(other, 2);
	assert_int_equal(replica_compare(replica, &head), CAM_ERR_KEY);
	/* And for ever after, though what follows is the same. */
	change(replica, MEMBERSHIP_GIVEN, 4, "carl");
	change(other, MEMBERSHIP_GIVEN, 4, "carl");
	head = head_of(other, 3);
	assert_int_equal(replica_compare(replica, &head), CAM_ERR_KEY);
	replica_free(other);
}

static void
what_later_cams_say_is_hashed_and_skipped(void **state)
{
	struct replica *replica = ((struct fixture *)*state)->replica;
	uint8_t bytes[1 + 8 + SIGN_KEY_SIZE + 5] = { 7 };
	struct colleague *changed = NULL;

	assert_int_equal(
	    replica_add(replica, span_of(bytes, sizeof bytes), &changed), 0);
	assert_null(changed);
	assert_int_equal(replica_number(replica), 1);
	assert_int_equal(
	    replica_add(replica, span_of(bytes, 8), &changed), CAM_ERR_FORMAT);
	assert_int_equal(replica_number(replica), 1);
}

static void
cleared_it_is_as_new(void **state)
{
	struct replica *replica = ((struct fixture *)*state)->replica;
	struct head empty = { .number = 0 };

	for (uint8_t i = 1; i < 200; i++) {
		char logon[8];

		snprintf(logon, sizeof logon, "u%d", i);
		change(replica, MEMBERSHIP_GIVEN, i, logon);
	}
	assert_int_equal(replica_count(replica), 199);
	replica_clear(replica);
	assert_int_equal(replica_count(replica), 0);
	assert_int_equal(replica_number(replica), 0);
	assert_null(replica_next(replica, NULL));
	assert_int_equal(replica_compare(replica, &empty), 0);
	change(replica, MEMBERSHIP_GIVEN, 2, "u1");
	assert_false(replica_by_key(replica, key(2))->replaced);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(members_are_found_by_key_and_number),
		TEST(who_has_left_is_known_and_no_member),
		TEST(a_name_is_its_first_keys_for_ever),
		TEST(other_heads_are_found_out_at_any_number),
		TEST(what_later_cams_say_is_hashed_and_skipped),
		TEST(cleared_it_is_as_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
