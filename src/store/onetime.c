/* onetime.c: places of one size, all of them made before the first is used: so
 * the database only ever writes over one, and copies none when it makes room.
 */
#include "store/onetime.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "store/connection.h"
#include "store/sql.h"

/* id (4), time (8), secret; zeros: the place is empty. */
enum { PLACE_SIZE = 4 + 8 + ONETIME_SECRET_SIZE };

static const char *const sql_make =
    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
    " WHERE i < ?1) INSERT INTO onetime(place, bytes)"
    " SELECT i, zeroblob(?2) FROM n WHERE true ON CONFLICT DO NOTHING";
static const char *const sql_put =
    "UPDATE onetime SET bytes = ?2 WHERE place = ?1";
static const char *const sql_destroy =
    "UPDATE onetime SET bytes = ?3 WHERE place = ?1"
    " AND substr(bytes, 1, 4) = ?2";
static const char *const sql_expire =
    "UPDATE onetime SET bytes = ?3 WHERE bytes <> ?3"
    " AND (substr(bytes, 5, 8) < ?1 OR substr(bytes, 5, 8) > ?2)";
static const char *const sql_each =
    "SELECT place, bytes FROM onetime ORDER BY place";

static int
put(struct store *store, int64_t place, const uint8_t bytes[PLACE_SIZE])
{
	return sql_run(
	    store, sql_put, BIND(NUMBER(place), BLOB(bytes, PLACE_SIZE)));
}

int
store_onetime_put(struct store *store, const struct store_onetime *onetime)
{
	uint8_t bytes[PLACE_SIZE], *at = bytes;
	int err = 0;

	if (onetime->place < 1 || onetime->place > ONETIME_MAX)
		return CAM_ERR_LIMIT;
	at = fields_write(at, onetime->id, 4);
	at = fields_write(at, (uint64_t)onetime->made_ms, 8);
	memcpy(at, onetime->secret, ONETIME_SECRET_SIZE);
	/* Whatever was there before. */
	store->is_stale = true;
	err = put(store, onetime->place, bytes);
	if (err != 0 || sqlite3_changes(store->db) > 0)
		return err;
	err = sql_run(
	    store, sql_make, BIND(NUMBER(ONETIME_MAX), NUMBER(PLACE_SIZE)));
	return err == 0 ? put(store, onetime->place, bytes) : err;
}

int
store_onetime_destroy(struct store *store, int64_t place, uint32_t id)
{
	static const uint8_t none[PLACE_SIZE];
	uint8_t bytes[4];

	(void)fields_write(bytes, id, sizeof bytes);
	store->is_stale = true;
	return sql_run(store, sql_destroy,
	    BIND(NUMBER(place), BLOB(bytes, sizeof bytes),
		BLOB(none, sizeof none)));
}

int
store_onetime_expire(struct store *store, int64_t before_ms, int64_t now_ms)
{
	static const uint8_t none[PLACE_SIZE];
	static const int64_t day_ms = 24 * 3600 * (int64_t)1000;
	uint8_t before[8], after[8];

	(void)fields_write(
	    before, before_ms > 0 ? (uint64_t)before_ms : 0, sizeof before);
	(void)fields_write(after, (uint64_t)(now_ms + day_ms), sizeof after);
	store->is_stale = true;
	return sql_run(store, sql_expire,
	    BIND(BLOB(before, sizeof before), BLOB(after, sizeof after),
		BLOB(none, sizeof none)));
}

static int
from_row(sqlite3_stmt *stmt, struct store_onetime *onetime)
{
	struct span bytes = sql_blob(stmt, 1, PLACE_SIZE);
	struct fields fields = fields_of(bytes);

	onetime->place = sqlite3_column_int64(stmt, 0);
	onetime->id = (uint32_t)fields_number(&fields, 4);
	onetime->made_ms = (int64_t)fields_number(&fields, 8);
	fields_copy(&fields, onetime->secret, ONETIME_SECRET_SIZE);
	return fields.failed || onetime->made_ms < 0 || onetime->place < 1 ||
		       onetime->place > ONETIME_MAX
		   ? CAM_ERR_FORMAT
		   : 0;
}

int
store_onetime_each(struct store *store,
    int (*each)(const struct store_onetime *onetime, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_onetime onetime;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		err = from_row(stmt, &onetime);
		if (err == 0 && onetime.id != 0)
			err = each(&onetime, arg);
	}
	sql_close(stmt);
	return err;
}
