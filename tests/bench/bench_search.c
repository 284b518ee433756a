/*
 * bench_search.c: the history's search, size and inserts, against plain SQLite
 * with a trigram index and plans written by hand.
 *
 *	bench_search BUILD
 *
 * SEARCH_N says how many messages (1,000,000), SEARCH_DIR a folder in which
 *both filled databases are kept between runs (else they are made anew).
 */
#include <sqlite3.h>

#include "base/err.h"
#include "bench.h"
#include "store/history.h"
#include "store/message.h"
#include "store/store.h"
#include "store/talk.h"
#include "store/user.h"

enum {
	USERS = 1500,
	BATCH = 1000,
	ROUNDS = 31,
	CALLS = 20, /* of one page, then it is seen how long they take */
	LIMIT = 50,
	FIRST_S = 1700000000,
	/* Whom a tenth of all messages is with. */
	TALKATIVE = 7,
	COMMON_USER = 777,
};

static uint64_t random_state = 88172645463325252u;

static uint64_t
next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* -- what is written --------------------------------------------------------
 */

static const char *const words[] = { "meeting", "tomorrow", "please", "report",
	"server", "project", "the", "a", "is", "at", "ten", "office", "lunch",
	"sent", "file", "update", "customer", "order", "delivery", "shipping",
	"invoice", "thanks", "ok", "call", "back", "printer", "broken", "room",
	"floor", "budget", "review", "draft", "release", "build", "test",
	"failed", "passed", "network", "cable", "switch" };
static const char *const japanese[] = { "会議", "会議室", "資料", "図面", "図",
	"確認", "お願いします", "明日", "本日", "来週", "です", "ました",
	"田中さん", "サーバー", "プリンター", "見積", "納品", "午後", "部品",
	"設計", "変更", "送付", "東京", "大阪", "電話", "了解" };

/* About 90 bytes: English, every tenth Japanese; some words are rare. */
static void
make_text(char *text, size_t size, uint64_t i)
{
	const char *const *list = words;
	size_t count = sizeof words / sizeof *words, n = 0;
	unsigned total = 5 + (unsigned)(next_random() % 12);
	bool is_japanese = i % 10 == 3;

	if (is_japanese) {
		list = japanese;
		count = sizeof japanese / sizeof *japanese;
	}
	for (unsigned w = 0; w < total; w++)
		n += (size_t)snprintf(text + n, size - n, "%s%s",
		    list[next_random() % count], is_japanese ? "" : " ");
	n += (size_t)snprintf(text + n, size - n, "%c%c%c%c%u",
	    (int)('a' + next_random() % 26), (int)('a' + next_random() % 26),
	    (int)('a' + next_random() % 26), (int)('a' + next_random() % 26),
	    (unsigned)(next_random() % 100000));
	if (i % 100000 == 77)
		n += (size_t)snprintf(text + n, size - n, " zebrafinch");
	if (i % 100000 == 13)
		n += (size_t)snprintf(text + n, size - n, "鷲");
	/* Common, and never together. */
	snprintf(text + n, size - n, "%s", i % 2 ? " odd" : " even");
}

static unsigned
user_of(uint64_t i)
{
	uint64_t draw = next_random();

	if (i % 100000 == 77 && (i / 100000) % 2)
		return TALKATIVE;
	return draw % 10 == 0 ? TALKATIVE : (unsigned)(draw / 10 % USERS);
}

struct source {
	uint64_t i;
	char text[1024];
	unsigned user;
	int64_t time_s;
};

static void
next_message(struct source *source)
{
	source->i++;
	make_text(source->text, sizeof source->text, source->i);
	source->user = user_of(source->i);
	/* 10 million are some three years. */
	source->time_s = FIRST_S + (int64_t)source->i * 10;
}

/* -- ours -------------------------------------------------------------------
 */

struct ours {
	struct store *store;
	int64_t uids[USERS];
	int64_t talks[USERS];
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
	char problem[STORE_PROBLEM_SIZE];
	char name[32];

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
}

/* Half of them are sent, with a delivery; half received, with a hash. */
static void
ours_add(struct ours *ours, const struct source *source)
{
	struct store_message message = {
		.talk = ours->talks[source->user],
		.time_ms = source->time_s * 1000,
		.text = source->text,
		.state = STORE_DELIVERED,
		.encryption = STORE_RSA2048_AES256,
	};
	struct store_delivery delivery = { .uid = ours->uids[source->user],
		.packet_no = (uint32_t)source->i,
		.state = STORE_DELIVERED,
		.receipt = STORE_REPORTED,
		.encryption = STORE_RSA2048_AES256,
		.attempts = 1,
		.delivered_ms = source->time_s * 1000 };
	int64_t duplicate_of;

	if (source->i & 1) {
		check(ours->store,
		    store_message_send(ours->store, &message, &delivery, 1),
		    "send");
		return;
	}
	message.from = ours->uids[source->user];
	message.packet_no = (uint32_t)source->i;
	message.signature = STORE_PINNED;
	check(ours->store,
	    store_message_receive(
		ours->store, &message, NULL, 0, NULL, 0, &duplicate_of),
	    "receive");
}

static void
ours_fill(struct ours *ours, struct source *source, uint64_t count)
{
	for (uint64_t n = 0; n < count;) {
		check(ours->store, store_begin(ours->store), "begin");
		for (int i = 0; i < BATCH && n < count; i++, n++) {
			next_message(source);
			ours_add(ours, source);
		}
		check(ours->store, store_commit(ours->store), "commit");
	}
}

/* What camd does when it is quiet, all at once. */
static void
ours_tend(struct ours *ours, uint64_t count)
{
	double begin = now_ms();
	bool more = true;

	while (more)
		check(ours->store, store_tend(ours->store, 1, &more), "tend");
	report("upkeep of a message", (now_ms() - begin) * 1e3 / (double)count,
	    "us", "goal", 20, (now_ms() - begin) * 1e3 / (double)count / 20, 0);
}

/* -- the bare way: sqlite, trigram, plans by hand -----------------------------
 */

struct bare {
	sqlite3 *db;
	sqlite3_stmt *add;
	sqlite3_stmt *index;
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
	    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
	    "CREATE TABLE IF NOT EXISTS m(id INTEGER PRIMARY KEY, ts INTEGER,"
	    " peer INTEGER, dir INTEGER, body TEXT);"
	    "CREATE INDEX IF NOT EXISTS mp ON m(peer, ts);"
	    "CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(body,"
	    " content='m', content_rowid='id', tokenize='trigram',"
	    " detail='none')");
	bare->add =
	    bare_prepare(bare, "INSERT INTO m VALUES(?1, ?2, ?3, ?4, ?5)");
	bare->index =
	    bare_prepare(bare, "INSERT INTO f(rowid, body) VALUES(?1, ?5)");
}

static void
bare_close(struct bare *bare)
{
	sqlite3_finalize(bare->add);
	sqlite3_finalize(bare->index);
	sqlite3_close(bare->db);
}

static void
bare_add(struct bare *bare, const struct source *source)
{
	sqlite3_bind_int64(bare->add, 1, (sqlite3_int64)source->i);
	sqlite3_bind_int64(bare->add, 2, source->time_s);
	sqlite3_bind_int64(bare->add, 3, source->user);
	sqlite3_bind_int64(bare->add, 4, source->i & 1);
	sqlite3_bind_text(bare->add, 5, source->text, -1, SQLITE_STATIC);
	sqlite3_bind_int64(bare->index, 1, (sqlite3_int64)source->i);
	sqlite3_bind_text(bare->index, 5, source->text, -1, SQLITE_STATIC);
	if (sqlite3_step(bare->add) != SQLITE_DONE ||
	    sqlite3_step(bare->index) != SQLITE_DONE)
		die("insert: %s", sqlite3_errmsg(bare->db));
	sqlite3_reset(bare->add);
	sqlite3_reset(bare->index);
}

static void
bare_fill(struct bare *bare, struct source *source, uint64_t count)
{
	for (uint64_t n = 0; n < count;) {
		bare_run(bare, "BEGIN");
		for (int i = 0; i < BATCH && n < count; i++, n++) {
			next_message(source);
			bare_add(bare, source);
		}
		bare_run(bare, "COMMIT");
	}
}

/* -- searching ----------------------------------------------------------------
 */

struct question {
	const char *name;
	const char *words;
	const char *sql; /* the bare way; NULL: there is none */
	int user;	 /* index + 1, 0: any */
	int day;	 /* since the start; 0: any */
	bool by_talk;	 /* ask for the talk, not for the user */
};

#define BARE_FIND(like)                                                        \
	"SELECT m.id, m.body FROM f CROSS JOIN m ON m.id = f.rowid"            \
	" WHERE f.body LIKE '%" like "%'"
#define BARE_NEWEST " ORDER BY f.rowid DESC LIMIT 50"
#define BARE_PEER(peer, like)                                                  \
	"SELECT id, body FROM m INDEXED BY mp WHERE peer = " peer              \
	" AND body LIKE '%" like "%' ORDER BY ts DESC LIMIT 50"
#define ANY NULL, 0, 0, false
#define BARE(sql) sql, 0, 0, false

static const struct question questions[] = {
	{ "rare word", "zebrafinch",
	    BARE(BARE_FIND("zebrafinch") BARE_NEWEST) },
	{ "common word", "customer", BARE(BARE_FIND("customer") BARE_NEWEST) },
	{ "absent word", "quxqux", BARE(BARE_FIND("quxqux") BARE_NEWEST) },
	{ "two common words", "customer invoice",
	    BARE(BARE_FIND(
		"customer") " AND f.body LIKE '%invoice%'" BARE_NEWEST) },
	{ "common and rare word", "customer zebrafinch",
	    BARE(BARE_FIND(
		"zebrafinch") " AND f.body LIKE '%customer%'" BARE_NEWEST) },
	{ "common words, never together", "odd even", ANY },
	{ "common phrase", "\"printer broken\"",
	    BARE(BARE_FIND("printer broken") BARE_NEWEST) },
	{ "common words, phrase nowhere", "\"odd meeting\"", ANY },
	{ "two characters, common", "会議", ANY },
	{ "one character, common", "図", ANY },
	{ "one character, rare", "鷲", ANY },
	{ "one character, absent", "鯱", ANY },
	{ "four characters", "設計変更",
	    BARE(BARE_FIND("設計変更") BARE_NEWEST) },
	{ "common word, user", "customer", BARE_PEER("777", "customer"),
	    COMMON_USER + 1, 0, false },
	{ "rare word, user", "zebrafinch", BARE_PEER("777", "zebrafinch"),
	    COMMON_USER + 1, 0, false },
	{ "two characters, talk", "会議", NULL, COMMON_USER + 1, 0, true },
	{ "common word, talkative user", "customer", BARE_PEER("7", "customer"),
	    TALKATIVE + 1, 0, false },
	{ "rare word, talkative user", "zebrafinch",
	    BARE_FIND("zebrafinch") " AND m.peer = 7" BARE_NEWEST,
	    TALKATIVE + 1, 0, false },
	{ "absent word, talkative user", "quxqux",
	    BARE_FIND("quxqux") " AND m.peer = 7" BARE_NEWEST, TALKATIVE + 1, 0,
	    false },
	{ "common word, a day long ago", "customer", NULL, 0, 10, false },
	{ "rare word, a day long ago", "zebrafinch", NULL, 0, 10, false },
	{ "newest", NULL,
	    BARE("SELECT id, body FROM m ORDER BY id DESC LIMIT 50") },
	{ "newest with user", NULL,
	    "SELECT id, body FROM m INDEXED BY mp WHERE peer = 777"
	    " ORDER BY ts DESC LIMIT 50",
	    COMMON_USER + 1, 0, false },
	{ "newest of a day long ago", NULL, NULL, 0, 10, false },
};

static int
count_message(const struct store_message *message, void *arg)
{
	size_t *count = arg;

	++*count;
	return 0;
}

/* One page, going on where the store says so; the longest call. */
static size_t
ours_search(struct store *store, struct store_query query, unsigned *calls,
    double *longest)
{
	size_t count = 0;
	int64_t next = 0;

	*calls = 0;
	*longest = 0;
	do {
		double begin = now_ms();

		query.limit = LIMIT - count;
		check(store,
		    store_history(store, &query, count_message, &count, &next),
		    "search");
		query.before_row = next;
		begin = now_ms() - begin;
		*longest = begin > *longest ? begin : *longest;
		++*calls;
	} while (next != 0 && count < LIMIT && *calls < CALLS);
	return count;
}

static size_t
bare_search(sqlite3_stmt *stmt)
{
	size_t count = 0;

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		sqlite3_column_text(stmt, 1);
		count++;
	}
	sqlite3_reset(stmt);
	return count;
}

static double
highest(const double *values, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = values[i] > most ? values[i] : most;
	return most;
}

static struct store_query
query_of(const struct question *question, const struct ours *ours)
{
	struct store_query query = { .words = question->words };

	if (question->user != 0 && question->by_talk)
		query.talk = ours->talks[question->user - 1];
	else if (question->user != 0)
		query.user = ours->uids[question->user - 1];
	if (question->day != 0) {
		query.since_ms =
		    ((int64_t)FIRST_S + question->day * 86400) * 1000;
		query.until_ms = query.since_ms + 86400 * 1000;
	}
	return query;
}

static void
report_question(const struct question *question, double *call, double *page,
    double *anchor, bool is_one_call)
{
	char name[128];

	snprintf(name, sizeof name, "search: %s", question->name);
	report(name, median(call, ROUNDS), "ms", "goal", 20,
	    median(call, ROUNDS) / 20, 1);
	if (question->sql == NULL || !is_one_call)
		return;
	snprintf(name, sizeof name, "search, trigrams: %s", question->name);
	report_rounds(name, page, "ms", "trigrams", anchor, ROUNDS, 0);
}

/*
 * Where a page takes several calls (what is asked for is hardly anywhere and
 * the index cannot tell) the longest one counts.
 */
static void
measure(const struct question *question, struct ours *ours,
    struct store *reader, struct bare *bare)
{
	struct store_query query = query_of(question, ours);
	sqlite3_stmt *stmt =
	    question->sql != NULL ? bare_prepare(bare, question->sql) : NULL;
	double page[ROUNDS], call[ROUNDS], anchor[ROUNDS] = { 0 };
	size_t found = 0, found_bare = 0;
	unsigned calls = 0;

	ours_search(reader, query, &calls, &call[0]);
	for (size_t i = 0; i < ROUNDS; i++) {
		double begin = now_ms();

		found = ours_search(reader, query, &calls, &call[i]);
		page[i] = now_ms() - begin;
		if (stmt != NULL) {
			begin = now_ms();
			found_bare = bare_search(stmt);
			anchor[i] = now_ms() - begin;
		}
	}
	sqlite3_finalize(stmt);
	report_question(question, call, page, anchor, calls == 1);
	fprintf(stderr,
	    "%-32s %2zu hits %2u calls  page %8.3f call %7.3f most %7.3f ms"
	    "   trigrams %2zu hits %8.3f\n",
	    question->name, found, calls, median(page, ROUNDS),
	    median(call, ROUNDS), highest(call, ROUNDS), found_bare,
	    median(anchor, ROUNDS));
}

/* -- all of it
 * -----------------------------------------------------------------
 */

static double
file_bytes(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		die("no %s", path);
	return (double)st.st_size;
}

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
remove_database(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
	char name[600];

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
}

struct fill_times {
	double ours[64];
	double bare[64];
	size_t rounds;
};

/* In turns, so that both meet the same machine. */
static void
fill_both(struct ours *ours, struct bare *bare, uint64_t count,
    struct fill_times *times)
{
	struct source first = { 0 }, second = { 0 };
	uint64_t state_first = random_state, state_second = random_state;
	uint64_t step = count / 20 > 0 ? count / 20 : count;

	times->rounds = 0;
	for (uint64_t done = 0; done < count; done += step) {
		double begin = now_ms();

		random_state = state_first;
		ours_fill(ours, &first, step);
		state_first = random_state;
		times->ours[times->rounds] = now_ms() - begin;
		begin = now_ms();
		random_state = state_second;
		bare_fill(bare, &second, step);
		state_second = random_state;
		times->bare[times->rounds] = now_ms() - begin;
		fprintf(stderr, "%8.2f M: %6.1f us a message, bare %6.1f\n",
		    (double)(done + step) / 1e6,
		    times->ours[times->rounds] * 1e3 / (double)step,
		    times->bare[times->rounds] * 1e3 / (double)step);
		times->rounds++;
	}
	for (size_t i = 0; i < times->rounds; i++) {
		times->ours[i] *= 1e3 / (double)step;
		times->bare[i] *= 1e3 / (double)step;
	}
}

int
main(int argc, char **argv)
{
	const char *number = getenv("SEARCH_N"), *folder = getenv("SEARCH_DIR");
	uint64_t count = number != NULL ? strtoull(number, NULL, 10) : 1000000;
	char ours_path[512], bare_path[512];
	struct fill_times times = { .rounds = 0 };
	struct ours ours = { 0 };
	struct bare bare = { 0 };
	struct store *reader = NULL;
	char problem[STORE_PROBLEM_SIZE];
	bool is_filled;

	if (folder == NULL)
		folder = scratch();
	snprintf(ours_path, sizeof ours_path, "%s/ours-%llu.db", folder,
	    (unsigned long long)count);
	snprintf(bare_path, sizeof bare_path, "%s/bare-%llu.db", folder,
	    (unsigned long long)count);
	is_filled = exists(ours_path) && exists(bare_path);
	if (!is_filled) {
		remove_database(ours_path);
		remove_database(bare_path);
	}
	ours_open(&ours, ours_path);
	bare_open(&bare, bare_path);
	if (!is_filled) {
		fill_both(&ours, &bare, count, &times);
		/* The growth from the first tenth to the last. */
		report("insert cost, last against first tenth",
		    (times.ours[18] + times.ours[19]) / 2, "us", "first tenth",
		    (times.ours[0] + times.ours[1]) / 2,
		    (times.ours[18] + times.ours[19]) /
			(times.ours[0] + times.ours[1]),
		    1.7);
		report_rounds("insert a message", times.ours, "us",
		    "trigram table", times.bare, times.rounds, 1.2);
	}
	if (!is_filled)
		ours_tend(&ours, count);
	if (store_open(ours_path, STORE_READ, problem, &reader) != 0)
		die("%s", problem);
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
		measure(&questions[i], &ours, reader, &bare);
	store_close(reader);
	store_close(ours.store);
	bare_close(&bare);
	report("database", file_bytes(ours_path) / (double)count, "B a message",
	    "goal, B", 220, file_bytes(ours_path) / (double)count / 220, 0);
	return 0;
}
