/* test_store_transfer.c: offers on their way, and what lies behind ours. */
#include "stores.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static const uint8_t key[STORE_FILE_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t digest[STORE_FILE_DIGEST_SIZE] = { 4, 5, 6 };

/* -- rows -------------------------------------------------------------------
 */

struct seen {
	struct store_transfer *list[16];
	size_t count;
};

static int
see(const struct store_transfer *transfer, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->count < 16);
	seen->list[seen->count++] = store_transfer_copy(transfer);
	return 0;
}

static void
forget(struct seen *seen)
{
	while (seen->count > 0)
		free(seen->list[--seen->count]);
}

static struct seen
list(struct store *store, struct store_transfer_query query)
{
	struct seen seen = { .count = 0 };

	if (query.limit == 0)
		query.limit = 16;
	assert_int_equal(store_transfer_list(store, &query, see, &seen), 0);
	return seen;
}

static size_t
count(struct store *store, struct store_transfer_query query)
{
	struct seen seen = list(store, query);
	size_t n = seen.count;

	forget(&seen);
	return n;
}

static struct store_message
receive(struct store *store, int64_t uid, uint32_t number, uint64_t size,
    bool sealed)
{
	const struct store_offer offer = { .number = number,
		.name = "plan.pdf",
		.size = size,
		.mtime = 30,
		.expires_ms = 7 * (int64_t)DAY_MS,
		.file_key = key,
		.digest = digest };
	struct store_message message = { .talk = talk_with(store, uid),
		.from = uid,
		.encryption = STORE_CAM1,
		.signature = STORE_PINNED,
		.sealed = sealed,
		.time_ms = 5,
		.text = "" };
	int64_t duplicate_of;

	assert_int_equal(store_message_receive(store, &message, &offer, 1, NULL,
			     0, &duplicate_of),
	    0);
	return message;
}

static struct store_message
send(struct store *store, int64_t first, int64_t second)
{
	const struct store_offer offers[] = {
		{ .number = 7, .name = "a", .expires_ms = 100 },
		{ .number = 8,
		    .name = "b",
		    .kind = STORE_FOLDER,
		    .expires_ms = 200 },
	};
	const struct store_source sources[] = {
		{ .number = 7,
		    .path = "/tmp/a",
		    .dev = UINT64_MAX,
		    .ino = 3,
		    .size = 4,
		    .mtime_ns = -5,
		    .spool = true,
		    .fetches = 6 },
		{ .number = 8, .path = "/tmp/b" },
	};
	struct store_delivery deliveries[] = {
		{ .uid = first, .packet_no = 77, .encryption = STORE_CAM1 },
		{ .uid = second, .packet_no = 78 },
	};
	struct store_message message = { .talk = talk_with(store, first),
		.text = "",
		.offers = offers,
		.sources = sources,
		.offer_count = 2 };

	assert_int_equal(store_message_send(store, &message, deliveries, 2), 0);
	return message;
}

/* -- received ---------------------------------------------------------------
 */

static void
an_offer_that_came_is_offered(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message =
	    receive(place->store, uid, 9, 81920, false);
	struct store_transfer *row = NULL;

	assert_int_equal(
	    store_transfer_get(place->store, message.row, 9, uid, &row), 0);
	assert_true(row->received);
	assert_false(row->shut);
	assert_int_equal(row->stage, STORE_OFFERED);
	assert_int_equal(row->encryption, STORE_CAM1);
	assert_int_equal(row->carried, STORE_CAM1);
	assert_int_equal(row->signature, STORE_PINNED);
	assert_string_equal(row->id, message.id);
	assert_int_equal(row->number, 9);
	assert_string_equal(row->offer.name, "plan.pdf");
	assert_true(row->offer.size == 81920);
	assert_memory_equal(row->offer.file_key, key, sizeof key);
	assert_memory_equal(row->offer.digest, digest, sizeof digest);
	free(row);
	assert_int_equal(
	    store_transfer_get(place->store, message.row, 8, uid, &row),
	    CAM_ERR_UNKNOWN);
}

static void
what_is_put_is_there_again(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message =
	    receive(place->store, uid, 9, 81920, false);
	struct store_transfer put = { .message = message.row,
		.number = 9,
		.uid = uid,
		.stage = STORE_BROKEN,
		.done = 4096,
		.folder = "/home/bob",
		.name = "p.pdf",
		.made = "p (2).pdf",
		.reason = "full",
		.encryption = STORE_RSA2048_AES256,
		.fetches = 3,
		.automatic = true,
		.dropped = true,
		.changed_ms = 12 };
	struct store_transfer *row = NULL;

	assert_int_equal(store_transfer_put(place->store, &put), 0);
	assert_int_equal(
	    store_transfer_get(place->store, message.row, 9, uid, &row), 0);
	assert_int_equal(row->stage, STORE_BROKEN);
	assert_true(row->done == 4096);
	assert_string_equal(row->folder, "/home/bob");
	assert_string_equal(row->name, "p.pdf");
	assert_string_equal(row->made, "p (2).pdf");
	assert_string_equal(row->reason, "full");
	assert_int_equal(row->encryption, STORE_RSA2048_AES256);
	assert_int_equal(row->fetches, 3);
	assert_true(row->automatic);
	assert_true(row->dropped);
	assert_true(row->changed_ms == 12);
	free(row);
	put.uid++;
	assert_int_equal(
	    store_transfer_put(place->store, &put), CAM_ERR_UNKNOWN);
}

static void
what_is_sealed_is_not_listed_before_it_is_opened(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message message = receive(place->store, uid, 9, 1, true);
	struct store_transfer *row = NULL;
	struct store_transfer_query query = { .received = true };

	assert_int_equal(
	    store_transfer_get(place->store, message.row, 9, uid, &row), 0);
	assert_true(row->shut);
	free(row);
	assert_int_equal(count(place->store, query), 0);
	assert_int_equal(store_message_open(place->store, message.row), 0);
	assert_int_equal(count(place->store, query), 1);
}

/* -- sent -------------------------------------------------------------------
 */

static void
each_recipient_has_a_transfer_of_his_own(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	int64_t bob = add_user(place->store, "bob");
	struct store_message message = send(place->store, anna, bob);
	struct seen seen =
	    list(place->store, (struct store_transfer_query){ .sent = true });

	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.list[0]->number, 7);
	assert_true(seen.list[0]->uid == anna);
	assert_int_equal(seen.list[0]->packet_no, 77);
	assert_int_equal(seen.list[0]->carried, STORE_CAM1);
	assert_string_equal(seen.list[0]->made, "/tmp/a");
	assert_false(seen.list[0]->received);
	assert_int_equal(seen.list[3]->number, 8);
	assert_true(seen.list[3]->uid == bob);
	assert_int_equal(seen.list[3]->packet_no, 78);
	assert_int_equal(seen.list[3]->offer.kind, STORE_FOLDER);
	assert_null(seen.list[3]->offer.digest);
	forget(&seen);
	assert_int_equal(
	    store_offer_set_digest(place->store, message.row, 8, digest), 0);
	assert_int_equal(
	    store_offer_set_digest(place->store, message.row, 9, digest),
	    CAM_ERR_UNKNOWN);
}

static int
see_spool(const struct store_source *source, void *arg)
{
	assert_string_equal(source->path, "/tmp/a");
	assert_true(source->expires_ms == 100);
	++*(int *)arg;
	return 0;
}

static void
a_source_is_what_it_was(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	struct store_message message =
	    send(place->store, anna, add_user(place->store, "bob"));
	struct store_source *source = NULL;
	int spools = 0;

	assert_int_equal(
	    store_source_get(place->store, message.row, 7, &source), 0);
	assert_string_equal(source->path, "/tmp/a");
	assert_true(source->dev == UINT64_MAX);
	assert_true(source->ino == 3);
	assert_true(source->size == 4);
	assert_true(source->mtime_ns == -5);
	assert_int_equal(source->fetches, 6);
	assert_false(source->withdrawn);
	free(source);
	assert_int_equal(
	    store_source_withdraw(place->store, message.row, 7), 0);
	assert_int_equal(
	    store_source_get(place->store, message.row, 7, &source), 0);
	assert_true(source->withdrawn);
	free(source);
	assert_int_equal(
	    store_source_get(place->store, message.row, 9, &source),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_source_each_spool(place->store, see_spool, &spools), 0);
	assert_int_equal(spools, 1);
}

static void
all_of_it_goes_with_its_message(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	struct store_message message =
	    send(place->store, anna, add_user(place->store, "bob"));
	struct store_source *source = NULL;

	assert_int_equal(store_message_remove(place->store, message.row), 0);
	assert_int_equal(
	    count(place->store, (struct store_transfer_query){ .sent = true }),
	    0);
	assert_int_equal(
	    store_source_get(place->store, message.row, 7, &source),
	    CAM_ERR_UNKNOWN);
}

/* -- lists ------------------------------------------------------------------
 */

static void
a_list_comes_in_pages(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	struct store_transfer_query query = {
		.sent = true, .received = true, .limit = 2
	};
	struct seen seen;

	send(place->store, anna, add_user(place->store, "bob"));
	receive(place->store, anna, 1, 1, false);
	for (size_t n = 0; n < 5; n += 2) {
		seen = list(place->store, query);
		assert_int_equal(seen.count, n < 4 ? 2 : 1);
		query.message = seen.list[seen.count - 1]->message;
		query.number = seen.list[seen.count - 1]->number;
		query.uid = seen.list[seen.count - 1]->uid;
		forget(&seen);
	}
	assert_int_equal(count(place->store, query), 0);
}

static void
a_list_has_what_was_asked_for(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	struct store_message message = receive(place->store, anna, 1, 1, false);
	struct store_transfer row = { .message = message.row,
		.number = 1,
		.uid = anna,
		.stage = STORE_DONE };
	struct store_transfer_query in = { .received = true },
				    out = { .sent = true };

	assert_int_equal(count(place->store, in), 1);
	assert_int_equal(count(place->store, out), 0);
	assert_int_equal(store_transfer_put(place->store, &row), 0);
	in.stages = 1U << STORE_OFFERED;
	assert_int_equal(count(place->store, in), 0);
	in.stages |= 1U << STORE_DONE;
	assert_int_equal(count(place->store, in), 1);
	row.dropped = true;
	assert_int_equal(store_transfer_put(place->store, &row), 0);
	assert_int_equal(count(place->store, in), 0);
}

/* -- upkeep -----------------------------------------------------------------
 */

static void
what_is_too_old_expires_once(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna"), next_ms = -1;
	struct seen seen = { .count = 0 };

	send(place->store, anna, add_user(place->store, "bob"));
	assert_int_equal(
	    store_transfer_expire(place->store, 99, see, &seen, &next_ms), 0);
	assert_int_equal(seen.count, 0);
	assert_true(next_ms == 100);
	assert_int_equal(
	    store_transfer_expire(place->store, 100, see, &seen, &next_ms), 0);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.list[0]->stage, STORE_EXPIRED);
	assert_string_equal(seen.list[0]->reason, "expired");
	assert_true(next_ms == 200);
	forget(&seen);
	assert_int_equal(
	    store_transfer_expire(place->store, 300, see, &seen, &next_ms), 0);
	assert_int_equal(seen.count, 2);
	assert_true(next_ms == 0);
	forget(&seen);
}

static void
what_policy_took_is_summed_up(void **state)
{
	static const uint64_t sizes[] = { 100, 1000, INT64_MAX, INT64_MAX };
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	int64_t bob = add_user(place->store, "bob");
	uint64_t of_user = 0, of_all = 0;

	for (size_t i = 0; i < 4; i++) {
		int64_t uid = i == 1 ? bob : anna;
		struct store_message message =
		    receive(place->store, uid, 1, sizes[i], false);
		struct store_transfer row = { .message = message.row,
			.number = 1,
			.uid = uid,
			.automatic = true,
			.changed_ms = i < 2 ? 50 : 10 };

		assert_int_equal(store_transfer_put(place->store, &row), 0);
	}
	assert_int_equal(
	    store_transfer_automatic(place->store, anna, 50, &of_user, &of_all),
	    0);
	assert_true(of_user == 100);
	assert_true(of_all == 1100);
	/* Sizes of strangers, which do not add up. */
	assert_int_equal(
	    store_transfer_automatic(place->store, anna, 0, &of_user, &of_all),
	    0);
	assert_true(of_user >= INT64_MAX / 2);
}

static void
a_number_of_a_request_is_taken_once(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna");
	int64_t bob = add_user(place->store, "bob");

	assert_int_equal(store_replay_take(place->store, anna, 5), 0);
	assert_int_equal(
	    store_replay_take(place->store, anna, 5), CAM_ERR_REFUSED);
	assert_int_equal(
	    store_replay_take(place->store, anna, 4), CAM_ERR_REFUSED);
	assert_int_equal(store_replay_take(place->store, bob, 4), 0);
	assert_int_equal(store_replay_take(place->store, anna, 6), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(an_offer_that_came_is_offered),
		TEST_OF_STORE(what_is_put_is_there_again),
		TEST_OF_STORE(what_is_sealed_is_not_listed_before_it_is_opened),
		TEST_OF_STORE(each_recipient_has_a_transfer_of_his_own),
		TEST_OF_STORE(a_source_is_what_it_was),
		TEST_OF_STORE(all_of_it_goes_with_its_message),
		TEST_OF_STORE(a_list_comes_in_pages),
		TEST_OF_STORE(a_list_has_what_was_asked_for),
		TEST_OF_STORE(what_is_too_old_expires_once),
		TEST_OF_STORE(what_policy_took_is_summed_up),
		TEST_OF_STORE(a_number_of_a_request_is_taken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
