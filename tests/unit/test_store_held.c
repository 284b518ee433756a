/* test_store_held.c: files held for members: who may have them, how much, and
 * when they go. */
#include "server_store.h"
#include "store/held.h"

enum { K = HELD_LEAST };

static const struct store_held_limits wide = { 1 << 30, 1 << 30, 1 << 30,
	1 << 30 };

static struct store_held
file_of(int64_t sender, uint32_t number, int64_t size)
{
	struct store_held held = { .sender = sender,
		.message = { 7 },
		.number = number,
		.name = { (uint8_t)sender, (uint8_t)number },
		.size = size,
		.made_ms = 5,
		.expires_ms = 1000 + number };

	return held;
}

static int
put(struct store *store, struct store_held *held, int64_t receiver,
    const struct store_held_limits *limits)
{
	return store_held_put(store, held, &receiver, 1, limits);
}

/* All of it is there. */
static struct store_held
hold(struct store *store, int64_t sender, uint32_t number, int64_t receiver)
{
	struct store_held held = file_of(sender, number, 100);

	assert_int_equal(put(store, &held, receiver, &wide), 0);
	assert_int_equal(
	    store_held_begin_part(store, held.file, 0, 0, span_text("head")),
	    0);
	assert_int_equal(store_held_fill(store, held.file, 80, 1), 0);
	return held;
}

static void
keep_name(const uint8_t name[HELD_NAME_SIZE], void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%d.%d ", name[0], name[1]);
}

/* The names that were told, in words. */
static const char *
clean(struct store *store, char text[80])
{
	size_t count = 0;

	text[0] = '\0';
	do
		assert_int_equal(
		    store_held_clean(store, keep_name, text, &count), 0);
	while (count > 0);
	return text;
}

static void
a_file_is_found_once_it_is_whole_by_who_may_have_it(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");
	struct store_held held = file_of(anna, 1, 100), got;

	assert_int_equal(put(store, &held, bob, &wide), 0);
	assert_int_equal(held.state, HELD_FILLING);
	assert_int_equal(
	    store_held_find(store, &held, bob, &got), CAM_ERR_UNKNOWN);
	assert_int_equal(store_held_fill(store, held.file, 60, 0), 0);
	assert_int_equal(
	    store_held_find(store, &held, bob, &got), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_held_fill(store, held.file, 101, 1), CAM_ERR_LIMIT);
	assert_int_equal(store_held_fill(store, held.file, 90, 1), 0);
	assert_int_equal(store_held_find(store, &held, bob, &got), 0);
	assert_int_equal(got.stored, 90);
	assert_int_equal(got.size, 90);
	assert_int_equal(got.sender_key[0], 'a');
	assert_int_equal(
	    store_held_find(store, &held, carl, &got), CAM_ERR_UNKNOWN);
	/* Nothing is added to it any more. */
	assert_int_equal(
	    store_held_fill(store, held.file, 95, 0), CAM_ERR_UNKNOWN);
}

static void
what_is_sent_again_goes_on_where_it_was(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");
	struct store_held held = file_of(anna, 1, 100), again;
	struct store_held got;

	assert_int_equal(put(store, &held, bob, &wide), 0);
	assert_int_equal(store_held_fill(store, held.file, 60, 0), 0);
	again = file_of(anna, 1, 100);
	again.name[5] = 9;
	assert_int_equal(put(store, &again, carl, &wide), 0);
	assert_int_equal(again.file, held.file);
	assert_int_equal(again.stored, 60);
	assert_int_equal(again.name[5], 0);
	assert_int_equal(store_held_fill(store, held.file, 100, 1), 0);
	assert_int_equal(store_held_find(store, &held, bob, &got), 0);
	assert_int_equal(store_held_find(store, &held, carl, &got), 0);
}

static void
each_limit_is_kept(void **state)
{
	static const struct store_held_limits limits = { .total = 300 * K,
		.sender = 200 * K,
		.receiver = 150 * K,
		.share = 100 * K };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl"), dave = member(store, "dave");
	int64_t both[2] = { bob, carl };
	struct store_held one = file_of(anna, 1, 100 * K);
	struct store_held two = file_of(anna, 2, 50 * K);
	struct store_held three = file_of(anna, 3, 60 * K);
	struct store_held other = file_of(dave, 1, 60 * K);
	struct store_held last = file_of(dave, 2, 91 * K);
	struct store_held got;

	assert_int_equal(put(store, &one, bob, &limits), 0);
	/* Her share of what bob has is used; carl has room. */
	assert_int_equal(put(store, &two, bob, &limits), CAM_ERR_LIMIT);
	assert_int_equal(store_held_put(store, &two, both, 2, &limits), 0);
	assert_int_equal(store_held_fill(store, two.file, 50 * K, 1), 0);
	assert_int_equal(
	    store_held_find(store, &two, bob, &got), CAM_ERR_UNKNOWN);
	assert_int_equal(store_held_find(store, &two, carl, &got), 0);
	/* She has 50 left, in all. */
	assert_int_equal(put(store, &three, carl, &limits), CAM_ERR_LIMIT);
	/* Bob has 50 left, of all. */
	assert_int_equal(put(store, &other, bob, &limits), CAM_ERR_LIMIT);
	assert_int_equal(put(store, &other, carl, &limits), 0);
	/* And the server 90. */
	assert_int_equal(put(store, &last, anna, &limits), CAM_ERR_LIMIT);
	last.size = 90 * K;
	assert_int_equal(put(store, &last, anna, &limits), 0);
}

/* Ten of a byte need as much room as ten of HELD_LEAST. */
static void
small_files_are_not_too_many(void **state)
{
	static const struct store_held_limits limits = { 1 << 30, 10 * K,
		1 << 30, 1 << 30 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	struct store_held held;

	for (uint32_t i = 0; i < 10; i++) {
		held = file_of(anna, i, 1);
		assert_int_equal(put(store, &held, bob, &limits), 0);
	}
	held = file_of(anna, 10, 1);
	assert_int_equal(put(store, &held, bob, &limits), CAM_ERR_LIMIT);
}

static void
a_refused_file_leaves_no_row(void **state)
{
	static const struct store_held_limits none = { 1 << 20, 1 << 20, 10,
		10 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	struct store_held held = file_of(anna, 1, 100);
	struct store_held_sum sum = { 9, 9 };

	assert_int_equal(put(store, &held, bob, &none), CAM_ERR_LIMIT);
	assert_int_equal(store_held_sum(store, &sum), 0);
	assert_int_equal(sum.count, 0);
}

static void
parts_are_found_by_their_chunks(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	struct store_held held = file_of(anna, 1, 1000), again;
	struct store_held_part part;

	assert_int_equal(put(store, &held, bob, &wide), 0);
	assert_int_equal(
	    store_held_part(store, held.file, 0, &part), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_held_begin_part(store, held.file, 0, 0, span_text("one")), 0);
	assert_int_equal(store_held_fill(store, held.file, 500, 0), 0);
	assert_int_equal(
	    store_held_begin_part(store, held.file, 5, 500, span_text("three")),
	    0);
	assert_int_equal(store_held_part(store, held.file, 4, &part), 0);
	assert_int_equal(part.first, 0);
	assert_int_equal(part.end, 5);
	assert_memory_equal(part.head, "one", part.head_len);
	assert_int_equal(store_held_part(store, held.file, 5, &part), 0);
	assert_int_equal(part.end, INT64_MAX);
	assert_memory_equal(part.head, "three", part.head_len);
	/* One that begins before it takes its place, and what was there. */
	assert_int_equal(
	    store_held_begin_part(store, held.file, 3, 300, span_text("two")),
	    0);
	assert_int_equal(
	    store_held_part(store, held.file, INT64_MAX, &part), 0);
	assert_int_equal(part.first, 3);
	again = file_of(anna, 1, 1000);
	assert_int_equal(put(store, &again, bob, &wide), 0);
	assert_int_equal(again.stored, 300);
}

static int
count_receipt(const struct store_held_receipt *receipt, void *arg)
{
	assert_int_equal(receipt->proof[0], receipt->receiver_key[0]);
	++*(int *)arg;
	return 0;
}

static int
receipts(struct store *store, int64_t sender)
{
	int count = 0;

	assert_int_equal(
	    store_held_receipts(store, sender, 9, count_receipt, &count), 0);
	return count;
}

/* One copy for two: its bytes go with the last of them, its row when the sender
 * knows of both. */
static void
a_file_goes_when_all_have_had_it(void **state)
{
	static const uint8_t by_bob[HELD_PROOF_SIZE] = { 'b' };
	static const uint8_t by_carl[HELD_PROOF_SIZE] = { 'c' };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");
	struct store_held held = hold(store, anna, 1, bob), again;
	struct store_held_part part;
	char text[80];

	again = file_of(anna, 1, 100);
	assert_int_equal(put(store, &again, carl, &wide), 0);
	assert_int_equal(again.state, HELD_WHOLE);
	assert_int_equal(store_held_taken(store, held.file, bob, by_bob), 0);
	assert_string_equal(clean(store, text), "");
	assert_int_equal(receipts(store, anna), 1);
	assert_int_equal(store_held_taken(store, held.file, carl, by_carl), 0);
	assert_string_equal(clean(store, text), "1.1 ");
	assert_string_equal(clean(store, text), "");
	assert_int_equal(receipts(store, anna), 2);
	assert_int_equal(
	    store_held_part(store, held.file, INT64_MAX, &part), 0);
	again = file_of(anna, 1, 100);
	assert_int_equal(put(store, &again, bob, &wide), CAM_ERR_EXISTS);
	assert_int_equal(store_held_drop(store, &held, bob), 0);
	assert_int_equal(store_held_drop(store, &held, carl), 0);
	assert_string_equal(clean(store, text), "");
	assert_int_equal(receipts(store, anna), 0);
	assert_int_equal(store_held_part(store, held.file, INT64_MAX, &part),
	    CAM_ERR_UNKNOWN);
	again = file_of(anna, 1, 100);
	assert_int_equal(put(store, &again, bob, &wide), 0);
	assert_int_equal(again.state, HELD_FILLING);
}

static void
what_nobody_waits_for_goes(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");
	struct store_held held = hold(store, anna, 1, bob), other;
	char text[80];

	(void)hold(store, anna, 2, bob);
	(void)hold(store, bob, 3, carl);
	(void)hold(store, carl, 4, anna);
	other = held;
	other.sender = carl;
	assert_int_equal(store_held_drop(store, &other, 0), 0);
	assert_string_equal(clean(store, text), "");
	assert_int_equal(store_held_drop(store, &held, 0), 0);
	assert_string_equal(clean(store, text), "1.1 ");
	assert_int_equal(store_held_expire(store, 1001), 0);
	assert_string_equal(clean(store, text), "");
	assert_int_equal(store_held_expire(store, 1002), 0);
	assert_string_equal(clean(store, text), "1.2 ");
	/* Of him and for him. */
	assert_int_equal(store_held_drop_member(store, carl), 0);
	assert_string_equal(clean(store, text), "2.3 3.4 ");
}

static int
keep_key(struct span key, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%c ", key.data[0]);
	return 0;
}

static int
keep_file(const struct store_held *held, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%u ", (unsigned)held->number);
	return 0;
}

static int
keep_waiting(const struct store_held_waiting *waiting, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%s %d %d ", waiting->logon,
	    (int)waiting->sum.count, (int)waiting->sum.size);
	return 0;
}

static void
who_has_something_for_whom_is_told(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");
	struct store_held held = hold(store, anna, 1, carl);
	struct store_held_sum sum;
	char text[80] = "";

	(void)hold(store, anna, 2, carl);
	(void)hold(store, bob, 3, carl);
	(void)hold(store, anna, 4, bob);
	assert_int_equal(store_held_ready(store, carl, 9, keep_file, text), 0);
	assert_string_equal(text, "1 2 3 ");
	text[0] = '\0';
	assert_int_equal(store_held_ready(store, carl, 2, keep_file, text), 0);
	assert_string_equal(text, "1 2 ");
	text[0] = '\0';
	assert_int_equal(
	    store_held_receivers(store, held.file, keep_key, text), 0);
	assert_string_equal(text, "c ");
	text[0] = '\0';
	assert_int_equal(store_held_list(store, keep_waiting, text), 0);
	assert_string_equal(text, "bob 1 80 carl 3 240 ");
	assert_int_equal(store_held_clear(store, carl), 0);
	assert_string_equal(clean(store, text), "1.1 1.2 2.3 ");
	assert_int_equal(store_held_sum(store, &sum), 0);
	assert_int_equal(sum.count, 1);
	assert_int_equal(sum.size, 80);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_found_once_it_is_whole_by_who_may_have_it),
		TEST(what_is_sent_again_goes_on_where_it_was),
		TEST(each_limit_is_kept),
		TEST(small_files_are_not_too_many),
		TEST(a_refused_file_leaves_no_row),
		TEST(parts_are_found_by_their_chunks),
		TEST(a_file_goes_when_all_have_had_it),
		TEST(what_nobody_waits_for_goes),
		TEST(who_has_something_for_whom_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
