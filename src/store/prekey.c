/* prekey.c: handed out in the order in which they came, and gone. */
#include "store/prekey.h"

#include "base/err.h"
#include "store/connection.h"
#include "store/sql.h"

static const char *const sql_count =
    "SELECT count(*) FROM prekey WHERE owner = ?1";
static const char *const sql_add =
    "INSERT INTO prekey(owner, id, bytes) VALUES(?1, ?2, ?3)"
    " ON CONFLICT DO NOTHING";
static const char *const sql_refilled =
    "DELETE FROM prekey_share WHERE owner = ?1";
static const char *const sql_drop =
    "DELETE FROM prekey WHERE owner = ?1 AND id = ?2";
static const char *const sql_list =
    "SELECT id FROM prekey WHERE owner = ?1 ORDER BY id LIMIT ?2";
static const char *const sql_taken =
    "SELECT taken FROM prekey_share WHERE owner = ?1 AND asker = ?2";
static const char *const sql_oldest =
    "SELECT number, bytes FROM prekey WHERE owner = ?1 ORDER BY number LIMIT 1";
static const char *const sql_remove = "DELETE FROM prekey WHERE number = ?1";
static const char *const sql_share =
    "INSERT INTO prekey_share(owner, asker, taken) VALUES(?1, ?2, ?3)"
    " ON CONFLICT(owner, asker) DO UPDATE SET taken = taken + ?3";
static const char *const sql_forget = "DELETE FROM prekey WHERE owner = ?1";
static const char *const sql_forget_shares =
    "DELETE FROM prekey_share WHERE owner = ?1 OR asker = ?1";

static int
count_held(struct store *store, int64_t owner, size_t *count)
{
	int64_t number = 0;
	int err = sql_number(store, sql_count, BIND(NUMBER(owner)), &number);

	if (err == 0)
		*count = (size_t)number;
	return err;
}

/* -- filling -----------------------------------------------------------------
 */

static int
add_some(struct store *store, int64_t owner, const struct store_prekey *prekeys,
    size_t count)
{
	size_t held = 0;
	int err = count_held(store, owner, &held);

	if (err == 0)
		err = sql_run(store, sql_refilled, BIND(NUMBER(owner)));
	for (size_t i = 0; i < count && err == 0 && held < PREKEY_HELD_MAX;
	     i++) {
		err = sql_run(store, sql_add,
		    BIND(NUMBER(owner), NUMBER(prekeys[i].id),
			BLOB(prekeys[i].bytes.data, prekeys[i].bytes.len)));
		held += (size_t)sqlite3_changes(store->db);
	}
	return err;
}

int
store_prekey_add(struct store *store, int64_t owner,
    const struct store_prekey *prekeys, size_t count)
{
	int err = 0;

	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (prekeys[i].bytes.len > PREKEY_BLOB_MAX)
			return CAM_ERR_LIMIT;
	if ((err = operation_begin(store, OPERATION_SAVED)) < 0)
		return err;
	return operation_end(store, add_some(store, owner, prekeys, count));
}

int
store_prekey_drop(
    struct store *store, int64_t owner, const uint32_t *ids, size_t count)
{
	int err = count > 0 ? operation_begin(store, OPERATION_CHECKED) : 0;

	if (err < 0 || count == 0)
		return err;
	for (size_t i = 0; i < count && err == 0; i++)
		err = sql_run(
		    store, sql_drop, BIND(NUMBER(owner), NUMBER(ids[i])));
	return operation_end(store, err);
}

int
store_prekey_list(struct store *store, int64_t owner,
    uint32_t ids[PREKEY_HELD_MAX], size_t *count)
{
	sqlite3_stmt *stmt = NULL;
	size_t found = 0;
	int err = sql_open(store, sql_list,
	    BIND(NUMBER(owner), NUMBER(PREKEY_HELD_MAX)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		ids[found++] = sql_small(stmt, 0, UINT32_MAX);
		err = 0;
	}
	sql_close(stmt);
	if (err == 0)
		*count = found;
	return err;
}

/* -- handing out -------------------------------------------------------------
 */

static int
share_left(struct store *store, int64_t owner, int64_t asker, size_t *left)
{
	int64_t taken = 0;
	int err = sql_number(
	    store, sql_taken, BIND(NUMBER(owner), NUMBER(asker)), &taken);

	if (err == CAM_ERR_UNKNOWN)
		err = 0;
	if (err == 0)
		*left =
		    taken < PREKEY_SHARE ? (size_t)(PREKEY_SHARE - taken) : 0;
	return err;
}

/* CAM_ERR_UNKNOWN: there is none. */
static int
take_first(struct store *store, int64_t owner,
    void (*take)(struct span bytes, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int64_t number = 0;
	int err = sql_first(store, sql_oldest, BIND(NUMBER(owner)), &stmt);

	if (err != 0)
		return err;
	number = sqlite3_column_int64(stmt, 0);
	take(sql_blob(stmt, 1, PREKEY_BLOB_MAX), arg);
	sql_close(stmt);
	return sql_run(store, sql_remove, BIND(NUMBER(number)));
}

static int
take_some(struct store *store, int64_t owner, int64_t asker, size_t count,
    void (*take)(struct span bytes, void *arg), void *arg)
{
	size_t taken = 0;
	int err = 0;

	while (taken < count && err == 0 &&
	       (err = take_first(store, owner, take, arg)) == 0)
		taken++;
	if (err == CAM_ERR_UNKNOWN)
		err = 0;
	if (err == 0 && taken > 0)
		err = sql_run(store, sql_share,
		    BIND(NUMBER(owner), NUMBER(asker), NUMBER(taken)));
	return err;
}

int
store_prekey_take(struct store *store, int64_t owner, int64_t asker,
    size_t count, void (*take)(struct span bytes, void *arg), void *arg,
    size_t *left)
{
	size_t share = 0;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err < 0)
		return err;
	err = share_left(store, owner, asker, &share);
	if (err == 0)
		err = take_some(store, owner, asker,
		    count < share ? count : share, take, arg);
	if (err == 0)
		err = count_held(store, owner, left);
	return operation_end(store, err);
}

int
store_prekey_forget(struct store *store, int64_t member)
{
	int err = operation_begin(store, OPERATION_CHECKED);

	if (err < 0)
		return err;
	err = sql_run(store, sql_forget, BIND(NUMBER(member)));
	if (err == 0)
		err = sql_run(store, sql_forget_shares, BIND(NUMBER(member)));
	return operation_end(store, err);
}
