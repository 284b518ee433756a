/* trust.c: user keys seen first and kept, and the devices of each. */
#include "store/trust.h"

#include <string.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/sql.h"

enum { KEY_SIZE = 32, DEVICES_MAX = 4096, PREKEY_MAX = 1024 };

#define COLUMNS                                                                \
	"uid, user_key, devices, prekey, pinned_ms, verified_ms, challenger"

static const char *const sql_put =
    "INSERT INTO trust(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    " ON CONFLICT(uid) DO UPDATE SET user_key = ?2, devices = ?3, prekey = ?4,"
    " pinned_ms = ?5, verified_ms = ?6, challenger = ?7";
static const char *const sql_remove = "DELETE FROM trust WHERE uid = ?1";
static const char *const sql_each =
    "SELECT " COLUMNS " FROM trust ORDER BY uid";

/* False: the row has no key. */
static bool
from_row(sqlite3_stmt *stmt, struct store_trust *trust)
{
	struct span key = sql_blob(stmt, 1, KEY_SIZE);

	*trust = (struct store_trust){
		.uid = sqlite3_column_int64(stmt, 0),
		.devices = sql_blob(stmt, 2, DEVICES_MAX),
		.prekey = sql_blob(stmt, 3, PREKEY_MAX),
		.pinned_ms = sqlite3_column_int64(stmt, 4),
		.verified_ms = sqlite3_column_int64(stmt, 5),
		.challenger = sqlite3_column_int64(stmt, 6),
	};
	if (key.len != KEY_SIZE)
		return false;
	memcpy(trust->user_key, key.data, KEY_SIZE);
	return true;
}

/* An empty span is an empty blob: NULL is no value of these columns. */
static const void *
bytes_of(struct span span)
{
	return span.len > 0 ? (const void *)span.data : "";
}

int
store_trust_put(struct store *store, const struct store_trust *trust)
{
	if (trust->devices.len > DEVICES_MAX || trust->prekey.len > PREKEY_MAX)
		return CAM_ERR_LIMIT;
	return sql_run(store, sql_put,
	    BIND(NUMBER(trust->uid), BLOB(trust->user_key, KEY_SIZE),
		BLOB(bytes_of(trust->devices), trust->devices.len),
		BLOB(bytes_of(trust->prekey), trust->prekey.len),
		NUMBER(trust->pinned_ms), NUMBER(trust->verified_ms),
		NUMBER(trust->challenger)));
}

int
store_trust_remove(struct store *store, int64_t uid)
{
	int err = sql_run(store, sql_remove, BIND(NUMBER(uid)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}

int
store_trust_each(struct store *store,
    int (*each)(const struct store_trust *trust, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_trust trust;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1)
		err =
		    from_row(stmt, &trust) ? each(&trust, arg) : CAM_ERR_FORMAT;
	sql_close(stmt);
	return err;
}
