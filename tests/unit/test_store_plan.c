/* test_store_plan.c: no statement looks through a whole table, but those that
 * are asked for all of it. */
#include <sqlite3.h>

#include "store/connection.h"
#include "stores.h"

/* What SQLite may look through: small tables, or all that was asked for. */
static const char *const allowed[] = {
	"SCAN user",		 /* store_user_each() */
	"SCAN trust",		 /* store_trust_each() */
	"SCAN pin", "SCAN talk", /* their list and the sum of unread */
	"SCAN CONSTANT ROW", "SCAN waiting", /* whether there is any */
	"USE TEMP B-TREE FOR ORDER BY",	     /* the list of talks */
	"SCAN notice",			     /* those not yet confirmed */
	"SCAN sqlite_",			     /* which parts the index has */
	"SCAN delivery USING INDEX delivery_unfinished",
	"SCAN words_0 VIRTUAL TABLE INDEX ", /* by MATCH, see below */
};

static int
ignore_user(const struct store_user *user, void *arg)
{
	return 0;
}

static int
ignore_pin(const struct store_pin *pin, void *arg)
{
	return 0;
}

static int
ignore_talk(const struct store_talk *talk, void *arg)
{
	return 0;
}

static int
ignore_delivery(const struct store_delivery *delivery, void *arg)
{
	return 0;
}

static int
ignore_notice(const struct store_notice *notice, void *arg)
{
	return 0;
}

static int
ignore_offer(const struct store_offer *offer, void *arg)
{
	return 0;
}

static int
ignore_transfer(const struct store_transfer *transfer, void *arg)
{
	return 0;
}

static int
ignore_source(const struct store_source *source, void *arg)
{
	return 0;
}

static int
ignore_trust(const struct store_trust *trust, void *arg)
{
	return 0;
}

static void
use_trust(struct store *store, int64_t uid)
{
	struct store_trust trust = { .uid = uid, .challenger = uid };

	assert_int_equal(store_trust_put(store, &trust), 0);
	assert_int_equal(store_trust_each(store, ignore_trust, NULL), 0);
	assert_int_equal(store_trust_remove(store, uid), 0);
	assert_int_equal(store_trust_put(store, &trust), 0);
}

static void
use_changes(struct store *store, int64_t uid)
{
	static const struct store_place at = { { 1 }, { 2 } };
	struct store_message out = { .talk = talk_with(store, uid),
		.text = "sent" };
	struct store_message in = { .talk = out.talk,
		.from = uid,
		.id = "abcd0000000000000000000000000001",
		.text = "meeting",
		.place = &at,
		.has_offers = true };
	struct store_message change = {
		.type = STORE_EDIT, .from = uid, .text = "changed", .place = &at
	};
	struct store_message ours = { .type = STORE_DELETION };
	struct store_delivery first = { .uid = uid }, second = first;
	struct store_hash hash = { { 6 }, 10, 0 };
	int64_t target, duplicate_of;
	enum store_outcome outcome;
	uint64_t number;

	memcpy(change.reply_to, in.id, sizeof in.id);
	/* Before its message, before a number, with it, and too late. */
	for (uint64_t i = 1; i <= 8; i++) {
		hash.hash[1] = (uint8_t)i;
		change.sequence = i == 5 ? 4 : 10 * i;
		in.sequence = 25;
		if (i == 2)
			assert_int_equal(store_message_receive(store, &in, NULL,
					     0, NULL, 0, &duplicate_of),
			    0);
		change.type = i < 6 ? STORE_EDIT : STORE_DELETION;
		assert_int_equal(store_change_receive(store, &change, &hash, 1,
				     &outcome, &target),
		    0);
	}
	assert_int_equal(store_message_send(store, &out, &first, 1), 0);
	assert_int_equal(store_sequence_give(store, out.row, &at, &number), 0);
	assert_int_equal(store_sequence_last(store, &at, &number), 0);
	memcpy(ours.reply_to, out.id, sizeof out.id);
	assert_int_equal(
	    store_change_send(store, &ours, &second, 1, &target), 0);
}

static void
use_users(struct store *store, int64_t uid)
{
	struct store_pin pin = {
		.uid = uid, .bits = 2048, .n = { (const uint8_t *)"n", 1 }
	};
	struct store_user *user = NULL;
	int64_t other = add_user(store, "bob");
	bool kept;

	add_user(store, "bob");
	assert_int_equal(store_user_get(store, uid, &user), 0);
	assert_int_equal(store_user_put(store, user), 0);
	free(user);
	assert_int_equal(store_user_each(store, ignore_user, NULL), 0);
	assert_int_equal(store_pin_add(store, &pin), 0);
	assert_int_equal(store_pin_add(store, &pin), 0);
	assert_int_equal(store_pin_mark(store, uid, 2048, true, 0), 0);
	assert_int_equal(store_pin_each(store, 0, ignore_pin, NULL), 0);
	assert_int_equal(store_pin_each(store, uid, ignore_pin, NULL), 0);
	assert_int_equal(store_user_merge(store, other, uid), 0);
	add_user(store, "gone");
	assert_int_equal(store_user_forget(store, 5000, NULL, NULL), 0);
	assert_int_equal(
	    store_user_drop(store, add_user(store, "gone"), &kept), 0);
}

static void
use_records(struct store *store, int64_t uid, int64_t row)
{
	struct store_notice notice = { .message = row };
	struct store_delivery delivery;
	struct store_talk talk;
	int64_t count;
	uint32_t packet_no;

	assert_int_equal(store_delivery_find(store, 7, &delivery), 0);
	assert_int_equal(store_delivery_put(store, &delivery), 0);
	assert_int_equal(
	    store_delivery_get(store, delivery.message, uid, &delivery), 0);
	assert_int_equal(
	    store_delivery_each(store, delivery.message, ignore_delivery, NULL),
	    0);
	assert_int_equal(
	    store_delivery_unfinished(store, ignore_delivery, NULL), 0);
	assert_int_equal(store_packet_no_max(store, &packet_no), 0);
	assert_int_equal(store_notice_put(store, &notice), 0);
	assert_int_equal(store_notice_each(store, ignore_notice, NULL), 0);
	assert_int_equal(store_notice_remove(store, row), 0);
	assert_int_equal(store_offer_each(store, row, ignore_offer, NULL), 0);
	assert_int_equal(store_talk_each(store, ignore_talk, NULL), 0);
	assert_int_equal(
	    store_talk_get(store, talk_with(store, uid), &talk), 0);
	assert_int_equal(store_talk_unread(store, &count), 0);
	assert_int_equal(
	    store_talk_read(store, talk_with(store, uid), &count), 0);
	assert_int_equal(store_profile_set(store, "a", "b"), 0);
	assert_int_equal(store_profile_set(store, "a", NULL), 0);
}

static void
use_messages(struct store *store, int64_t uid, int64_t *row)
{
	int64_t talk = talk_with(store, uid), duplicate_of, found;
	struct store_offer offer = { .number = 1, .name = "x" };
	struct store_hash hash = { { 5 }, 10, 0 };
	struct store_message in = {
		.talk = talk, .from = uid, .sealed = true, .text = "meeting"
	};
	struct store_message out = { .talk = talk, .text = "meeting" };
	struct store_delivery delivery = {
		.uid = uid, .packet_no = 7, .state = STORE_SENT
	};
	bool more;

	assert_int_equal(store_message_receive(
			     store, &in, &offer, 1, &hash, 1, &duplicate_of),
	    0);
	assert_int_equal(store_message_send(store, &out, &delivery, 1), 0);
	assert_int_equal(
	    store_message_find(store, in.id, NULL, 0, NULL, &found), 0);
	assert_int_equal(store_message_open(store, in.row), 0);
	assert_int_equal(
	    store_message_set_state(store, out.row, STORE_DELIVERED), 0);
	*row = in.row;
	hash.expires_ms = 20;
	assert_int_equal(
	    store_seen_add(store, &hash, in.row, &duplicate_of), 0);
	assert_int_equal(store_tend(store, 1, &more), 0);
}

static void
use_transfers(struct store *store, int64_t uid)
{
	static const uint8_t digest[STORE_FILE_DIGEST_SIZE];
	const struct store_offer offer = { .number = 1, .name = "x" };
	const struct store_source source = { .number = 1, .path = "/x" };
	struct store_delivery delivery = { .uid = uid };
	struct store_message out = { .talk = talk_with(store, uid),
		.text = "",
		.offers = &offer,
		.sources = &source,
		.offer_count = 1 };
	struct store_transfer_query query = { .sent = true, .limit = 5 };
	struct store_transfer *transfer = NULL;
	struct store_source *copy = NULL;
	uint64_t of_user, of_all;
	int64_t next_ms;

	assert_int_equal(store_message_send(store, &out, &delivery, 1), 0);
	assert_int_equal(store_source_get(store, out.row, 1, &copy), 0);
	assert_int_equal(store_source_withdraw(store, out.row, 1), 0);
	assert_int_equal(
	    store_source_each_spool(store, ignore_source, NULL), 0);
	assert_int_equal(store_offer_set_digest(store, out.row, 1, digest), 0);
	assert_int_equal(
	    store_transfer_get(store, out.row, 1, uid, &transfer), 0);
	assert_int_equal(store_transfer_put(store, transfer), 0);
	assert_int_equal(
	    store_transfer_each(store, out.row, ignore_transfer, NULL), 0);
	assert_int_equal(
	    store_transfer_unfinished(store, ignore_transfer, NULL), 0);
	assert_int_equal(
	    store_transfer_list(store, &query, ignore_transfer, NULL), 0);
	assert_int_equal(
	    store_transfer_expire(store, 1, ignore_transfer, NULL, &next_ms),
	    0);
	assert_int_equal(
	    store_transfer_automatic(store, uid, 0, &of_user, &of_all), 0);
	assert_int_equal(store_replay_take(store, uid, 1), 0);
	free(transfer);
	free(copy);
}

static void
use_history(struct store *store, int64_t uid)
{
	static const char *const words[] = { NULL, "meeting", "\"a meeting\"" };
	struct rows rows;

	for (size_t i = 0; i < 3 * 2 * 2 * 2 * 2; i++) {
		struct store_query query = { .words = words[i % 3],
			.limit = 5 };

		if (i / 3 & 1)
			query.user = uid;
		if (i / 3 & 2)
			query.talk = talk_with(store, uid);
		if (i / 3 & 4)
			query.since_ms = 1;
		if (i / 3 & 8)
			query.after_row = -1;
		find_rows(store, query, &rows);
	}
}

static bool
is_allowed(const char *line)
{
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
		if (strncmp(line, allowed[i], strlen(allowed[i])) == 0)
			return true;
	}
	return strncmp(line, "SCAN", 4) != 0 &&
	       strncmp(line, "USE TEMP", 8) != 0;
}

static void
assert_plan(sqlite3 *db, const char *sql)
{
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(
	    sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(stmt, 3);

		if (!is_allowed(line))
			fail_msg("%s\n%s", sql, line);
		/* The index answers by words and rows, M is for MATCH. */
		if (strstr(line, "VIRTUAL TABLE") != NULL)
			assert_non_null(strstr(line, ":M1><"));
	}
	sqlite3_finalize(stmt);
	sqlite3_free(explain);
}

static void
no_statement_looks_through_a_table(void **state)
{
	struct place *place = *state;
	struct store *store = place->store;
	int64_t uid = add_user(store, "anna"), row = 0;
	size_t count = 0;

	use_messages(store, uid, &row);
	use_trust(store, uid);
	use_changes(store, uid);
	use_users(store, uid);
	use_records(store, uid, row);
	use_transfers(store, uid);
	use_history(store, uid);
	assert_int_equal(store_message_remove(store, row), 0);
	for (sqlite3_stmt *stmt = sqlite3_next_stmt(store->db, NULL);
	     stmt != NULL; stmt = sqlite3_next_stmt(store->db, stmt)) {
		const char *sql = sqlite3_sql(stmt);

		/* FTS5 has its own. */
		if (strstr(sql, "%_") != NULL ||
		    strstr(sql, "'main'") != NULL ||
		    strstr(sql, "PRAGMA") != NULL)
			continue;
		assert_plan(store->db, sql);
		count++;
	}
	assert_true(count > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(no_statement_looks_through_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
