/* hour.c: which rows hold the messages of which hours. */
#include "store/hour.h"

#include "base/err.h"
#include "store/connection.h"
#include "store/sql.h"

enum { HOUR_MS = 3600 * 1000 };

static const char *const sql_which =
    "SELECT hour FROM hour INDEXED BY hour_open WHERE last IS NULL";
static const char *const sql_close_open =
    "UPDATE hour INDEXED BY hour_open SET last = ?1 WHERE last IS NULL";
static const char *const sql_open_hour =
    "INSERT INTO hour(hour, first) VALUES(?1, ?2)"
    " ON CONFLICT(hour) DO UPDATE SET last = NULL";
static const char *const sql_rows =
    "SELECT min(first), max(coalesce(last, 9223372036854775807)) FROM hour"
    " WHERE hour BETWEEN ?1 AND ?2";

static int64_t
hour_of(int64_t time_ms)
{
	return time_ms >= 0 ? time_ms / HOUR_MS : -1;
}

/* The open hour goes on to the newest row, so most messages write nothing. */
int
hour_grow(struct store *store, int64_t time_ms, int64_t row)
{
	int64_t hour = hour_of(time_ms);
	int err = 0;

	if (store->hour == HOUR_UNKNOWN) {
		err = sql_number(store, sql_which, BIND_NOTHING, &store->hour);
		if (err != 0 && err != CAM_ERR_UNKNOWN)
			return err;
	}
	if (err == 0 && hour == store->hour)
		return 0;
	err = sql_run(store, sql_close_open, BIND(NUMBER(row - 1)));
	if (err == 0)
		err = sql_run(
		    store, sql_open_hour, BIND(NUMBER(hour), NUMBER(row)));
	if (err == 0)
		store->hour = hour;
	return err;
}

int
hour_rows(struct store *store, int64_t since_ms, int64_t until_ms,
    int64_t *first, int64_t *last)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_rows,
	    BIND(NUMBER(hour_of(since_ms)), NUMBER(hour_of(until_ms - 1))),
	    &stmt);

	if (err != 0)
		return err;
	*first = 1;
	*last = 0;
	if (sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
		*first = sqlite3_column_int64(stmt, 0);
		*last = sqlite3_column_int64(stmt, 1);
	}
	sql_close(stmt);
	return 0;
}
