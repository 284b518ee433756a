/* test_store_trust.c: user keys and device lists kept. */
#include "stores.h"

static struct store_trust
trust_of(int64_t uid, uint8_t byte)
{
	struct store_trust trust = { .uid = uid,
		.devices = span_text("devices"),
		.prekey = span_text("prekey"),
		.pinned_ms = 1000 };

	memset(trust.user_key, byte, sizeof trust.user_key);
	return trust;
}

struct gathered {
	struct store_trust list[8];
	char devices[8][16];
	size_t count;
};

static int
gather(const struct store_trust *trust, void *arg)
{
	struct gathered *gathered = arg;

	assert_true(gathered->count < 8 && trust->devices.len < 16);
	memcpy(gathered->devices[gathered->count], trust->devices.data,
	    trust->devices.len);
	gathered->list[gathered->count++] = *trust;
	return 0;
}

static struct gathered
gather_all(struct place *place)
{
	struct gathered gathered = { .count = 0 };

	assert_int_equal(store_trust_each(place->store, gather, &gathered), 0);
	return gathered;
}

static void
what_is_put_comes_back_as_it_was(void **state)
{
	struct place *place = *state;
	int64_t bob = add_user(place->store, "bob"),
		anna = add_user(place->store, "anna");
	struct store_trust hers = trust_of(anna, 1), his = trust_of(bob, 2);
	struct gathered all;

	hers.verified_ms = 2000;
	hers.challenger = bob;
	his.prekey = span_of(NULL, 0);
	assert_int_equal(store_trust_put(place->store, &hers), 0);
	assert_int_equal(store_trust_put(place->store, &his), 0);
	place_close(place);
	place_open(place);
	all = gather_all(place);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.list[0].uid, bob);
	assert_int_equal(all.list[0].prekey.len, 0);
	assert_int_equal(all.list[1].uid, anna);
	assert_memory_equal(all.list[1].user_key, hers.user_key, 32);
	assert_string_equal(all.devices[1], "devices");
	assert_int_equal(all.list[1].pinned_ms, 1000);
	assert_int_equal(all.list[1].verified_ms, 2000);
	assert_int_equal(all.list[1].challenger, bob);
}

static void
a_later_one_takes_the_place_of_the_earlier(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_trust trust = trust_of(uid, 1);
	struct gathered all;

	assert_int_equal(store_trust_put(place->store, &trust), 0);
	trust = trust_of(uid, 7);
	trust.devices = span_text("newer");
	assert_int_equal(store_trust_put(place->store, &trust), 0);
	all = gather_all(place);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.list[0].user_key[0], 7);
	assert_string_equal(all.devices[0], "newer");
}

static void
a_key_is_one_users(void **state)
{
	struct place *place = *state;
	struct store_trust hers = trust_of(add_user(place->store, "anna"), 1),
			   his = trust_of(add_user(place->store, "bob"), 1);

	assert_int_equal(store_trust_put(place->store, &hers), 0);
	assert_int_equal(store_trust_put(place->store, &his), CAM_ERR_EXISTS);
	assert_int_equal(store_trust_remove(place->store, hers.uid), 0);
	assert_int_equal(store_trust_put(place->store, &his), 0);
	assert_int_equal(
	    store_trust_remove(place->store, hers.uid), CAM_ERR_UNKNOWN);
	assert_int_equal(gather_all(place).count, 1);
}

static void
what_is_of_nobody_or_too_long_is_refused(void **state)
{
	struct place *place = *state;
	static const char zeros[4097];
	struct store_trust trust = trust_of(4711, 1);

	assert_int_equal(
	    store_trust_put(place->store, &trust), CAM_ERR_UNKNOWN);
	trust.uid = add_user(place->store, "anna");
	trust.devices = span_of(zeros, sizeof zeros);
	assert_int_equal(store_trust_put(place->store, &trust), CAM_ERR_LIMIT);
	trust.devices.len = 4096;
	assert_int_equal(store_trust_put(place->store, &trust), 0);
}

static void
who_is_trusted_is_not_forgotten(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna"),
		mallory = add_user(place->store, "mallory");
	struct store_trust trust = trust_of(anna, 1);
	bool kept = false;

	trust.challenger = mallory;
	assert_int_equal(store_trust_put(place->store, &trust), 0);
	assert_int_equal(store_user_drop(place->store, anna, &kept), 0);
	assert_true(kept);
	assert_int_equal(store_user_drop(place->store, mallory, &kept), 0);
	assert_true(kept);
	assert_int_equal(store_trust_remove(place->store, anna), 0);
	assert_int_equal(store_user_drop(place->store, mallory, &kept), 0);
	assert_false(kept);
}

static int
stop_at_once(const struct store_trust *trust, void *arg)
{
	++*(int *)arg;
	return 42;
}

static void
a_listing_ends_when_it_is_told_to(void **state)
{
	struct place *place = *state;
	struct store_trust hers = trust_of(add_user(place->store, "anna"), 1),
			   his = trust_of(add_user(place->store, "bob"), 2);
	int calls = 0;

	assert_int_equal(store_trust_put(place->store, &hers), 0);
	assert_int_equal(store_trust_put(place->store, &his), 0);
	assert_int_equal(
	    store_trust_each(place->store, stop_at_once, &calls), 42);
	assert_int_equal(calls, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(what_is_put_comes_back_as_it_was),
		TEST_OF_STORE(a_later_one_takes_the_place_of_the_earlier),
		TEST_OF_STORE(a_key_is_one_users),
		TEST_OF_STORE(what_is_of_nobody_or_too_long_is_refused),
		TEST_OF_STORE(who_is_trusted_is_not_forgotten),
		TEST_OF_STORE(a_listing_ends_when_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
