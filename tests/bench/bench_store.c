/*
 * bench_store.c: messages of links a second into the history, against plain
 * SQLite that keeps the same rows.
 *
 * Both write in batches, each one transaction that is on disk before the next
 * begins: the message, its hash, its number in the talk, and its words.
 */
#include <sqlite3.h>

#include "base/err.h"
#include "bench.h"
#include "store/message.h"
#include "store/store.h"
#include "store/talk.h"
#include "store/user.h"

enum { USERS = 100, MESSAGES = 5000, ROUNDS = 7 };

static const size_t batches[] = { 1, 16, 64, 256 };

/* What differs from one message to the next. */
struct item {
	char id[ID_SIZE];
	struct store_hash hash;
	char text[256];
};

static void
make_items(struct item *items, unsigned round)
{
	static const char *const words[] = { "meeting", "tomorrow", "please",
		"report", "server", "project", "office", "lunch", "update",
		"customer", "order", "delivery", "invoice", "thanks", "printer",
		"budget" };

	for (size_t i = 0; i < MESSAGES; i++) {
		size_t n = 0;

		random_id(items[i].id);
		random_bytes(items[i].hash.hash, sizeof items[i].hash.hash);
		items[i].hash.expires_ms =
		    (int64_t)round * MESSAGES + (int64_t)i;
		for (int w = 0; w < 12; w++)
			n += (size_t)snprintf(items[i].text + n,
			    sizeof items[i].text - n, "%s ",
			    words[(i * 7 + (size_t)w * w + round) % 16]);
		snprintf(items[i].text + n, sizeof items[i].text - n,
		    "number %zu of round %u", i, round);
	}
}

/* -- ours -------------------------------------------------------------------
 */

struct ours {
	struct store *store;
	int64_t uids[USERS];
	int64_t talks[USERS];
	uint64_t number;
	double time_ms;
};

static void
check(struct store *store, int err, const char *what)
{
	if (err != 0)
		die("%s: %s (%s)", what, cam_strerror(err),
		    store != NULL ? store_problem(store) : "");
}

static void
ours_open(struct ours *ours, const char *path)
{
	char problem[STORE_PROBLEM_SIZE], name[32];

	if (store_open(path, STORE_WRITE, problem, &ours->store) != 0)
		die("%s", problem);
	check(ours->store, store_begin(ours->store), "begin");
	for (size_t i = 0; i < USERS; i++) {
		struct store_user user = { .logon = name, .host = "bench" };

		snprintf(name, sizeof name, "user%zu", i);
		check(ours->store, store_user_put(ours->store, &user), name);
		ours->uids[i] = user.uid;
		check(ours->store,
		    store_talk_make(ours->store, &user.uid, 1, &ours->talks[i]),
		    "talk");
	}
	check(ours->store, store_commit(ours->store), "commit");
	ours->time_ms = 1700000000000.0;
}

static void
ours_add(struct ours *ours, const struct item *item, size_t i)
{
	struct store_place at = { .talk = { (uint8_t)(i % USERS), 1 },
		.device = { (uint8_t)(i % USERS), 2 } };
	struct store_message message = {
		.talk = ours->talks[i % USERS],
		.from = ours->uids[i % USERS],
		.time_ms = (int64_t)(ours->time_ms += 20),
		.text = item->text,
		.state = STORE_DELIVERED,
		.encryption = STORE_CAM1,
		.signature = STORE_PINNED,
		.place = &at,
		.sequence = ours->number + i / USERS + 1,
	};
	int64_t duplicate_of;

	memcpy(message.id, item->id, sizeof message.id);
	check(ours->store,
	    store_message_receive(
		ours->store, &message, NULL, 0, &item->hash, 1, &duplicate_of),
	    "receive");
	if (duplicate_of != 0 || message.missing != 0)
		die("it is no duplicate, and nothing is missing");
}

/* Messages a second. */
static double
ours_round(struct ours *ours, const struct item *items, size_t batch)
{
	double begin = now_ms();

	for (size_t i = 0; i < MESSAGES;) {
		check(ours->store, store_begin(ours->store), "begin");
		for (size_t n = 0; n < batch && i < MESSAGES; n++, i++)
			ours_add(ours, &items[i], i);
		check(ours->store, store_commit(ours->store), "commit");
	}
	ours->number += MESSAGES / USERS;
	return MESSAGES / ((now_ms() - begin) / 1e3);
}

/* -- plain SQLite -----------------------------------------------------------
 */

struct bare {
	sqlite3 *db;
	sqlite3_stmt *message, *seen, *sequence, *words;
	int64_t row;
};

static void
bare_run(struct bare *bare, const char *sql)
{
	if (sqlite3_exec(bare->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("%s: %s", sql, sqlite3_errmsg(bare->db));
}

static sqlite3_stmt *
bare_prepare(struct bare *bare, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(bare->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		die("%s: %s", sql, sqlite3_errmsg(bare->db));
	return stmt;
}

static void
bare_open(struct bare *bare, const char *path)
{
	if (sqlite3_open(path, &bare->db) != SQLITE_OK)
		die("%s: %s", path, sqlite3_errmsg(bare->db));
	bare_run(bare,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "PRAGMA cache_size=-8192;"
	    "CREATE TABLE message(row INTEGER PRIMARY KEY, id BLOB, talk,"
	    " sender, time_ms, state, encryption, signed, sequence, text);"
	    "CREATE INDEX message_talk ON message(talk);"
	    "CREATE INDEX message_id ON message(id);"
	    "CREATE TABLE seen(hash BLOB PRIMARY KEY, expires_ms, message)"
	    " WITHOUT ROWID;"
	    "CREATE TABLE sequence(talk BLOB, device BLOB, last,"
	    " PRIMARY KEY(talk, device)) WITHOUT ROWID;"
	    "CREATE VIRTUAL TABLE words USING fts5(text, content='',"
	    " columnsize=0, detail=none);");
	bare->message = bare_prepare(bare,
	    "INSERT INTO message VALUES(?1, ?2, ?3, ?3, ?4, 3, 3, 2, ?5, ?6)");
	bare->seen = bare_prepare(bare, "INSERT INTO seen VALUES(?1, ?2, ?3)");
	bare->sequence = bare_prepare(
	    bare, "INSERT OR REPLACE INTO sequence VALUES(?1, ?2, ?3)");
	bare->words =
	    bare_prepare(bare, "INSERT INTO words(rowid, text) VALUES(?1, ?2)");
}

static void
bare_close(struct bare *bare)
{
	sqlite3_finalize(bare->message);
	sqlite3_finalize(bare->seen);
	sqlite3_finalize(bare->sequence);
	sqlite3_finalize(bare->words);
	sqlite3_close(bare->db);
}

static void
bare_step(struct bare *bare, sqlite3_stmt *stmt)
{
	if (sqlite3_step(stmt) != SQLITE_DONE)
		die("insert: %s", sqlite3_errmsg(bare->db));
	sqlite3_reset(stmt);
}

static void
bare_add(struct bare *bare, const struct item *item, size_t i)
{
	uint8_t talk[16] = { (uint8_t)(i % USERS), 1 };

	bare->row++;
	sqlite3_bind_int64(bare->message, 1, bare->row);
	sqlite3_bind_blob(bare->message, 2, item->id, 16, SQLITE_STATIC);
	sqlite3_bind_int64(bare->message, 3, (sqlite3_int64)(i % USERS));
	sqlite3_bind_int64(bare->message, 4, 1700000000000 + bare->row);
	sqlite3_bind_int64(bare->message, 5, bare->row / USERS);
	sqlite3_bind_text(bare->message, 6, item->text, -1, SQLITE_STATIC);
	bare_step(bare, bare->message);
	sqlite3_bind_blob(bare->seen, 1, item->hash.hash, 16, SQLITE_STATIC);
	sqlite3_bind_int64(bare->seen, 2, item->hash.expires_ms);
	sqlite3_bind_int64(bare->seen, 3, bare->row);
	bare_step(bare, bare->seen);
	sqlite3_bind_blob(bare->sequence, 1, talk, 16, SQLITE_STATIC);
	sqlite3_bind_blob(bare->sequence, 2, talk, 16, SQLITE_STATIC);
	sqlite3_bind_int64(bare->sequence, 3, bare->row / USERS);
	bare_step(bare, bare->sequence);
	sqlite3_bind_int64(bare->words, 1, bare->row);
	sqlite3_bind_text(bare->words, 2, item->text, -1, SQLITE_STATIC);
	bare_step(bare, bare->words);
}

static double
bare_round(struct bare *bare, const struct item *items, size_t batch)
{
	double begin = now_ms();

	for (size_t i = 0; i < MESSAGES;) {
		bare_run(bare, "BEGIN");
		for (size_t n = 0; n < batch && i < MESSAGES; n++, i++)
			bare_add(bare, &items[i], i);
		bare_run(bare, "COMMIT");
	}
	return MESSAGES / ((now_ms() - begin) / 1e3);
}

/* -- both -------------------------------------------------------------------
 */

static void
measure(struct ours *ours, struct bare *bare, size_t batch)
{
	static struct item items[MESSAGES];
	double product[ROUNDS], anchor[ROUNDS];
	char name[64];
	/* One at a time it is the disk that is measured: once will do. */
	size_t rounds = batch == 1 ? 1 : ROUNDS;

	for (unsigned i = 0; i < rounds; i++) {
		make_items(items, i);
		product[i] = ours_round(ours, items, batch);
		anchor[i] = bare_round(bare, items, batch);
	}
	snprintf(
	    name, sizeof name, "store: messages received, %zu a commit", batch);
	report_rounds(name, product, "/s", "plain SQLite", anchor, rounds,
	    batch >= 64 ? -0.7 : 0);
}

int
main(int argc, char **argv)
{
	char path[512];
	struct ours ours = { 0 };
	struct bare bare = { 0 };

	snprintf(path, sizeof path, "%s/store-ours.db", scratch());
	ours_open(&ours, path);
	snprintf(path, sizeof path, "%s/store-bare.db", scratch());
	bare_open(&bare, path);
	for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
		measure(&ours, &bare, batches[i]);
	store_close(ours.store);
	bare_close(&bare);
	return 0;
}
