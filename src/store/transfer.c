/* transfer.c: an offer on its way to or from one user. */
#include "store/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/id.h"
#include "store/record.h"
#include "store/sql.h"

/* A transfer, its offer, its message, and for one of ours how that went to the
 * user. Shut: sealed, not opened, and not ours. */
#define SELECT                                                                 \
	"SELECT t.message, t.uid, t.stage, t.done, t.folder, t.name, t.made,"  \
	" t.reason, t.encryption, t.fetches, t.automatic, t.dropped,"          \
	" t.changed_ms, m.id, m.sender > 0,"                                   \
	" m.sender > 0 AND m.marks & 5 = 1,"                                   \
	" ifnull(d.packet_no, m.packet_no),"                                   \
	" ifnull(d.encryption, m.encryption), m.signed, m.time_ms,"            \
	" t.untold, " OFFER_COLUMNS
#define FROM                                                                   \
	" FROM transfer AS t"                                                  \
	" JOIN offer AS o ON o.message = t.message AND o.number = t.number"    \
	" JOIN message AS m ON m.row = t.message"                              \
	" LEFT JOIN delivery AS d ON d.message = t.message AND d.uid = t.uid"
enum { COLUMN_OFFER = 21 };

static const char *const sql_add =
    "INSERT INTO transfer VALUES(?1, ?2, ?3, 0, 0, '', '', ?6, '', ?4, 0, 0,"
    " 0, ?5, 0) ON CONFLICT DO NOTHING";
static const char *const sql_put =
    "UPDATE transfer SET stage = ?4, done = ?5, folder = ?6, name = ?7,"
    " made = ?8, reason = ?9, encryption = ?10, fetches = ?11,"
    " automatic = ?12, dropped = ?13, changed_ms = ?14, untold = ?15"
    " WHERE message = ?1 AND number = ?2 AND uid = ?3";
static const char *const sql_get =
    SELECT FROM " WHERE t.message = ?1 AND t.number = ?2 AND t.uid = ?3";
static const char *const sql_of_message =
    SELECT FROM " WHERE t.message = ?1 ORDER BY t.number, t.uid";
static const char *const sql_unfinished =
    SELECT FROM " WHERE t.stage IN (1, 2) AND t.stage IN (0, 1, 2)"
		" ORDER BY t.message, t.number, t.uid";
static const char *const sql_offered =
    SELECT FROM " WHERE t.stage IN (0, 1) AND t.stage IN (0, 1, 2)"
		" AND m.sender <= 0 AND t.dropped = 0 AND o.expires_ms > ?1"
		" ORDER BY t.message, t.number, t.uid LIMIT ?2";
static const char *const sql_untold =
    SELECT FROM " WHERE t.untold = 1 AND o.expires_ms > ?2 AND (?1 = 0"
		" OR t.uid IN (SELECT uid FROM user WHERE uid = ?1"
		" OR (merged_into = ?1 AND merged_into > 0)))"
		" ORDER BY t.uid, t.message, t.number";
static const char *const sql_told =
    "UPDATE transfer SET untold = 0"
    " WHERE message = ?1 AND number = ?2 AND uid = ?3";
static const char *const sql_list = SELECT FROM
    " WHERE (t.message, t.number, t.uid) > (?1, ?2, ?3)"
    " AND t.dropped = 0 AND NOT (m.sender > 0 AND m.marks & 5 = 1)"
    " AND (?4 >> t.stage) & 1 AND CASE WHEN m.sender > 0 THEN ?5 ELSE ?6 END"
    " ORDER BY t.message, t.number, t.uid LIMIT ?7";
static const char *const sql_old =
    SELECT FROM " WHERE t.stage IN (0, 1) AND t.stage IN (0, 1, 2)"
		" AND o.expires_ms <= ?1 ORDER BY t.message, t.number, t.uid";
static const char *const sql_expire =
    "UPDATE transfer SET stage = 6, reason = 'expired', changed_ms = ?1"
    " WHERE stage IN (0, 1) AND stage IN (0, 1, 2) AND (SELECT expires_ms"
    "  FROM offer AS o WHERE o.message = transfer.message"
    "  AND o.number = transfer.number) <= ?1";
static const char *const sql_next_expiry =
    "SELECT ifnull(min(o.expires_ms), 0) FROM transfer AS t"
    " JOIN offer AS o ON o.message = t.message AND o.number = t.number"
    " WHERE t.stage IN (0, 1) AND t.stage IN (0, 1, 2)";
static const char *const sql_automatic =
    "SELECT CAST(min(total(o.size) FILTER (WHERE t.uid = ?1), 9e18)"
    "  AS INTEGER), CAST(min(total(o.size), 9e18) AS INTEGER)"
    " FROM transfer AS t"
    " INDEXED BY transfer_automatic"
    " JOIN offer AS o ON o.message = t.message AND o.number = t.number"
    " WHERE t.automatic = 1 AND t.changed_ms >= ?2";
static const char *const sql_replay =
    "INSERT INTO replay(uid, number) VALUES(?1, ?2) ON CONFLICT(uid)"
    " DO UPDATE SET number = ?2 WHERE number < ?2";

int
transfer_add(struct store *store, const struct store_offer *offer, int64_t uid,
    const char *path, enum store_encryption encryption, int64_t now_ms)
{
	return sql_run(store, sql_add,
	    BIND(NUMBER(offer->message), NUMBER(offer->number), NUMBER(uid),
		NUMBER(encryption), NUMBER(now_ms), TEXT(path)));
}

static void
from_row(sqlite3_stmt *stmt, struct store_transfer *transfer)
{
	int64_t done = sqlite3_column_int64(stmt, 3);

	*transfer = (struct store_transfer){
		.message = sqlite3_column_int64(stmt, 0),
		.uid = sqlite3_column_int64(stmt, 1),
		.stage = sql_small(stmt, 2, STORE_EXPIRED),
		.done = done > 0 ? (uint64_t)done : 0,
		.folder = sql_text(stmt, 4),
		.name = sql_text(stmt, 5),
		.made = sql_text(stmt, 6),
		.reason = sql_text(stmt, 7),
		.encryption = sql_small(stmt, 8, STORE_CAM1),
		.fetches = sql_small(stmt, 9, UINT32_MAX),
		.automatic = sqlite3_column_int(stmt, 10) == 1,
		.dropped = sqlite3_column_int(stmt, 11) == 1,
		.changed_ms = sqlite3_column_int64(stmt, 12),
		.received = sqlite3_column_int(stmt, 14) == 1,
		.shut = sqlite3_column_int(stmt, 15) == 1,
		.packet_no = sql_small(stmt, 16, UINT32_MAX),
		.carried = sql_small(stmt, 17, STORE_CAM1),
		.signature = sql_small(stmt, 18, STORE_VERIFIED),
		.time_ms = sqlite3_column_int64(stmt, 19),
		.untold = sqlite3_column_int(stmt, 20) == 1,
	};
	id_from_row(stmt, 13, transfer->id);
	offer_from_row(stmt, COLUMN_OFFER, &transfer->offer);
	transfer->offer.message = transfer->message;
	transfer->number = transfer->offer.number;
}

/* -- one --------------------------------------------------------------------
 */

int
store_transfer_put(struct store *store, const struct store_transfer *t)
{
	int err = sql_run(store, sql_put,
	    BIND(NUMBER(t->message), NUMBER(t->number), NUMBER(t->uid),
		NUMBER(t->stage), NUMBER(t->done), TEXT(t->folder),
		TEXT(t->name), TEXT(t->made), TEXT(t->reason),
		NUMBER(t->encryption), NUMBER(t->fetches), NUMBER(t->automatic),
		NUMBER(t->dropped), NUMBER(t->changed_ms), NUMBER(t->untold)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}

static const void *
put(char **at, const void *bytes, size_t size)
{
	const void *place = *at;

	if (bytes == NULL)
		return NULL;
	memcpy(*at, bytes, size);
	*at += size;
	return place;
}

/* One piece of memory: the struct, then its strings and keys. */
struct store_transfer *
store_transfer_copy(const struct store_transfer *transfer)
{
	const char *strings[] = { transfer->folder, transfer->name,
		transfer->made, transfer->reason, transfer->offer.name };
	enum { COUNT = sizeof strings / sizeof strings[0] };
	size_t size =
	    sizeof *transfer + STORE_FILE_KEY_SIZE + STORE_FILE_DIGEST_SIZE;
	struct store_transfer *copy = NULL;
	char *at = NULL;

	for (size_t i = 0; i < COUNT; i++)
		size += strlen(strings[i]) + 1;
	copy = xmalloc(size);
	*copy = *transfer;
	at = (char *)(copy + 1);
	for (size_t i = 0; i < COUNT; i++)
		strings[i] = put(&at, strings[i], strlen(strings[i]) + 1);
	copy->folder = strings[0];
	copy->name = strings[1];
	copy->made = strings[2];
	copy->reason = strings[3];
	copy->offer.name = strings[4];
	copy->offer.file_key =
	    put(&at, transfer->offer.file_key, STORE_FILE_KEY_SIZE);
	copy->offer.digest =
	    put(&at, transfer->offer.digest, STORE_FILE_DIGEST_SIZE);
	return copy;
}

int
store_transfer_get(struct store *store, int64_t message, uint32_t number,
    int64_t uid, struct store_transfer **result)
{
	sqlite3_stmt *stmt = NULL;
	struct store_transfer transfer;
	int err = sql_first(store, sql_get,
	    BIND(NUMBER(message), NUMBER(number), NUMBER(uid)), &stmt);

	if (err != 0)
		return err;
	from_row(stmt, &transfer);
	*result = store_transfer_copy(&transfer);
	sql_close(stmt);
	return 0;
}

/* -- several ----------------------------------------------------------------
 */

static int
each_of(struct store *store, const char *sql, const struct value *values,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_transfer transfer;
	int err = sql_open(store, sql, values, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		from_row(stmt, &transfer);
		err = each(&transfer, arg);
	}
	sql_close(stmt);
	return err;
}

int
store_transfer_each(struct store *store, int64_t message,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg)
{
	return each_of(store, sql_of_message, BIND(NUMBER(message)), each, arg);
}

int
store_transfer_unfinished(struct store *store,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg)
{
	return each_of(store, sql_unfinished, BIND_NOTHING, each, arg);
}

int
store_transfer_offered(struct store *store, int64_t now_ms, size_t limit,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg)
{
	return each_of(
	    store, sql_offered, BIND(NUMBER(now_ms), NUMBER(limit)), each, arg);
}

int
store_transfer_untold(struct store *store, int64_t uid, int64_t now_ms,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg)
{
	return each_of(
	    store, sql_untold, BIND(NUMBER(uid), NUMBER(now_ms)), each, arg);
}

int
store_transfer_told(
    struct store *store, int64_t message, uint32_t number, int64_t uid)
{
	return sql_run(store, sql_told,
	    BIND(NUMBER(message), NUMBER(number), NUMBER(uid)));
}

int
store_transfer_list(struct store *store,
    const struct store_transfer_query *query,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg)
{
	unsigned stages = query->stages != 0 ? query->stages : ~0U;

	return each_of(store, sql_list,
	    BIND(NUMBER(query->message), NUMBER(query->number),
		NUMBER(query->uid), NUMBER(stages), NUMBER(query->received),
		NUMBER(query->sent), NUMBER(query->limit)),
	    each, arg);
}

/* -- upkeep -----------------------------------------------------------------
 */

struct expiry {
	int (*each)(const struct store_transfer *transfer, void *arg);
	void *arg;
	int64_t now_ms;
};

static int
tell_expired(const struct store_transfer *transfer, void *arg)
{
	const struct expiry *expiry = arg;
	struct store_transfer expired = *transfer;

	expired.stage = STORE_EXPIRED;
	expired.reason = "expired";
	expired.changed_ms = expiry->now_ms;
	return expiry->each(&expired, expiry->arg);
}

int
store_transfer_expire(struct store *store, int64_t now_ms,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg,
    int64_t *next_ms)
{
	struct expiry expiry = { each, arg, now_ms };
	int err = each_of(
	    store, sql_old, BIND(NUMBER(now_ms)), tell_expired, &expiry);

	if (err == 0)
		err = sql_run(store, sql_expire, BIND(NUMBER(now_ms)));
	if (err == 0)
		err = sql_number(store, sql_next_expiry, BIND_NOTHING, next_ms);
	return err;
}

int
store_transfer_automatic(struct store *store, int64_t uid, int64_t since_ms,
    uint64_t *of_user, uint64_t *of_all)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(
	    store, sql_automatic, BIND(NUMBER(uid), NUMBER(since_ms)), &stmt);

	if (err != 0)
		return err;
	*of_user = (uint64_t)sqlite3_column_int64(stmt, 0);
	*of_all = (uint64_t)sqlite3_column_int64(stmt, 1);
	sql_close(stmt);
	return 0;
}

int
store_replay_take(struct store *store, int64_t uid, uint32_t number)
{
	int err = sql_run(store, sql_replay, BIND(NUMBER(uid), NUMBER(number)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_REFUSED;
	return err;
}
