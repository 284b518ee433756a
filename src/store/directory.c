/* directory.c: an organisation's directory, change by change. */
#include "store/directory.h"

#include "base/err.h"
#include "store/sql.h"

enum { CHANGE_MAX = 1024 };

static const char *const sql_add =
    "INSERT INTO directory(number, bytes) VALUES("
    "(SELECT coalesce(max(number), 0) + 1 FROM directory), ?1)"
    " RETURNING number";
static const char *const sql_each =
    "SELECT number, bytes FROM directory WHERE number > ?1 ORDER BY number"
    " LIMIT ?2";

int
store_directory_add(struct store *store, struct span bytes, int64_t *number)
{
	if (bytes.len == 0 || bytes.len > CHANGE_MAX)
		return CAM_ERR_LIMIT;
	return sql_number(
	    store, sql_add, BIND(BLOB(bytes.data, bytes.len)), number);
}

int
store_directory_each(struct store *store, int64_t after, size_t limit,
    int (*each)(int64_t number, struct span bytes, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(
	    store, sql_each, BIND(NUMBER(after), NUMBER(limit)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct span bytes = sql_blob(stmt, 1, CHANGE_MAX);

		err =
		    sqlite3_column_int64(stmt, 0) == after + 1 && bytes.len > 0
			? each(++after, bytes, arg)
			: CAM_ERR_FORMAT;
	}
	sql_close(stmt);
	return err;
}
