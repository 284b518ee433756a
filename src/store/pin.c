/* pin.c: public keys seen first and kept. */
#include "store/pin.h"

#include <string.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/sql.h"

enum { MODULUS_MAX = 512 };

#define COLUMNS "uid, bits, n, e, word, pinned_ms, verified, challenger"

static const char *const sql_find =
    "SELECT " COLUMNS " FROM pin WHERE uid = ?1 AND bits = ?2";
static const char *const sql_of_user =
    "SELECT " COLUMNS " FROM pin WHERE uid = ?1 ORDER BY bits";
static const char *const sql_all =
    "SELECT " COLUMNS " FROM pin ORDER BY uid, bits";
static const char *const sql_put =
    "INSERT INTO pin(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    " ON CONFLICT(uid, bits) DO UPDATE SET"
    " n = ?3, e = ?4, word = ?5, pinned_ms = ?6, verified = ?7,"
    " challenger = ?8";
static const char *const sql_word =
    "UPDATE pin SET word = ?3 WHERE uid = ?1 AND bits = ?2";
static const char *const sql_mark =
    "UPDATE pin SET verified = ?3, challenger = ?4"
    " WHERE uid = ?1 AND bits = ?2";
static const char *const sql_drop = "DELETE FROM pin WHERE uid = ?1";
static const char *const sql_move =
    "UPDATE pin SET uid = ?2, verified = 0, challenger = 0 WHERE uid = ?1";

static struct store_pin
from_row(sqlite3_stmt *stmt)
{
	const void *n = sqlite3_column_blob(stmt, 2);
	int len = sqlite3_column_bytes(stmt, 2);

	return (struct store_pin){
		.uid = sqlite3_column_int64(stmt, 0),
		.bits = (int)sql_small(stmt, 1, MODULUS_MAX * 8),
		.n = len <= MODULUS_MAX ? span_of(n, (size_t)len)
					: span_of(NULL, 0),
		.e = sql_small(stmt, 3, UINT32_MAX),
		.word = sql_small(stmt, 4, UINT32_MAX),
		.pinned_ms = sqlite3_column_int64(stmt, 5),
		.verified = sqlite3_column_int(stmt, 6) == 1,
		.challenger = sqlite3_column_int64(stmt, 7),
	};
}

int
store_pin_replace(struct store *store, const struct store_pin *pin)
{
	if (pin->n.len == 0 || pin->n.len > MODULUS_MAX)
		return CAM_ERR_LIMIT;
	return sql_run(store, sql_put,
	    BIND(NUMBER(pin->uid), NUMBER(pin->bits),
		BLOB(pin->n.data, pin->n.len), NUMBER(pin->e),
		NUMBER(pin->word), NUMBER(pin->pinned_ms),
		NUMBER(pin->verified), NUMBER(pin->challenger)));
}

/* 1: the same key is there; 0: none; CAM_ERR_EXISTS: another. */
static int
compare(struct store *store, const struct store_pin *pin)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(
	    store, sql_find, BIND(NUMBER(pin->uid), NUMBER(pin->bits)), &stmt);

	if (err == 0)
		err = sql_next(store, stmt);
	if (err == 1) {
		struct store_pin old = from_row(stmt);

		if (!span_equal(old.n, pin->n) || old.e != pin->e)
			err = CAM_ERR_EXISTS;
	}
	sql_close(stmt);
	return err;
}

int
store_pin_add(struct store *store, const struct store_pin *pin)
{
	int found = compare(store, pin);

	if (found < 0)
		return found;
	if (found == 0)
		return store_pin_replace(store, pin);
	return sql_run(store, sql_word,
	    BIND(NUMBER(pin->uid), NUMBER(pin->bits), NUMBER(pin->word)));
}

int
store_pin_mark(struct store *store, int64_t uid, int bits, bool verified,
    int64_t challenger)
{
	int err = sql_run(store, sql_mark,
	    BIND(NUMBER(uid), NUMBER(bits), NUMBER(verified),
		NUMBER(challenger)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}

int
store_pin_move(struct store *store, int64_t from, int64_t into)
{
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	err = sql_run(store, sql_drop, BIND(NUMBER(into)));
	if (err == 0)
		err =
		    sql_run(store, sql_move, BIND(NUMBER(from), NUMBER(into)));
	return operation_end(store, err);
}

int
store_pin_each(struct store *store, int64_t uid,
    int (*each)(const struct store_pin *pin, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = uid == 0
		      ? sql_open(store, sql_all, BIND_NOTHING, &stmt)
		      : sql_open(store, sql_of_user, BIND(NUMBER(uid)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_pin pin = from_row(stmt);

		err = each(&pin, arg);
	}
	sql_close(stmt);
	return err;
}
