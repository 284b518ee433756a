/* test_store_queue.c: what waits for members: in order, once, and no more than
 * may. */
#include "server_store.h"
#include "store/card.h"
#include "store/queue.h"

static const struct store_quota wide = { 1000, 1 << 20, 1000, 1 << 20 };

static int
hold(struct store *store, int64_t receiver, int64_t sender, uint8_t id,
    const char *text, const struct store_quota *quota)
{
	struct store_queued queued = { .receiver = receiver,
		.sender = sender,
		.kind = 1,
		.id = { id },
		.bytes = span_text(text),
		.made_ms = 5,
		.expires_ms = 1000 + id };

	assert_int_equal(store_queue_begin(store, &queued.number), 0);
	queued.number++;
	return store_queue_put(store, &queued, quota);
}

static int
join_texts(const struct store_queued *queued, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%c%.*s ", queued->sender_key.data[0],
	    (int)queued->bytes.len, (const char *)queued->bytes.data);
	return 0;
}

static int
keep_last(const struct store_queued *queued, void *arg)
{
	*(int64_t *)arg = queued->number;
	return 0;
}

static void
what_waits_comes_in_order_until_it_is_taken(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl"), last = 0;
	char text[80] = "";

	assert_int_equal(hold(store, anna, bob, 1, "one", &wide), 0);
	assert_int_equal(hold(store, bob, anna, 1, "other", &wide), 0);
	assert_int_equal(hold(store, anna, carl, 1, "two", &wide), 0);
	assert_int_equal(hold(store, anna, bob, 2, "three", &wide), 0);
	assert_int_equal(
	    store_queue_each(store, anna, 0, 9, join_texts, text), 0);
	assert_string_equal(text, "bone ctwo bthree ");
	assert_int_equal(
	    store_queue_each(store, anna, 0, 2, keep_last, &last), 0);
	/* Only its receiver takes it. */
	assert_int_equal(store_queue_take(store, bob, &last, 1), 0);
	assert_int_equal(store_queue_take(store, anna, &last, 1), 0);
	assert_int_equal(store_queue_take(store, anna, &last, 1), 0);
	text[0] = '\0';
	assert_int_equal(
	    store_queue_each(store, anna, 0, 9, join_texts, text), 0);
	assert_string_equal(text, "bone bthree ");
	text[0] = '\0';
	assert_int_equal(
	    store_queue_each(store, anna, last, 9, join_texts, text), 0);
	assert_string_equal(text, "bthree ");
}

static int64_t
begin(struct store *store)
{
	int64_t number = -1;

	assert_int_equal(store_queue_begin(store, &number), 0);
	return number;
}

/* Neither those that were stored, nor those that were only told. */
static void
no_number_is_ever_given_again(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	const int64_t told = INT64_C(1) << 31;
	int64_t first = begin(store), second = begin(store), last = 0;
	struct store_queued queued = { .receiver = anna,
		.sender = bob,
		.number = second + told,
		.kind = 1,
		.bytes = span_text("x") };

	assert_true(first > 0);
	assert_true(second > first + told);
	assert_int_equal(store_queue_put(store, &queued, &wide), 0);
	assert_int_equal(
	    store_queue_each(store, anna, 0, 9, keep_last, &last), 0);
	assert_int_equal(last, queued.number);
	assert_int_equal(store_queue_take(store, anna, &last, 1), 0);
	assert_true(begin(store) > queued.number + told);
}

static void
the_same_is_held_once(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");

	assert_int_equal(hold(store, anna, bob, 1, "one", &wide), 0);
	assert_int_equal(
	    hold(store, anna, bob, 1, "one", &wide), CAM_ERR_EXISTS);
	assert_int_equal(hold(store, anna, bob, 2, "", &wide), CAM_ERR_LIMIT);
}

static void
what_is_held_is_held_once_in_a_full_queue_too(void **state)
{
	static const struct store_quota quota = { 1, 100, 1, 100 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");

	assert_int_equal(hold(store, anna, bob, 1, "one", &quota), 0);
	assert_int_equal(
	    hold(store, anna, bob, 1, "one", &quota), CAM_ERR_EXISTS);
	assert_int_equal(
	    hold(store, anna, bob, 2, "two", &quota), CAM_ERR_LIMIT);
}

static int
keep_number(const struct store_queued *queued, void *arg)
{
	int64_t *numbers = arg;

	numbers[++numbers[0]] = queued->number;
	return 0;
}

/* Of several senders, some of them twice: room comes back for each. */
static void
many_are_taken_at_once(void **state)
{
	static const struct store_quota quota = { 4, 100, 2, 100 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl"), numbers[8] = { 0 };

	for (int round = 0; round < 2; round++) {
		assert_int_equal(hold(store, anna, bob, 1, "x", &quota), 0);
		assert_int_equal(hold(store, anna, carl, 2, "x", &quota), 0);
		assert_int_equal(hold(store, anna, carl, 3, "x", &quota), 0);
		assert_int_equal(hold(store, anna, bob, 4, "x", &quota), 0);
		assert_int_equal(
		    hold(store, anna, bob, 5, "x", &quota), CAM_ERR_LIMIT);
		numbers[0] = 0;
		assert_int_equal(
		    store_queue_each(store, anna, 0, 9, keep_number, numbers),
		    0);
		assert_int_equal(numbers[0], 4);
		assert_int_equal(
		    store_queue_take(store, anna, numbers + 1, 4), 0);
		numbers[0] = 0;
		assert_int_equal(
		    store_queue_each(store, anna, 0, 9, keep_number, numbers),
		    0);
		assert_int_equal(numbers[0], 0);
	}
}

/* Of one who fills a queue the others feel nothing (threat model S4). */
static void
one_sender_has_his_share_and_no_more(void **state)
{
	static const struct store_quota quota = { 10, 100, 3, 50 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl"), last = 0;

	for (uint8_t id = 1; id <= 3; id++)
		assert_int_equal(hold(store, anna, bob, id, "x", &quota), 0);
	assert_int_equal(hold(store, anna, bob, 4, "x", &quota), CAM_ERR_LIMIT);
	assert_int_equal(hold(store, anna, carl, 4, "x", &quota), 0);
	/* For others he has a share, too. */
	assert_int_equal(hold(store, carl, bob, 4, "x", &quota), 0);
	/* Room comes back with what is taken. */
	assert_int_equal(
	    store_queue_each(store, anna, 0, 1, keep_last, &last), 0);
	assert_int_equal(store_queue_take(store, anna, &last, 1), 0);
	assert_int_equal(hold(store, anna, bob, 4, "x", &quota), 0);
	assert_int_equal(hold(store, carl, anna, 1,
			     "fifty bytes and one, which is one more than may.."
			     "..",
			     &quota),
	    CAM_ERR_LIMIT);
}

static void
a_queue_has_an_end(void **state)
{
	static const struct store_quota quota = { 2, 100, 2, 100 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");

	assert_int_equal(hold(store, anna, bob, 1, "x", &quota), 0);
	assert_int_equal(hold(store, anna, carl, 1, "x", &quota), 0);
	assert_int_equal(
	    hold(store, anna, carl, 2, "x", &quota), CAM_ERR_LIMIT);
}

static void
what_waited_too_long_is_forgotten(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t count = 0;
	char text[80] = "";

	assert_int_equal(hold(store, anna, bob, 1, "one", &wide), 0);
	assert_int_equal(hold(store, anna, bob, 2, "two", &wide), 0);
	assert_int_equal(store_queue_expire(store, 1001, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(store_queue_expire(store, 1001, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    store_queue_each(store, anna, 0, 9, join_texts, text), 0);
	assert_string_equal(text, "btwo ");
	assert_int_equal(store_queue_drop(store, bob), 0);
	text[0] = '\0';
	assert_int_equal(
	    store_queue_each(store, anna, 0, 9, join_texts, text), 0);
	assert_string_equal(text, "");
}

static int
join_waiting(const struct store_waiting *waiting, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%s %d %d %d, ", waiting->logon,
	    (int)waiting->count, (int)waiting->size, (int)waiting->oldest_ms);
	return 0;
}

static void
queues_are_listed_by_name(void **state)
{
	struct store *store = store_of(state);
	int64_t bob = member(store, "bob"), anna = member(store, "anna");
	char text[80] = "";

	assert_int_equal(hold(store, bob, anna, 1, "x", &wide), 0);
	assert_int_equal(hold(store, anna, bob, 1, "one", &wide), 0);
	assert_int_equal(hold(store, anna, bob, 2, "two", &wide), 0);
	assert_int_equal(store_queue_list(store, join_waiting, text), 0);
	assert_string_equal(text, "anna 2 6 5, bob 1 1 5, ");
}

static void
what_waits_for_one_is_cleared(void **state)
{
	struct store *store = store_of(state);
	int64_t bob = member(store, "bob"), anna = member(store, "anna");
	const struct store_quota two = { 2, 100, 2, 100 };
	char text[80] = "";

	assert_int_equal(hold(store, bob, anna, 1, "x", &two), 0);
	assert_int_equal(hold(store, anna, bob, 1, "one", &two), 0);
	assert_int_equal(hold(store, anna, bob, 2, "two", &two), 0);
	assert_int_equal(store_queue_clear(store, anna), 0);
	assert_int_equal(store_queue_list(store, join_waiting, text), 0);
	assert_string_equal(text, "bob 1 1 5, ");
	/* It counts no more. */
	assert_int_equal(hold(store, anna, bob, 3, "six", &two), 0);
	assert_int_equal(hold(store, anna, bob, 4, "ten", &two), 0);
	assert_int_equal(
	    hold(store, anna, bob, 5, "over", &two), CAM_ERR_LIMIT);
}

/* What is known of a queue by heart goes with the batch. */
static void
what_a_lost_batch_held_fills_no_queue(void **state)
{
	static const struct store_quota quota = { 2, 100, 2, 100 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl"), last = 0;

	assert_int_equal(hold(store, anna, bob, 1, "x", &quota), 0);
	assert_int_equal(
	    store_queue_each(store, anna, 0, 1, keep_last, &last), 0);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(store_begin(store), 0);
		assert_int_equal(hold(store, anna, carl, 1, "x", &quota), 0);
		assert_int_equal(
		    hold(store, anna, carl, 2, "x", &quota), CAM_ERR_LIMIT);
		store_rollback(store);
	}
	/* Neither does what it took make room. */
	assert_int_equal(hold(store, anna, carl, 1, "x", &quota), 0);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_queue_take(store, anna, &last, 1), 0);
	assert_int_equal(hold(store, anna, carl, 2, "x", &quota), 0);
	store_rollback(store);
	assert_int_equal(
	    hold(store, anna, carl, 2, "x", &quota), CAM_ERR_LIMIT);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_queue_take(store, anna, &last, 1), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(hold(store, anna, carl, 2, "x", &quota), 0);
	assert_int_equal(
	    hold(store, anna, carl, 3, "x", &quota), CAM_ERR_LIMIT);
}

/* What a member who goes had sent others gives them room again. */
static void
whose_sender_is_dropped_has_room(void **state)
{
	static const struct store_quota quota = { 2, 100, 2, 100 };
	struct store *store = store_of(state);
	int64_t anna = member(store, "anna"), bob = member(store, "bob");
	int64_t carl = member(store, "carl");

	assert_int_equal(hold(store, anna, bob, 1, "x", &quota), 0);
	assert_int_equal(hold(store, anna, bob, 2, "x", &quota), 0);
	assert_int_equal(
	    hold(store, anna, carl, 1, "x", &quota), CAM_ERR_LIMIT);
	assert_int_equal(store_queue_drop(store, bob), 0);
	assert_int_equal(hold(store, anna, carl, 1, "x", &quota), 0);
	assert_int_equal(hold(store, anna, carl, 2, "x", &quota), 0);
	assert_int_equal(
	    hold(store, anna, carl, 3, "x", &quota), CAM_ERR_LIMIT);
}

static int
copy_card(const struct store_card *card, void *arg)
{
	char *text = arg;

	assert_int_equal(card->user_key.len, 32);
	snprintf(text, 80, "%c %.*s %s", card->user_key.data[0],
	    (int)card->hello.len, (const char *)card->hello.data, card->addr);
	return 0;
}

static void
a_member_has_one_card(void **state)
{
	struct store *store = store_of(state);
	const uint8_t key[32] = { 1 };
	struct store_card card = { .member = member(store, "anna"),
		.link_key = span_of(key, sizeof key),
		.hello = span_text("{}"),
		.addr = "10.0.0.1:2425" };
	char text[80] = "";

	assert_int_equal(store_card_put(store, &card), 0);
	card.hello = span_text("{1}");
	assert_int_equal(store_card_put(store, &card), 0);
	assert_int_equal(store_card_each(store, copy_card, text), 0);
	assert_string_equal(text, "a {1} 10.0.0.1:2425");
	card.hello.len = 0;
	assert_int_equal(store_card_put(store, &card), CAM_ERR_LIMIT);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_waits_comes_in_order_until_it_is_taken),
		TEST(no_number_is_ever_given_again),
		TEST(the_same_is_held_once),
		TEST(what_is_held_is_held_once_in_a_full_queue_too),
		TEST(many_are_taken_at_once),
		TEST(one_sender_has_his_share_and_no_more),
		TEST(a_queue_has_an_end),
		TEST(what_waited_too_long_is_forgotten),
		TEST(queues_are_listed_by_name),
		TEST(what_waits_for_one_is_cleared),
		TEST(what_a_lost_batch_held_fills_no_queue),
		TEST(whose_sender_is_dropped_has_room),
		TEST(a_member_has_one_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
