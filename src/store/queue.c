/* queue.c: what waits for members of an organisation. */
#include "store/queue.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/sql.h"

enum { KEY_SIZE = 32, EXPIRED_AT_ONCE = 256 };

/* Two processes' numbers. */
static const int64_t numbers_apart = INT64_C(1) << 32;

/* A power of two. */
enum { TOTALS = 16384 };

static const char *const sql_total =
    "SELECT coalesce(sum(count), 0), coalesce(sum(size), 0) FROM used"
    " WHERE receiver = ?1";
static const char *const sql_share =
    "SELECT count, size FROM used WHERE receiver = ?1 AND sender = ?2";
static const char *const sql_last =
    "SELECT seq FROM sqlite_sequence WHERE name = 'queue'";
static const char *const sql_set_last =
    "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'queue'";
static const char *const sql_first_last =
    "INSERT INTO sqlite_sequence(name, seq) VALUES('queue', ?1)";
static const char *const sql_put =
    "INSERT INTO queue(number, receiver, sender, kind, id, bytes, made_ms,"
    " expires_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char *const sql_there =
    "SELECT number FROM queue WHERE receiver = ?1 AND sender = ?2 AND id = ?3";
static const char *const sql_each =
    "SELECT q.number, q.receiver, q.sender, q.kind, q.id, q.bytes, q.made_ms,"
    " q.expires_ms, m.user_key FROM queue AS q JOIN member AS m"
    " ON m.member = q.sender WHERE q.receiver = ?1 AND q.number > ?2"
    " ORDER BY q.number LIMIT ?3";
static const char *const sql_more =
    "INSERT INTO used(receiver, sender, count, size) VALUES(?1, ?2, 1, ?3)"
    " ON CONFLICT(receiver, sender) DO UPDATE SET count = count + 1,"
    " size = size + ?3";
static const char *const sql_less =
    "UPDATE used SET count = count - ?4, size = size - ?3"
    " WHERE receiver = ?1 AND sender = ?2";
static const char *const sql_none =
    "DELETE FROM used WHERE receiver = ?1 AND sender = ?2 AND count <= ?3";
static const char *const sql_find =
    "SELECT sender, length(bytes) FROM queue WHERE number = ?2 AND"
    " receiver = ?1";
static const char *const sql_take = "DELETE FROM queue WHERE number = ?1";
static const char *const sql_drop =
    "DELETE FROM queue WHERE receiver = ?1 OR sender = ?1";
static const char *const sql_unuse =
    "DELETE FROM used WHERE receiver = ?1 OR sender = ?1";
static const char *const sql_clear = "DELETE FROM queue WHERE receiver = ?1";
static const char *const sql_unuse_receiver =
    "DELETE FROM used WHERE receiver = ?1";
static const char *const sql_expired =
    "SELECT receiver, number FROM queue WHERE expires_ms <= ?1 LIMIT ?2";
static const char *const sql_list =
    "SELECT m.logon, u.count, u.size, (SELECT min(made_ms) FROM queue WHERE"
    " receiver = u.receiver) FROM (SELECT receiver, sum(count) AS count,"
    " sum(size) AS size FROM used GROUP BY receiver) AS u"
    " JOIN member AS m ON m.member = u.receiver ORDER BY m.logon";

/* -- totals ------------------------------------------------------------------
 */

/* What waits for one receiver, by heart: who is written to by many would have
 * all of their shares summed for each item. Each has a place; of two at the
 * same the one asked for last stays. */
struct queue_total {
	int64_t receiver, count, size; /* 0: none there */
};

static struct queue_total *
place_of(const struct store *store, int64_t receiver)
{
	return &store->totals[receiver & (TOTALS - 1)];
}

static int
find_total(struct store *store, int64_t receiver, struct queue_total **total)
{
	sqlite3_stmt *stmt = NULL;
	struct queue_total *place = NULL;
	int err = 0;

	if (store->totals == NULL)
		store->totals = xcalloc(TOTALS, sizeof *store->totals);
	place = place_of(store, receiver);
	if (place->receiver != receiver) {
		err =
		    sql_first(store, sql_total, BIND(NUMBER(receiver)), &stmt);
		if (err < 0)
			return err;
		*place = (struct queue_total){ receiver,
			sqlite3_column_int64(stmt, 0),
			sqlite3_column_int64(stmt, 1) };
		sql_close(stmt);
	}
	*total = place;
	return 0;
}

/* Where it is known; a batch that is lost forgets all. */
static void
change_total(struct store *store, int64_t receiver, int64_t count, int64_t size)
{
	struct queue_total *place =
	    store->totals != NULL ? place_of(store, receiver) : NULL;

	if (place == NULL || place->receiver != receiver)
		return;
	place->count += count;
	place->size += size;
}

/* -- numbers -----------------------------------------------------------------
 */

/* SQLite keeps the greatest number that was ever stored. */
int
store_queue_begin(struct store *store, int64_t *number)
{
	int64_t last = 0;
	int err = operation_begin(store, OPERATION_CHECKED);

	if (err < 0)
		return err;
	err = sql_number(store, sql_last, BIND_NOTHING, &last);
	if (err == 0 && last > INT64_MAX / 2)
		err = CAM_ERR_LIMIT;
	last += numbers_apart;
	if (err == 0)
		err = sql_run(store, sql_set_last, BIND(NUMBER(last)));
	else if (err == CAM_ERR_UNKNOWN)
		err = sql_run(store, sql_first_last, BIND(NUMBER(last)));
	if ((err = operation_end(store, err)) == 0)
		*number = last;
	return err;
}

/* -- putting -----------------------------------------------------------------
 */

static int
check_share(struct store *store, const struct store_queued *queued,
    const struct store_quota *quota)
{
	sqlite3_stmt *stmt = NULL;
	int64_t count = 0, size = (int64_t)queued->bytes.len;
	int err = sql_first(store, sql_share,
	    BIND(NUMBER(queued->receiver), NUMBER(queued->sender)), &stmt);

	if (err < 0 && err != CAM_ERR_UNKNOWN)
		return err;
	if (err == 0) {
		count = sqlite3_column_int64(stmt, 0);
		size += sqlite3_column_int64(stmt, 1);
		sql_close(stmt);
	}
	return count >= quota->sender_count || size > quota->sender_size
		   ? CAM_ERR_LIMIT
		   : 0;
}

static int
check_quota(struct store *store, const struct store_queued *queued,
    const struct store_quota *quota)
{
	struct queue_total *total = NULL;
	int err = find_total(store, queued->receiver, &total);

	if (err < 0)
		return err;
	if (total->count >= quota->count ||
	    total->size + (int64_t)queued->bytes.len > quota->size)
		return CAM_ERR_LIMIT;
	return check_share(store, queued, quota);
}

static int
add(struct store *store, const struct store_queued *queued)
{
	int err = sql_run(store, sql_put,
	    BIND(NUMBER(queued->number), NUMBER(queued->receiver),
		NUMBER(queued->sender), NUMBER(queued->kind),
		BLOB(queued->id, QUEUE_ID_SIZE),
		BLOB(queued->bytes.data, queued->bytes.len),
		NUMBER(queued->made_ms), NUMBER(queued->expires_ms)));

	if (err == 0)
		err = sql_run(store, sql_more,
		    BIND(NUMBER(queued->receiver), NUMBER(queued->sender),
			NUMBER(queued->bytes.len)));
	if (err < 0)
		return err;
	change_total(store, queued->receiver, 1, (int64_t)queued->bytes.len);
	return 0;
}

static bool
is_there(struct store *store, const struct store_queued *queued)
{
	int64_t there = 0;

	return sql_number(store, sql_there,
		   BIND(NUMBER(queued->receiver), NUMBER(queued->sender),
		       BLOB(queued->id, QUEUE_ID_SIZE)),
		   &there) == 0;
}

int
store_queue_put(struct store *store, const struct store_queued *queued,
    const struct store_quota *quota)
{
	int err = 0;

	if (queued->bytes.len == 0 || queued->bytes.len > QUEUE_BYTES_MAX)
		return CAM_ERR_LIMIT;
	/* What is there already needs no room; where there is some, the
	 * database says so itself. */
	if ((err = check_quota(store, queued, quota)) < 0)
		return err == CAM_ERR_LIMIT && is_there(store, queued)
			   ? CAM_ERR_EXISTS
			   : err;
	if ((err = operation_begin(store, OPERATION_CHECKED)) < 0)
		return err;
	return operation_end(store, add(store, queued));
}

/* -- reading -----------------------------------------------------------------
 */

static int
from_row(sqlite3_stmt *stmt, struct store_queued *queued)
{
	struct span id = sql_blob(stmt, 4, QUEUE_ID_SIZE);

	*queued = (struct store_queued){
		.number = sqlite3_column_int64(stmt, 0),
		.receiver = sqlite3_column_int64(stmt, 1),
		.sender = sqlite3_column_int64(stmt, 2),
		.kind = sql_small(stmt, 3, UINT8_MAX),
		.bytes = sql_blob(stmt, 5, QUEUE_BYTES_MAX),
		.made_ms = sqlite3_column_int64(stmt, 6),
		.expires_ms = sqlite3_column_int64(stmt, 7),
		.sender_key = sql_blob(stmt, 8, KEY_SIZE),
	};
	if (id.len != QUEUE_ID_SIZE || queued->bytes.len == 0)
		return CAM_ERR_FORMAT;
	memcpy(queued->id, id.data, QUEUE_ID_SIZE);
	return 0;
}

int
store_queue_each(struct store *store, int64_t receiver, int64_t after,
    size_t limit, int (*each)(const struct store_queued *queued, void *arg),
    void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_queued queued;
	int err = sql_open(store, sql_each,
	    BIND(NUMBER(receiver), NUMBER(after), NUMBER(limit)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		err = from_row(stmt, &queued);
		if (err == 0)
			err = each(&queued, arg);
	}
	sql_close(stmt);
	return err;
}

int
store_queue_list(struct store *store,
    int (*each)(const struct store_waiting *waiting, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_list, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_waiting waiting = {
			.logon = sql_text(stmt, 0),
			.count = sqlite3_column_int64(stmt, 1),
			.size = sqlite3_column_int64(stmt, 2),
			.oldest_ms = sqlite3_column_int64(stmt, 3),
		};

		err = each(&waiting, arg);
	}
	sql_close(stmt);
	return err;
}

/* -- taking ------------------------------------------------------------------
 */

/* What is no more in the queue of one sender's. */
struct gone {
	int64_t sender, count, size;
};

static int
account(struct store *store, int64_t receiver, const struct gone *gone)
{
	int err = 0;

	if (gone->count == 0)
		return 0;
	/* All of it, mostly. */
	err = sql_run(store, sql_none,
	    BIND(NUMBER(receiver), NUMBER(gone->sender), NUMBER(gone->count)));
	if (err == 0 && sqlite3_changes64(store->db) == 0)
		err = sql_run(store, sql_less,
		    BIND(NUMBER(receiver), NUMBER(gone->sender),
			NUMBER(gone->size), NUMBER(gone->count)));
	if (err == 0)
		change_total(store, receiver, -gone->count, -gone->size);
	return err;
}

static int
take(struct store *store, int64_t receiver, int64_t number, struct gone *gone)
{
	sqlite3_stmt *stmt = NULL;
	int64_t sender = 0, size = 0;
	int err = sql_first(
	    store, sql_find, BIND(NUMBER(receiver), NUMBER(number)), &stmt);

	if (err < 0)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	sender = sqlite3_column_int64(stmt, 0);
	size = sqlite3_column_int64(stmt, 1);
	sql_close(stmt);
	if (sender != gone->sender) {
		if ((err = account(store, receiver, gone)) < 0)
			return err;
		*gone = (struct gone){ .sender = sender };
	}
	gone->count++;
	gone->size += size;
	return sql_run(store, sql_take, BIND(NUMBER(number)));
}

int
store_queue_take(
    struct store *store, int64_t receiver, const int64_t *numbers, size_t count)
{
	struct gone gone = { .sender = 0 };
	int err = operation_begin(store, OPERATION_CHECKED);

	if (err < 0)
		return err;
	for (size_t i = 0; i < count && err == 0; i++)
		err = take(store, receiver, numbers[i], &gone);
	if (err == 0)
		err = account(store, receiver, &gone);
	return operation_end(store, err);
}

static int
delete_both(
    struct store *store, const char *queue, const char *used, int64_t member)
{
	int err = operation_begin(store, OPERATION_CHECKED);

	if (err < 0)
		return err;
	err = sql_run(store, queue, BIND(NUMBER(member)));
	if (err == 0)
		err = sql_run(store, used, BIND(NUMBER(member)));
	batch_forget(store);
	return operation_end(store, err);
}

int
store_queue_drop(struct store *store, int64_t member)
{
	return delete_both(store, sql_drop, sql_unuse, member);
}

int
store_queue_clear(struct store *store, int64_t receiver)
{
	return delete_both(store, sql_clear, sql_unuse_receiver, receiver);
}

int
store_queue_expire(struct store *store, int64_t now_ms, int64_t *count)
{
	struct {
		int64_t receiver, number;
	} expired[EXPIRED_AT_ONCE];
	sqlite3_stmt *stmt = NULL;
	int64_t found = 0;
	int err = sql_open(store, sql_expired,
	    BIND(NUMBER(now_ms), NUMBER(EXPIRED_AT_ONCE)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		expired[found].receiver = sqlite3_column_int64(stmt, 0);
		expired[found++].number = sqlite3_column_int64(stmt, 1);
		err = 0;
	}
	sql_close(stmt);
	for (int64_t i = 0; i < found && err == 0; i++)
		err = store_queue_take(
		    store, expired[i].receiver, &expired[i].number, 1);
	if (err == 0)
		*count = found;
	return err;
}
