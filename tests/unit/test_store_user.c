/* test_store_user.c: users and their pinned keys. */
#include "stores.h"

static struct store_user
full_user(void)
{
	return (struct store_user){
		.logon = "anna",
		.host = "pc1",
		.fingerprint = "0fc6d78112345678",
		.nick = "アンナ",
		.group = "営業",
		.addr = "fe80::1%eth0",
		.port = 65535,
		.status = 0xffffffffu,
		.word = 0x80000001u,
		.version = "Win 5.6.10",
		.charset = 2,
		.client = 1,
		.entered_ms = 1700000000000,
		.last_seen_ms = 1700000001000,
		.first_seen_ms = 1600000000000,
		.strength = 2,
		.priority = -3,
		.hidden = true,
		.second = true,
		.alias = "Annie",
	};
}

static void
assert_heard(const struct store_user *a, const struct store_user *b)
{
	assert_string_equal(a->nick, b->nick);
	assert_string_equal(a->group, b->group);
	assert_string_equal(a->addr, b->addr);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->word, b->word);
	assert_string_equal(a->version, b->version);
	assert_int_equal(a->charset, b->charset);
	assert_int_equal(a->client, b->client);
	assert_int_equal(a->entered_ms, b->entered_ms);
	assert_int_equal(a->last_seen_ms, b->last_seen_ms);
}

static void
assert_held(const struct store_user *a, const struct store_user *b)
{
	assert_int_equal(a->first_seen_ms, b->first_seen_ms);
	assert_int_equal(a->strength, b->strength);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->hidden, b->hidden);
	assert_int_equal(a->second, b->second);
	assert_string_equal(a->alias, b->alias);
}

static void
a_user_comes_back_as_it_was(void **state)
{
	struct place *place = *state;
	struct store_user user = full_user(), *read = NULL;

	assert_int_equal(store_user_put(place->store, &user), 0);
	assert_true(user.uid > 0);
	place_close(place);
	place_open(place);
	assert_int_equal(store_user_get(place->store, user.uid, &read), 0);
	assert_string_equal(read->logon, "anna");
	assert_string_equal(read->host, "pc1");
	assert_string_equal(read->fingerprint, user.fingerprint);
	assert_heard(read, &user);
	assert_held(read, &user);
	free(read);
	assert_int_equal(
	    store_user_get(place->store, 99, &read), CAM_ERR_UNKNOWN);
}

static void
a_user_heard_again_keeps_what_we_hold(void **state)
{
	struct place *place = *state;
	struct store_user user = full_user(), *read = NULL;
	struct store_user again = { .logon = "ANNA",
		.host = "PC1",
		.fingerprint = "0FC6D78112345678",
		.nick = "new",
		.first_seen_ms = 5 };

	assert_int_equal(store_user_put(place->store, &user), 0);
	assert_int_equal(store_user_put(place->store, &again), 0);
	assert_int_equal(again.uid, user.uid);
	assert_int_equal(again.priority, -3);
	assert_int_equal(again.first_seen_ms, user.first_seen_ms);
	assert_int_equal(store_user_get(place->store, user.uid, &read), 0);
	assert_string_equal(read->nick, "new");
	assert_held(read, &user);
	free(read);
}

static void
a_second_key_under_a_name_is_another_user(void **state)
{
	struct place *place = *state;
	struct store_user first = full_user(), second = full_user();

	second.fingerprint = "ffffffffffffffff";
	assert_int_equal(store_user_put(place->store, &first), 0);
	assert_int_equal(store_user_put(place->store, &second), 0);
	assert_true(first.uid != second.uid);
}

/* camd numbers its users itself, and two may have one name. */
static void
a_user_is_written_under_the_number_it_has(void **state)
{
	struct place *place = *state;
	struct store_user first = full_user(), *read = NULL;

	first.uid = 7;
	assert_int_equal(store_user_put(place->store, &first), 0);
	first.uid = 9;
	first.nick = "nine";
	assert_int_equal(store_user_put(place->store, &first), 0);
	first.priority = 5;
	assert_int_equal(store_user_put(place->store, &first), 0);
	assert_int_equal(store_user_get(place->store, 7, &read), 0);
	assert_string_equal(read->nick, "アンナ");
	free(read);
	assert_int_equal(store_user_get(place->store, 9, &read), 0);
	assert_string_equal(read->nick, "nine");
	assert_int_equal(read->priority, 5);
	free(read);
}

static int
count_user(const struct store_user *user, void *arg)
{
	++*(size_t *)arg;
	return 0;
}

static void
ten_thousand_users_are_put_in_a_batch(void **state)
{
	struct place *place = *state;
	char logon[32];
	size_t count = 0;

	assert_int_equal(store_begin(place->store), 0);
	for (int i = 0; i < 10000; i++) {
		snprintf(logon, sizeof logon, "user%d", i);
		assert_int_equal(add_user(place->store, logon), i + 1);
	}
	assert_int_equal(store_commit(place->store), 0);
	assert_int_equal(store_user_each(place->store, count_user, &count), 0);
	assert_int_equal(count, 10000);
}

static void
note_gone(int64_t uid, bool kept, void *arg)
{
	int *gone = arg;

	gone[uid]++;
	if (!kept)
		gone[0]++;
}

static void
users_long_gone_leave_but_for_the_history(void **state)
{
	struct place *place = *state;
	struct store *store = place->store;
	struct store_user alias = { .logon = "alias", .alias = "x" };
	struct store_user fresh = { .logon = "fresh", .last_seen_ms = 9000 };
	struct store_user *read = NULL;
	struct store_pin pin = { .bits = 2048, .n = { (uint8_t *)"n", 1 } };
	int64_t talker = add_user(store, "talker"), pinned, stranger;
	int gone[16] = { 0 };

	add_received(store, talker, "hello", 1);
	pinned = add_user(store, "pinned");
	pin.uid = pinned;
	assert_int_equal(store_pin_add(store, &pin), 0);
	assert_int_equal(store_user_put(store, &alias), 0);
	assert_int_equal(store_user_put(store, &fresh), 0);
	stranger = add_user(store, "stranger");
	assert_int_equal(store_user_forget(store, 5000, note_gone, gone), 0);
	assert_int_equal(
	    gone[talker] + gone[pinned] + gone[alias.uid] + gone[stranger], 4);
	assert_int_equal(gone[fresh.uid], 0);
	/* Only of the stranger nothing is left. */
	assert_int_equal(gone[0], 1);
	assert_int_equal(
	    store_user_get(store, stranger, &read), CAM_ERR_UNKNOWN);
	assert_int_equal(store_user_get(store, talker, &read), 0);
	assert_true(read->forgotten);
	free(read);
	assert_int_equal(store_user_get(store, pinned, &read), 0);
	assert_true(read->forgotten);
	free(read);
	/* Nobody leaves twice; who comes back is the same user. */
	assert_int_equal(store_user_forget(store, 5000, note_gone, gone), 0);
	assert_int_equal(gone[talker], 1);
	assert_int_equal(add_user(store, "talker"), talker);
	assert_int_equal(store_user_get(store, talker, &read), 0);
	assert_false(read->forgotten);
	free(read);
	assert_true(add_user(store, "stranger") > stranger);
}

static void
one_user_leaves_in_the_same_way(void **state)
{
	struct place *place = *state;
	struct store *store = place->store;
	struct store_user alias = { .logon = "alias", .alias = "x" };
	struct store_user *read = NULL;
	int64_t stranger = add_user(store, "stranger");
	bool kept = true;

	assert_int_equal(store_user_drop(store, stranger, &kept), 0);
	assert_false(kept);
	assert_int_equal(
	    store_user_get(store, stranger, &read), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_user_drop(store, stranger, &kept), CAM_ERR_UNKNOWN);
	assert_int_equal(store_user_put(store, &alias), 0);
	assert_int_equal(store_user_drop(store, alias.uid, &kept), 0);
	assert_true(kept);
	assert_int_equal(store_user_get(store, alias.uid, &read), 0);
	assert_true(read->forgotten);
	free(read);
}

static void
a_merged_users_history_is_that_of_the_other(void **state)
{
	struct place *place = *state;
	struct store *store = place->store;
	int64_t old = add_user(store, "old"), older = add_user(store, "older");
	int64_t new = add_user(store, "new"), other = add_user(store, "other");
	struct rows rows;

	add_received(store, older, "meeting one", 1);
	add_received(store, old, "meeting two", 2);
	add_received(store, other, "meeting not", 3);
	add_received(store, new, "meeting three", 4);
	assert_int_equal(store_user_merge(store, older, old), 0);
	assert_int_equal(store_user_merge(store, old, new), 0);
	find_rows(
	    store, (struct store_query){ .user = new, .limit = 2 }, &rows);
	assert_int_equal(rows.count, 3);
	find_rows(store,
	    (struct store_query){
		.user = older, .words = "meeting", .limit = 2 },
	    &rows);
	assert_int_equal(rows.count, 3);
	assert_int_equal(store_user_merge(store, new, older), CAM_ERR_REQUEST);
	assert_int_equal(store_user_merge(store, new, new), CAM_ERR_REQUEST);
	assert_int_equal(store_user_merge(store, new, 99), CAM_ERR_UNKNOWN);
}

/* -- pins ----------------------------------------------------------------- */

struct pins {
	size_t count;
	struct store_pin last;
	uint8_t n[512];
};

static int
take_pin(const struct store_pin *pin, void *arg)
{
	struct pins *pins = arg;

	pins->count++;
	pins->last = *pin;
	memcpy(pins->n, pin->n.data, pin->n.len);
	return 0;
}

static void
a_pinned_key_is_not_replaced_silently(void **state)
{
	struct place *place = *state;
	uint8_t n[256] = { 0xc1, 0, 2 }, other[256] = { 0xc2 };
	struct store_pin pin = { .uid = add_user(place->store, "anna"),
		.bits = 2048,
		.n = { n, sizeof n },
		.e = 65537,
		.word = 5,
		.pinned_ms = 100,
		.verified = true };
	struct pins pins = { 0 };

	assert_int_equal(store_pin_add(place->store, &pin), 0);
	pin.word = 7;
	pin.verified = false;
	pin.pinned_ms = 200;
	assert_int_equal(store_pin_add(place->store, &pin), 0);
	pin.n.data = other;
	assert_int_equal(store_pin_add(place->store, &pin), CAM_ERR_EXISTS);
	pin.n.data = n;
	pin.e = 3;
	assert_int_equal(store_pin_add(place->store, &pin), CAM_ERR_EXISTS);
	assert_int_equal(
	    store_pin_each(place->store, pin.uid, take_pin, &pins), 0);
	assert_int_equal(pins.count, 1);
	assert_memory_equal(pins.n, n, sizeof n);
	assert_int_equal(pins.last.e, 65537);
	assert_int_equal(pins.last.word, 7);
	assert_int_equal(pins.last.pinned_ms, 100);
	assert_true(pins.last.verified);
}

static void
a_key_is_replaced_when_asked_for(void **state)
{
	struct place *place = *state;
	uint8_t n[256] = { 1 }, other[128] = { 2 };
	struct store_pin pin = { .uid = add_user(place->store, "anna"),
		.bits = 2048,
		.n = { n, sizeof n } };
	struct pins pins = { 0 };

	assert_int_equal(store_pin_add(place->store, &pin), 0);
	assert_int_equal(
	    store_pin_mark(place->store, pin.uid, 2048, true, 0), 0);
	pin.n = span_of(other, sizeof other);
	assert_int_equal(store_pin_replace(place->store, &pin), 0);
	pin.bits = 1024;
	assert_int_equal(store_pin_add(place->store, &pin), 0);
	assert_int_equal(store_pin_each(place->store, 0, take_pin, &pins), 0);
	assert_int_equal(pins.count, 2);
	assert_memory_equal(pins.n, other, sizeof other);
	assert_false(pins.last.verified);
	assert_int_equal(store_pin_mark(place->store, pin.uid, 4096, true, 0),
	    CAM_ERR_UNKNOWN);
	pin.uid = 99;
	assert_int_equal(store_pin_add(place->store, &pin), CAM_ERR_UNKNOWN);
	pin.n.len = 513;
	assert_int_equal(store_pin_replace(place->store, &pin), CAM_ERR_LIMIT);
}

static void
keys_move_to_another_user_in_place_of_all_of_his(void **state)
{
	struct place *place = *state;
	uint8_t n[256] = { 1 }, small[128] = { 2 }, other[128] = { 3 };
	int64_t anna = add_user(place->store, "anna");
	int64_t again = add_user(place->store, "again");
	struct store_pin pin = { .uid = anna,
		.bits = 2048,
		.n = { n, sizeof n },
		.challenger = again };
	struct pins pins = { 0 };

	assert_int_equal(store_pin_add(place->store, &pin), 0);
	pin.bits = 1024;
	pin.n = span_of(small, sizeof small);
	assert_int_equal(store_pin_add(place->store, &pin), 0);
	assert_int_equal(
	    store_pin_mark(place->store, anna, 2048, true, again), 0);
	assert_int_equal(
	    store_pin_each(place->store, anna, take_pin, &pins), 0);
	assert_int_equal(pins.last.challenger, again);
	assert_true(pins.last.verified);
	pin.uid = again;
	pin.n = span_of(other, sizeof other);
	pin.verified = true;
	assert_int_equal(store_pin_add(place->store, &pin), 0);
	assert_int_equal(store_pin_move(place->store, again, anna), 0);
	pins.count = 0;
	assert_int_equal(store_pin_each(place->store, 0, take_pin, &pins), 0);
	assert_int_equal(pins.count, 1);
	assert_int_equal(pins.last.uid, anna);
	assert_memory_equal(pins.n, other, sizeof other);
	assert_false(pins.last.verified);
	assert_int_equal(pins.last.challenger, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(a_user_comes_back_as_it_was),
		TEST_OF_STORE(a_user_heard_again_keeps_what_we_hold),
		TEST_OF_STORE(a_second_key_under_a_name_is_another_user),
		TEST_OF_STORE(a_user_is_written_under_the_number_it_has),
		TEST_OF_STORE(ten_thousand_users_are_put_in_a_batch),
		TEST_OF_STORE(users_long_gone_leave_but_for_the_history),
		TEST_OF_STORE(one_user_leaves_in_the_same_way),
		TEST_OF_STORE(a_merged_users_history_is_that_of_the_other),
		TEST_OF_STORE(a_pinned_key_is_not_replaced_silently),
		TEST_OF_STORE(a_key_is_replaced_when_asked_for),
		TEST_OF_STORE(keys_move_to_another_user_in_place_of_all_of_his),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
