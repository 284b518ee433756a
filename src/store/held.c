/* held.c: rows of held files, their parts, and who may have them. */
#include "store/held.h"

#include <string.h>

#include "base/err.h"
#include "base/random.h"
#include "store/connection.h"
#include "store/sql.h"

#define COLUMNS                                                                \
	"h.file, h.sender, h.message, h.number, h.name, h.state, h.size,"      \
	" h.stored, h.made_ms, h.expires_ms,"                                  \
	" (SELECT user_key FROM member WHERE member = h.sender)"

enum { KEY_SIZE = 32, CLEANED_AT_ONCE = 64 };

static const char *const sql_get =
    "SELECT " COLUMNS " FROM held AS h"
    " WHERE h.sender = ?1 AND h.message = ?2 AND h.number = ?3";
static const char *const sql_get_for =
    "SELECT " COLUMNS " FROM held AS h JOIN held_for AS f USING (file)"
    " WHERE h.sender = ?1 AND h.message = ?2 AND h.number = ?3"
    " AND f.receiver = ?4 AND h.state = 1";
static const char *const sql_get_file =
    "SELECT " COLUMNS " FROM held AS h WHERE h.file = ?1";
static const char *const sql_put =
    "INSERT INTO held(sender, message, number, name, state, size, stored,"
    " made_ms, expires_ms) VALUES(?1, ?2, ?3, ?4, 0, ?5, 0, ?6, ?7)";
static const char *const sql_put_for =
    "INSERT INTO held_for(file, receiver) VALUES(?1, ?2)"
    " ON CONFLICT DO NOTHING";
static const char *const sql_is_for =
    "SELECT 1 FROM held_for WHERE file = ?1 AND receiver = ?2";
static const char *const sql_fill =
    "UPDATE held SET stored = ?2, state = ?3, size = ?4 WHERE file = ?1";

/* A file counts for each receiver who waits for it, and once for its sender;
 * for him even what he does not know to be gone. 65536 is HELD_LEAST. */
static const char *const sql_total =
    "SELECT coalesce(sum(max(size, 65536)), 0) FROM held WHERE state < 2";
static const char *const sql_of_sender =
    "SELECT coalesce(sum(iif(state < 2, max(size, 65536), 65536)), 0)"
    " FROM held WHERE sender = ?1";
static const char *const sql_of_receiver =
    "SELECT coalesce(sum(max(h.size, 65536)), 0),"
    " coalesce(sum(max(h.size, 65536)) FILTER (WHERE h.sender = ?2), 0)"
    " FROM held_for AS f JOIN held AS h USING (file)"
    " WHERE f.receiver = ?1 AND f.proof IS NULL AND h.state < 2";

static const char *const sql_cut_parts =
    "DELETE FROM held_part WHERE file = ?1 AND first >= ?2";
static const char *const sql_cut =
    "UPDATE held SET stored = min(stored, ?2) WHERE file = ?1 AND state = 0";
static const char *const sql_put_part =
    "INSERT INTO held_part(file, first, head) VALUES(?1, ?2, ?3)";
static const char *const sql_part =
    "SELECT first, head, (SELECT min(n.first) FROM held_part AS n WHERE"
    " n.file = p.file AND n.first > p.first) FROM held_part AS p"
    " WHERE file = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";

static const char *const sql_taken =
    "UPDATE held_for SET proof = ?3 WHERE file = ?1 AND receiver = ?2 AND"
    " proof IS NULL";
static const char *const sql_receipts =
    "SELECT " COLUMNS ", f.receiver, m.user_key, f.proof"
    " FROM held AS h JOIN held_for AS f USING (file)"
    " JOIN member AS m ON m.member = f.receiver"
    " WHERE h.sender = ?1 AND f.proof IS NOT NULL LIMIT ?2";
static const char *const sql_ready =
    "SELECT " COLUMNS " FROM held_for AS f JOIN held AS h USING (file)"
    " WHERE f.receiver = ?1 AND f.proof IS NULL AND h.state = 1"
    " ORDER BY h.file LIMIT ?2";
static const char *const sql_receivers =
    "SELECT m.user_key FROM held_for AS f JOIN member AS m"
    " ON m.member = f.receiver WHERE f.file = ?1 AND f.proof IS NULL";

static const char *const sql_drop_all =
    "DELETE FROM held_for WHERE file IN (SELECT file FROM held WHERE"
    " sender = ?1 AND message = ?2 AND number = ?3)";
static const char *const sql_drop_one =
    "DELETE FROM held_for WHERE receiver = ?4 AND file IN (SELECT file FROM"
    " held WHERE sender = ?1 AND message = ?2 AND number = ?3)";
static const char *const sql_clear =
    "DELETE FROM held_for WHERE receiver = ?1 AND proof IS NULL";
static const char *const sql_drop_member =
    "DELETE FROM held_for WHERE receiver = ?1 OR file IN (SELECT file FROM held"
    " WHERE sender = ?1)";
static const char *const sql_expire =
    "DELETE FROM held_for WHERE file IN (SELECT file FROM held WHERE"
    " expires_ms <= ?1)";
static const char *const sql_unwanted =
    "SELECT h.file, h.name, h.state, EXISTS(SELECT 1 FROM held_for AS f WHERE"
    " f.file = h.file) FROM held AS h WHERE NOT EXISTS(SELECT 1 FROM held_for"
    " AS f WHERE f.file = h.file AND f.proof IS NULL) AND (h.state < 2 OR NOT"
    " EXISTS(SELECT 1 FROM held_for AS f WHERE f.file = h.file)) LIMIT ?1";
static const char *const sql_gone = "UPDATE held SET state = 2 WHERE file = ?1";
static const char *const sql_remove = "DELETE FROM held WHERE file = ?1";
static const char *const sql_each =
    "SELECT " COLUMNS " FROM held AS h WHERE h.state < 2";

static const char *const sql_sum =
    "SELECT count(*), coalesce(sum(stored), 0) FROM held WHERE state < 2";
static const char *const sql_list =
    "SELECT m.logon, count(*), sum(h.stored), min(h.made_ms)"
    " FROM held_for AS f JOIN held AS h USING (file) JOIN member AS m"
    " ON m.member = f.receiver WHERE f.proof IS NULL AND h.state < 2"
    " GROUP BY m.logon ORDER BY m.logon";

/* -- rows --------------------------------------------------------------------
 */

static int
from_row(sqlite3_stmt *stmt, struct store_held *held)
{
	struct span message = sql_blob(stmt, 2, HELD_MESSAGE_SIZE);
	struct span name = sql_blob(stmt, 4, HELD_NAME_SIZE);
	struct span key = sql_blob(stmt, 10, KEY_SIZE);

	*held = (struct store_held){
		.file = sqlite3_column_int64(stmt, 0),
		.sender = sqlite3_column_int64(stmt, 1),
		.number = sql_small(stmt, 3, UINT32_MAX),
		.state = (enum held_state)sql_small(stmt, 5, HELD_GONE),
		.size = sqlite3_column_int64(stmt, 6),
		.stored = sqlite3_column_int64(stmt, 7),
		.made_ms = sqlite3_column_int64(stmt, 8),
		.expires_ms = sqlite3_column_int64(stmt, 9),
	};
	if (message.len != HELD_MESSAGE_SIZE || name.len != HELD_NAME_SIZE ||
	    held->stored < 0)
		return CAM_ERR_FORMAT;
	memcpy(held->message, message.data, HELD_MESSAGE_SIZE);
	memcpy(held->name, name.data, HELD_NAME_SIZE);
	if (key.len == KEY_SIZE)
		memcpy(held->sender_key, key.data, KEY_SIZE);
	return 0;
}

static int
get(struct store *store, const char *sql, const struct value *values,
    struct store_held *held)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql, values, &stmt);

	if (err == 0)
		err = from_row(stmt, held);
	sql_close(stmt);
	return err;
}

static int
get_one(struct store *store, const struct store_held *named,
    struct store_held *held)
{
	return get(store, sql_get,
	    BIND(NUMBER(named->sender), BLOB(named->message, HELD_MESSAGE_SIZE),
		NUMBER(named->number)),
	    held);
}

int
store_held_find(struct store *store, const struct store_held *held,
    int64_t receiver, struct store_held *found)
{
	return get(store, sql_get_for,
	    BIND(NUMBER(held->sender), BLOB(held->message, HELD_MESSAGE_SIZE),
		NUMBER(held->number), NUMBER(receiver)),
	    found);
}

/* -- putting -----------------------------------------------------------------
 */

static int64_t
counted(const struct store_held *held)
{
	return held->size > HELD_LEAST ? held->size : HELD_LEAST;
}

/* Whether so many bytes more may be of that sender. */
static int
check_sender(struct store *store, int64_t sender, int64_t size,
    const struct store_held_limits *limits)
{
	int64_t total = 0, of_sender = 0;
	int err = sql_number(store, sql_total, BIND_NOTHING, &total);

	if (err == 0)
		err = sql_number(
		    store, sql_of_sender, BIND(NUMBER(sender)), &of_sender);
	if (err < 0)
		return err;
	return size > limits->total - total || size > limits->sender - of_sender
		   ? CAM_ERR_LIMIT
		   : 0;
}

static int
check_receiver(struct store *store, const struct store_held *held,
    int64_t receiver, const struct store_held_limits *limits)
{
	sqlite3_stmt *stmt = NULL;
	int64_t size = counted(held);
	int err = sql_first(store, sql_of_receiver,
	    BIND(NUMBER(receiver), NUMBER(held->sender)), &stmt);

	if (err == 0 &&
	    (size > limits->receiver - sqlite3_column_int64(stmt, 0) ||
		size > limits->share - sqlite3_column_int64(stmt, 1)))
		err = CAM_ERR_LIMIT;
	sql_close(stmt);
	return err;
}

/* CAM_ERR_LIMIT: not one of them may have it. */
static int
add_receivers(struct store *store, const struct store_held *held,
    const int64_t *receivers, size_t count,
    const struct store_held_limits *limits)
{
	int64_t there = 0;
	size_t added = 0;
	int err = 0;

	for (size_t i = 0; i < count && err == 0; i++) {
		err = sql_number(store, sql_is_for,
		    BIND(NUMBER(held->file), NUMBER(receivers[i])), &there);
		if (err == CAM_ERR_UNKNOWN)
			err = check_receiver(store, held, receivers[i], limits);
		if (err == 0)
			err = sql_run(store, sql_put_for,
			    BIND(NUMBER(held->file), NUMBER(receivers[i])));
		added += err == 0;
		if (err == CAM_ERR_LIMIT)
			err = 0;
	}
	return err == 0 && added == 0 ? CAM_ERR_LIMIT : err;
}

static int
make(struct store *store, struct store_held *held,
    const struct store_held_limits *limits)
{
	int err = check_sender(store, held->sender, counted(held), limits);

	if (err == 0)
		err = sql_run(store, sql_put,
		    BIND(NUMBER(held->sender),
			BLOB(held->message, HELD_MESSAGE_SIZE),
			NUMBER(held->number), BLOB(held->name, HELD_NAME_SIZE),
			NUMBER(held->size), NUMBER(held->made_ms),
			NUMBER(held->expires_ms)));
	return err == 0 ? get_one(store, held, held) : err;
}

static int
put(struct store *store, struct store_held *held, const int64_t *receivers,
    size_t count, const struct store_held_limits *limits)
{
	struct store_held there;
	int err = get_one(store, held, &there);

	if (err == CAM_ERR_UNKNOWN)
		err = make(store, held, limits);
	else if (err == 0 && there.state == HELD_GONE)
		err = CAM_ERR_EXISTS;
	else if (err == 0)
		*held = there;
	return err == 0 ? add_receivers(store, held, receivers, count, limits)
			: err;
}

int
store_held_put(struct store *store, struct store_held *held,
    const int64_t *receivers, size_t count,
    const struct store_held_limits *limits)
{
	int err = 0;

	if (held->size < 0 || count == 0 || count > HELD_FOR_MAX)
		return CAM_ERR_LIMIT;
	if ((err = operation_begin(store, OPERATION_SAVED)) < 0)
		return err;
	return operation_end(store, put(store, held, receivers, count, limits));
}

/* -- bytes -------------------------------------------------------------------
 */

int
store_held_begin_part(struct store *store, int64_t file, int64_t first,
    int64_t at, struct span head)
{
	int err = 0;

	if (head.len == 0 || head.len > HELD_PART_HEAD_MAX)
		return CAM_ERR_LIMIT;
	if ((err = operation_begin(store, OPERATION_CHECKED)) < 0)
		return err;
	err = sql_run(store, sql_cut_parts, BIND(NUMBER(file), NUMBER(first)));
	if (err == 0)
		err = sql_run(store, sql_cut, BIND(NUMBER(file), NUMBER(at)));
	if (err == 0)
		err = sql_run(store, sql_put_part,
		    BIND(NUMBER(file), NUMBER(first),
			BLOB(head.data, head.len)));
	return operation_end(store, err);
}

int
store_held_fill(struct store *store, int64_t file, int64_t stored, int whole)
{
	struct store_held held;
	int err = get(store, sql_get_file, BIND(NUMBER(file)), &held);

	if (err < 0)
		return err;
	if (held.state != HELD_FILLING)
		return CAM_ERR_UNKNOWN;
	if (stored > held.size)
		return CAM_ERR_LIMIT;
	return sql_run(store, sql_fill,
	    BIND(NUMBER(file), NUMBER(stored),
		NUMBER(whole ? HELD_WHOLE : HELD_FILLING),
		NUMBER(whole ? stored : held.size)));
}

int
store_held_part(struct store *store, int64_t file, int64_t chunk,
    struct store_held_part *part)
{
	sqlite3_stmt *stmt = NULL;
	struct span head;
	int err = sql_first(
	    store, sql_part, BIND(NUMBER(file), NUMBER(chunk)), &stmt);

	if (err < 0)
		return err;
	head = sql_blob(stmt, 1, HELD_PART_HEAD_MAX);
	part->first = sqlite3_column_int64(stmt, 0);
	part->end = sqlite3_column_type(stmt, 2) == SQLITE_NULL
			? INT64_MAX
			: sqlite3_column_int64(stmt, 2);
	part->head_len = head.len;
	if (head.len > 0)
		memcpy(part->head, head.data, head.len);
	sql_close(stmt);
	return head.len > 0 ? 0 : CAM_ERR_FORMAT;
}

/* -- had ---------------------------------------------------------------------
 */

int
store_held_taken(struct store *store, int64_t file, int64_t receiver,
    const uint8_t proof[HELD_PROOF_SIZE])
{
	return sql_run(store, sql_taken,
	    BIND(NUMBER(file), NUMBER(receiver), BLOB(proof, HELD_PROOF_SIZE)));
}

int
store_held_receipts(struct store *store, int64_t sender, size_t limit,
    int (*each)(const struct store_held_receipt *receipt, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(
	    store, sql_receipts, BIND(NUMBER(sender), NUMBER(limit)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_held_receipt receipt = {
			.receiver = sqlite3_column_int64(stmt, 11)
		};
		struct span key =
		    sql_blob(stmt, 12, sizeof receipt.receiver_key);
		struct span proof = sql_blob(stmt, 13, HELD_PROOF_SIZE);

		err = from_row(stmt, &receipt.held);
		if (err < 0 || key.len != sizeof receipt.receiver_key ||
		    proof.len != HELD_PROOF_SIZE)
			continue;
		memcpy(receipt.receiver_key, key.data, key.len);
		memcpy(receipt.proof, proof.data, proof.len);
		err = each(&receipt, arg);
	}
	sql_close(stmt);
	return err;
}

static int
each_file(struct store *store, const char *sql, const struct value *values,
    int (*each)(const struct store_held *held, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_held held;
	int err = sql_open(store, sql, values, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		err = from_row(stmt, &held);
		if (err == 0)
			err = each(&held, arg);
	}
	sql_close(stmt);
	return err;
}

int
store_held_ready(struct store *store, int64_t receiver, size_t limit,
    int (*each)(const struct store_held *held, void *arg), void *arg)
{
	return each_file(
	    store, sql_ready, BIND(NUMBER(receiver), NUMBER(limit)), each, arg);
}

static int
each_key(struct store *store, const char *sql, const struct value *values,
    int (*each)(struct span key, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql, values, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct span key = sql_blob(stmt, 0, KEY_SIZE);

		err = key.len == KEY_SIZE ? each(key, arg) : 0;
	}
	sql_close(stmt);
	return err;
}

int
store_held_receivers(struct store *store, int64_t file,
    int (*each)(struct span key, void *arg), void *arg)
{
	return each_key(store, sql_receivers, BIND(NUMBER(file)), each, arg);
}

/* -- forgotten ---------------------------------------------------------------
 */

int
store_held_drop(
    struct store *store, const struct store_held *held, int64_t receiver)
{
	return sql_run(store, receiver != 0 ? sql_drop_one : sql_drop_all,
	    receiver != 0 ? BIND(NUMBER(held->sender),
				BLOB(held->message, HELD_MESSAGE_SIZE),
				NUMBER(held->number), NUMBER(receiver))
			  : BIND(NUMBER(held->sender),
				BLOB(held->message, HELD_MESSAGE_SIZE),
				NUMBER(held->number)));
}

int
store_held_drop_member(struct store *store, int64_t member)
{
	return sql_run(store, sql_drop_member, BIND(NUMBER(member)));
}

int
store_held_clear(struct store *store, int64_t receiver)
{
	return sql_run(store, sql_clear, BIND(NUMBER(receiver)));
}

int
store_held_expire(struct store *store, int64_t now_ms)
{
	return sql_run(store, sql_expire, BIND(NUMBER(now_ms)));
}

struct unwanted {
	int64_t file;
	bool remains; /* as what its sender is to know */
};

static int
remove_file(struct store *store, const struct unwanted *unwanted)
{
	int err = 0;

	if (unwanted->remains)
		return sql_run(store, sql_gone, BIND(NUMBER(unwanted->file)));
	err = sql_run(
	    store, sql_cut_parts, BIND(NUMBER(unwanted->file), NUMBER(0)));
	return err == 0
		   ? sql_run(store, sql_remove, BIND(NUMBER(unwanted->file)))
		   : err;
}

static int
clean(struct store *store,
    void (*each)(const uint8_t name[HELD_NAME_SIZE], void *arg), void *arg,
    size_t *count)
{
	struct unwanted list[CLEANED_AT_ONCE];
	sqlite3_stmt *stmt = NULL;
	size_t found = 0;
	int err =
	    sql_open(store, sql_unwanted, BIND(NUMBER(CLEANED_AT_ONCE)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct span name = sql_blob(stmt, 1, HELD_NAME_SIZE);

		list[found].file = sqlite3_column_int64(stmt, 0);
		list[found++].remains = sqlite3_column_int(stmt, 3) != 0;
		if (name.len == HELD_NAME_SIZE &&
		    sqlite3_column_int(stmt, 2) != HELD_GONE)
			each(name.data, arg);
		err = 0;
	}
	sql_close(stmt);
	for (size_t i = 0; i < found && err == 0; i++)
		err = remove_file(store, &list[i]);
	*count = found;
	return err;
}

int
store_held_clean(struct store *store,
    void (*each)(const uint8_t name[HELD_NAME_SIZE], void *arg), void *arg,
    size_t *count)
{
	int err = operation_begin(store, OPERATION_CHECKED);

	*count = 0;
	return err == 0 ? operation_end(store, clean(store, each, arg, count))
			: err;
}

int
store_held_each(struct store *store,
    int (*each)(const struct store_held *held, void *arg), void *arg)
{
	return each_file(store, sql_each, BIND_NOTHING, each, arg);
}

/* -- counted -----------------------------------------------------------------
 */

int
store_held_sum(struct store *store, struct store_held_sum *sum)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_sum, BIND_NOTHING, &stmt);

	if (err == 0)
		*sum = (struct store_held_sum){
			.count = sqlite3_column_int64(stmt, 0),
			.size = sqlite3_column_int64(stmt, 1),
		};
	sql_close(stmt);
	return err;
}

int
store_held_list(struct store *store,
    int (*each)(const struct store_held_waiting *waiting, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_list, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_held_waiting waiting = {
			.logon = sql_text(stmt, 0),
			.sum = { sqlite3_column_int64(stmt, 1),
			    sqlite3_column_int64(stmt, 2) },
			.oldest_ms = sqlite3_column_int64(stmt, 3),
		};

		err = each(&waiting, arg);
	}
	sql_close(stmt);
	return err;
}
