/* test_store_prekey.c: prekeys that a camserver hands out: each once, to nobody
 * more than his share. */
#include "server_store.h"
#include "store/prekey.h"

enum { ID = 1000 };

/* count of them, from that one on. */
static void
leave(struct store *store, int64_t owner, uint8_t first, size_t count)
{
	struct store_prekey prekeys[2 * PREKEY_HELD_MAX];
	uint8_t bytes[2 * PREKEY_HELD_MAX];

	for (size_t i = 0; i < count; i++) {
		bytes[i] = (uint8_t)(first + i);
		/* Numbers say nothing of the order. */
		prekeys[i] = (struct store_prekey){ .id = ID - bytes[i],
			.bytes = span_of(&bytes[i], 1) };
	}
	assert_int_equal(store_prekey_add(store, owner, prekeys, count), 0);
}

struct hand {
	uint8_t bytes[PREKEY_HELD_MAX];
	size_t count, left;
};

static void
take(struct span bytes, void *arg)
{
	struct hand *hand = arg;

	assert_int_equal(bytes.len, 1);
	hand->bytes[hand->count++] = bytes.data[0];
}

static struct hand
ask(struct store *store, int64_t owner, int64_t asker, size_t count)
{
	struct hand hand = { .count = 0 };

	assert_int_equal(store_prekey_take(store, owner, asker, count, take,
			     &hand, &hand.left),
	    0);
	return hand;
}

static size_t
held(struct store *store, int64_t owner)
{
	uint32_t ids[PREKEY_HELD_MAX];
	size_t count = 0;

	assert_int_equal(store_prekey_list(store, owner, ids, &count), 0);
	return count;
}

static void
each_is_handed_out_once_the_oldest_first(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carol = member(store, "carol");
	struct hand hand;

	leave(store, anna, 1, 5);
	hand = ask(store, anna, bob, 2);
	assert_int_equal(hand.count, 2);
	assert_int_equal(hand.left, 3);
	assert_memory_equal(hand.bytes, "\1\2", 2);
	hand = ask(store, anna, carol, 9);
	assert_int_equal(hand.count, 3);
	assert_memory_equal(hand.bytes, "\3\4\5", 3);
	assert_int_equal(hand.left, 0);
	hand = ask(store, anna, bob, 1);
	assert_int_equal(hand.count, 0);
	assert_int_equal(ask(store, bob, anna, 1).count, 0);
}

static void
what_is_committed_as_handed_out_is_gone_for_good(void **state)
{
	struct place *place = *state;
	int64_t anna = member(place->store, "anna");
	int64_t bob = member(place->store, "bob");
	char problem[STORE_PROBLEM_SIZE] = "";

	leave(place->store, anna, 1, 3);
	assert_int_equal(store_begin(place->store), 0);
	assert_int_equal(ask(place->store, anna, bob, 1).bytes[0], 1);
	assert_int_equal(store_commit(place->store), 0);
	/* One that never was committed was given to nobody. */
	assert_int_equal(store_begin(place->store), 0);
	assert_int_equal(ask(place->store, anna, bob, 1).bytes[0], 2);
	place_close(place);
	assert_int_equal(
	    store_open_server(place->path, STORE_WRITE, problem, &place->store),
	    0);
	assert_int_equal(ask(place->store, anna, bob, 1).bytes[0], 2);
}

static void
nobody_takes_more_than_his_share_of_a_filling(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carol = member(store, "carol");

	leave(store, anna, 1, PREKEY_HELD_MAX);
	assert_int_equal(ask(store, anna, bob, 1000).count, PREKEY_SHARE);
	for (int i = 0; i < 100; i++)
		assert_int_equal(ask(store, anna, bob, 1).count, 0);
	assert_int_equal(ask(store, anna, carol, 1).count, 1);
	assert_int_equal(held(store, anna), PREKEY_HELD_MAX - PREKEY_SHARE - 1);
	leave(store, anna, 101, 1);
	assert_int_equal(ask(store, anna, bob, 1000).count, PREKEY_SHARE);
}

static void
no_more_are_held_than_may_be(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	uint8_t bytes[PREKEY_BLOB_MAX + 1] = { 0 };
	struct store_prekey large = { .id = 1,
		.bytes = span_of(bytes, sizeof bytes) };

	leave(store, anna, 1, 2 * PREKEY_HELD_MAX);
	assert_int_equal(held(store, anna), PREKEY_HELD_MAX);
	leave(store, anna, 1, 10);
	assert_int_equal(held(store, anna), PREKEY_HELD_MAX);
	assert_int_equal(
	    store_prekey_add(store, bob, &large, 1), CAM_ERR_LIMIT);
	/* The same once more is there once. */
	leave(store, bob, 1, 3);
	leave(store, bob, 2, 3);
	assert_int_equal(held(store, bob), 4);
}

static void
what_its_owner_has_lost_is_handed_out_no_more(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	uint32_t lost[] = { ID - 1, ID - 3, 77 };

	leave(store, anna, 1, 4);
	leave(store, bob, 1, 4);
	assert_int_equal(store_prekey_drop(store, anna, lost, 3), 0);
	assert_int_equal(held(store, anna), 2);
	assert_int_equal(held(store, bob), 4);
	assert_memory_equal(ask(store, anna, bob, 9).bytes, "\2\4", 2);
}

static void
who_goes_leaves_none_and_has_taken_none(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");

	leave(store, anna, 1, 50);
	leave(store, bob, 1, 3);
	assert_int_equal(ask(store, anna, bob, 99).count, PREKEY_SHARE);
	assert_int_equal(store_prekey_forget(store, bob), 0);
	assert_int_equal(held(store, bob), 0);
	assert_int_equal(held(store, anna), 50 - PREKEY_SHARE);
	assert_int_equal(ask(store, anna, bob, 99).count, PREKEY_SHARE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    each_is_handed_out_once_the_oldest_first, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_committed_as_handed_out_is_gone_for_good, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    nobody_takes_more_than_his_share_of_a_filling, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    no_more_are_held_than_may_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_its_owner_has_lost_is_handed_out_no_more, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    who_goes_leaves_none_and_has_taken_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
