/* test_store_migrate.c: databases of earlier versions, brought up to date. */
#include <sqlite3.h>

#include "kill_at.h"
#include "store/connection.h"
#include "store/tokenizer.h"
#include "stores.h"

/* As the first cam made them, for ever. */
static const char *const tables_1 =
    "CREATE TABLE user("
    " uid INTEGER PRIMARY KEY AUTOINCREMENT,"
    " logon TEXT NOT NULL COLLATE NOCASE,"
    " host TEXT NOT NULL COLLATE NOCASE,"
    " fingerprint TEXT NOT NULL COLLATE NOCASE,"
    " nick TEXT NOT NULL, grp TEXT NOT NULL, addr TEXT NOT NULL,"
    " port INTEGER NOT NULL, status INTEGER NOT NULL, word INTEGER NOT NULL,"
    " version TEXT NOT NULL, charset INTEGER NOT NULL, client INTEGER NOT NULL,"
    " entered_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL,"
    " first_seen_ms INTEGER NOT NULL, strength INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, hidden INTEGER NOT NULL,"
    " second INTEGER NOT NULL, alias TEXT NOT NULL,"
    " merged_into INTEGER NOT NULL, forgotten INTEGER NOT NULL,"
    " kept INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX user_name ON user(logon, host, fingerprint);"
    "CREATE INDEX user_merged ON user(merged_into) WHERE merged_into > 0;"
    "CREATE INDEX user_seen ON user(last_seen_ms) WHERE forgotten = 0;"

    "CREATE TABLE pin("
    " uid INTEGER NOT NULL REFERENCES user(uid), bits INTEGER NOT NULL,"
    " n BLOB NOT NULL, e INTEGER NOT NULL, word INTEGER NOT NULL,"
    " pinned_ms INTEGER NOT NULL, verified INTEGER NOT NULL,"
    " PRIMARY KEY(uid, bits)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE talk("
    " talk INTEGER PRIMARY KEY, users TEXT NOT NULL UNIQUE,"
    " last_row INTEGER NOT NULL DEFAULT 0,"
    " read_row INTEGER NOT NULL DEFAULT 0,"
    " unread INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO talk(talk, users) VALUES(1, '*');"
    "CREATE TABLE talk_user("
    " uid INTEGER NOT NULL REFERENCES user(uid), talk INTEGER NOT NULL,"
    " PRIMARY KEY(uid, talk)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE message("
    " row INTEGER PRIMARY KEY, id BLOB NOT NULL,"
    " talk INTEGER NOT NULL REFERENCES talk(talk),"
    " sender INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL, encryption INTEGER NOT NULL,"
    " signed INTEGER NOT NULL, marks INTEGER NOT NULL,"
    " packet_no INTEGER NOT NULL, reply_to BLOB, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX message_talk ON message(talk);"
    "CREATE INDEX message_id ON message(row >> 17, substr(id, 1, 4));"
    "CREATE TABLE hour("
    " hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER) STRICT;"
    "CREATE INDEX hour_open ON hour(last) WHERE last IS NULL;"

    "CREATE TABLE delivery("
    " message INTEGER NOT NULL REFERENCES message(row) ON DELETE CASCADE,"
    " uid INTEGER NOT NULL, packet_no INTEGER NOT NULL,"
    " state INTEGER NOT NULL, receipt INTEGER NOT NULL,"
    " encryption INTEGER NOT NULL, clear INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, next_try_ms INTEGER NOT NULL,"
    " delivered_ms INTEGER NOT NULL, opened_ms INTEGER NOT NULL,"
    " error TEXT NOT NULL, PRIMARY KEY(message, uid)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX delivery_packet ON delivery(packet_no) WHERE packet_no > 0;"
    "CREATE INDEX delivery_unfinished ON delivery(message)"
    " WHERE state IN (1, 2);"

    "CREATE TABLE offer("
    " message INTEGER NOT NULL REFERENCES message(row) ON DELETE CASCADE,"
    " number INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
    " mtime INTEGER NOT NULL, attr INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " PRIMARY KEY(message, number)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE notice("
    " message INTEGER PRIMARY KEY REFERENCES message(row) ON DELETE CASCADE,"
    " packet_no INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " next_try_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE seen("
    " hash BLOB PRIMARY KEY, expires_ms INTEGER NOT NULL,"
    " message INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX seen_expires ON seen(expires_ms);"

    "CREATE TABLE profile("
    " name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;";

static const char *const rows_1 =
    "PRAGMA application_id = 1667329329; PRAGMA user_version = 1;"
    "INSERT INTO user VALUES(7, 'anna', 'pc1', '', 'Anna', 'Sales', '10.0.0.1',"
    " 2425, 0, 0, '', 0, 0, 1, 2, 1, 2, 0, 0, 0, '', 0, 0, 1);"
    "INSERT INTO pin VALUES(7, 2048, x'c0ffee', 65537, 3, 1000, 1);"
    "INSERT INTO talk VALUES(2, '7', 3, 1, 1);"
    "INSERT INTO talk_user VALUES(7, 2);"
    "INSERT INTO message VALUES(1, x'aaaa0000000000000000000000000001', 2, 7,"
    " 1000, 3, 2, 2, 0, 77, NULL, 'the old meeting');"
    "INSERT INTO message VALUES(2, x'aaaa0000000000000000000000000002', 2, 0,"
    " 2000, 1, 2, 0, 0, 0, x'aaaa0000000000000000000000000001',"
    " 'answers the meeting');"
    "INSERT INTO message VALUES(3, x'aaaa0000000000000000000000000003', 2, 7,"
    " 3000, 3, 0, 0, 32, 78, NULL, 'with a plan');"
    "INSERT INTO hour VALUES(0, 1, NULL);"
    "INSERT INTO delivery VALUES(2, 7, 500, 1, 0, 2, 0, 4, 9000, 0, 0, '');"
    "INSERT INTO offer VALUES(3, 1, 'plan.pdf', 10, 20, 1, 0);"
    "INSERT INTO notice VALUES(1, 501, 1, 5);"
    "INSERT INTO seen VALUES(x'01000000000000000000000000000000', 9000, 1);"
    "INSERT INTO profile VALUES('store.last_row', 9);"
    "CREATE VIRTUAL TABLE words_0 USING fts5(text,"
    " content='', columnsize=0, detail=none, tokenize='cam');";

static const char *const texts[] = { "the old meeting", "answers the meeting",
	"with a plan" };

/* Their words, as index.c writes them. */
static void
add_words(struct store *store)
{
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(sqlite3_prepare_v2(store->db,
			     "INSERT INTO words_0(rowid, text) VALUES(?1,"
			     " char(1) || 't2' || char(2) || ?2)",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	for (int i = 0; i < 3; i++) {
		sqlite3_bind_int(stmt, 1, i + 1);
		sqlite3_bind_text(stmt, 2, texts[i], -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
}

static int
old_setup(void **state)
{
	struct place *place = place_new();
	struct store raw = { .mode = STORE_WRITE };

	assert_int_equal(sqlite3_open(place->path, &raw.db), SQLITE_OK);
	assert_int_equal(tokenizer_register(&raw), 0);
	assert_int_equal(sqlite3_exec(raw.db, "PRAGMA synchronous = OFF; BEGIN",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(raw.db, tables_1, NULL, NULL, NULL), SQLITE_OK);
	if (sqlite3_exec(raw.db, rows_1, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(raw.db));
	add_words(&raw);
	assert_int_equal(
	    sqlite3_exec(raw.db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(raw.db);
	*state = place;
	return 0;
}

#define TEST_OF_OLD(test)                                                      \
	cmocka_unit_test_setup_teardown(test, old_setup, place_teardown)

static size_t
hits(struct place *place, const char *words)
{
	struct rows rows;

	find_rows(place->store,
	    (struct store_query){ .words = words, .limit = 10 }, &rows);
	return rows.count;
}

static int
take_offer(const struct store_offer *offer, void *arg)
{
	*(uint64_t *)arg = offer->size;
	return 0;
}

static int
take_notice(const struct store_notice *notice, void *arg)
{
	*(uint32_t *)arg = notice->packet_no;
	return 0;
}

static int
take_pin(const struct store_pin *pin, void *arg)
{
	assert_true(pin->verified);
	*(size_t *)arg = pin->n.len;
	return 0;
}

static void
everything_is_still_there(void **state)
{
	struct store_transfer *transfer = NULL;
	struct place *place = *state;
	struct store_message *message = NULL;
	struct store_delivery delivery;
	struct store_user *user = NULL;
	struct store_talk talk;
	struct store_hash hash = { .hash = { 1 } };
	int64_t earlier = 0;
	uint64_t size = 0;
	uint32_t packet_no = 0;
	size_t len = 0;

	place_open(place);
	assert_int_equal(store_user_get(place->store, 7, &user), 0);
	assert_string_equal(user->nick, "Anna");
	free(user);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    store_message_get(place->store, i + 1, &message), 0);
		assert_string_equal(message->text, texts[i]);
		assert_int_equal(message->type, STORE_MESSAGE);
		assert_int_equal(message->sequence, 0);
		assert_int_equal(message->changed_ms, 0);
		assert_int_equal(message->missing, 0);
		assert_false(message->deleted);
		assert_int_equal(message->has_offers, i == 2);
		assert_int_equal(message->read, i < 2);
		free(message);
	}
	assert_int_equal(store_delivery_get(place->store, 2, 7, &delivery), 0);
	assert_int_equal(delivery.attempts, 4);
	assert_int_equal(delivery.packet_no, 500);
	assert_int_equal(
	    store_offer_each(place->store, 3, take_offer, &size), 0);
	assert_int_equal(size, 10);
	assert_int_equal(
	    store_transfer_get(place->store, 3, 1, 7, &transfer), 0);
	assert_int_equal(transfer->stage, STORE_OFFERED);
	assert_true(transfer->offer.expires_ms == 7 * 24 * 3600 * 1000 + 3000);
	free(transfer);
	assert_int_equal(
	    store_notice_each(place->store, take_notice, &packet_no), 0);
	assert_int_equal(packet_no, 501);
	assert_int_equal(store_pin_each(place->store, 7, take_pin, &len), 0);
	assert_int_equal(len, 3);
	assert_int_equal(store_seen_find(place->store, &hash, &earlier), 0);
	assert_int_equal(earlier, 1);
	assert_int_equal(store_talk_get(place->store, 2, &talk), 0);
	assert_int_equal(talk.unread, 1);
	assert_int_equal(hits(place, "meeting"), 2);
	assert_int_equal(hits(place, NULL), 3);
}

static void
what_was_written_before_can_be_changed_now(void **state)
{
	static const struct store_place ours = { { 1 }, { 1 } };
	struct place *place = *state;
	struct store_delivery delivery = { .uid = 7, .state = STORE_QUEUED };
	struct store_message edit = { .type = STORE_EDIT,
		.reply_to = "aaaa0000000000000000000000000002",
		.text = "answers the party",
		.place = &ours };
	struct store_trust trust = { .uid = 7 };
	int64_t target = 0;
	uint64_t number = 0;

	place_open(place);
	assert_int_equal(
	    store_change_send(place->store, &edit, &delivery, 1, &target), 0);
	assert_int_equal(target, 2);
	assert_true(edit.row > 9);
	assert_int_equal(edit.sequence, 1);
	assert_int_equal(
	    store_sequence_give(place->store, 2, &ours, &number), 0);
	assert_int_equal(number, 2);
	assert_int_equal(hits(place, "meeting"), 1);
	assert_int_equal(hits(place, "party"), 1);
	assert_int_equal(store_trust_put(place->store, &trust), 0);
	place_close(place);
	place_open(place);
	assert_int_equal(hits(place, "party"), 1);
}

static void
a_reader_waits_until_a_writer_has_brought_it_up_to_date(void **state)
{
	struct place *place = *state;
	struct store *reader = NULL;
	char problem[STORE_PROBLEM_SIZE];

	assert_int_equal(chmod(place->path, 0600), 0);
	assert_int_equal(store_open(place->path, STORE_READ, problem, &reader),
	    CAM_ERR_VERSION);
	place_open(place);
	assert_int_equal(
	    store_open(place->path, STORE_READ, problem, &reader), 0);
	store_close(reader);
}

static void
migrate(void *arg)
{
	struct place *place = arg;
	struct store *store = NULL;

	if (store_open(place->path, STORE_WRITE, NULL, &store) != 0)
		_exit(1);
	store_close(store);
}

/* At one system call after the other: what is left can be finished. */
static void
a_migration_that_is_killed_loses_nothing(void **state)
{
	bool is_killed = true;

	for (unsigned n = 1; is_killed; n += 7) {
		struct place *place = NULL;

		assert_int_equal(old_setup((void **)&place), 0);
		is_killed = kill_at(migrate, place, n);
		place_open(place);
		assert_int_equal(hits(place, "meeting"), 2);
		place_free(place);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_OLD(everything_is_still_there),
		TEST_OF_OLD(what_was_written_before_can_be_changed_now),
		TEST_OF_OLD(
		    a_reader_waits_until_a_writer_has_brought_it_up_to_date),
		cmocka_unit_test(a_migration_that_is_killed_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
