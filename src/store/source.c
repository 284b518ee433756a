/* source.c: what lies behind the offers of our own. */
#include "store/source.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

#define COLUMNS                                                                \
	"message, number, path, dev, ino, size, mtime_ns, spool, fetches,"     \
	" withdrawn"

static const char *const sql_add =
    "INSERT INTO source(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
    " ?9, ?10)";
#define EXPIRES                                                                \
	", (SELECT expires_ms FROM offer AS o WHERE o.message = "              \
	"source.message"                                                       \
	" AND o.number = source.number)"
static const char *const sql_get =
    "SELECT " COLUMNS EXPIRES " FROM source WHERE message = ?1"
    " AND number = ?2";
static const char *const sql_withdraw =
    "UPDATE source SET withdrawn = 1 WHERE message = ?1 AND number = ?2";
static const char *const sql_spool =
    "SELECT " COLUMNS EXPIRES
    " FROM source INDEXED BY source_spool WHERE spool = 1";

int
source_add(
    struct store *store, int64_t message, const struct store_source *source)
{
	return sql_run(store, sql_add,
	    BIND(NUMBER(message), NUMBER(source->number), TEXT(source->path),
		NUMBER(source->dev), NUMBER(source->ino), NUMBER(source->size),
		NUMBER(source->mtime_ns), NUMBER(source->spool),
		NUMBER(source->fetches), NUMBER(source->withdrawn)));
}

static void
from_row(sqlite3_stmt *stmt, struct store_source *source)
{
	*source = (struct store_source){
		.message = sqlite3_column_int64(stmt, 0),
		.number = sql_small(stmt, 1, UINT32_MAX),
		.path = sql_text(stmt, 2),
		.dev = (uint64_t)sqlite3_column_int64(stmt, 3),
		.ino = (uint64_t)sqlite3_column_int64(stmt, 4),
		.size = (uint64_t)sqlite3_column_int64(stmt, 5),
		.mtime_ns = sqlite3_column_int64(stmt, 6),
		.spool = sqlite3_column_int(stmt, 7) == 1,
		.fetches = sql_small(stmt, 8, UINT32_MAX),
		.withdrawn = sqlite3_column_int(stmt, 9) != 0,
		.expires_ms = sqlite3_column_int64(stmt, 10),
	};
}

int
store_source_get(struct store *store, int64_t message, uint32_t number,
    struct store_source **result)
{
	sqlite3_stmt *stmt = NULL;
	struct store_source source, *copy;
	size_t size;
	int err = sql_first(
	    store, sql_get, BIND(NUMBER(message), NUMBER(number)), &stmt);

	if (err != 0)
		return err;
	from_row(stmt, &source);
	size = strlen(source.path) + 1;
	copy = xmalloc(sizeof *copy + size);
	*copy = source;
	copy->path = memcpy(copy + 1, source.path, size);
	sql_close(stmt);
	*result = copy;
	return 0;
}

int
store_source_withdraw(struct store *store, int64_t message, uint32_t number)
{
	int err =
	    sql_run(store, sql_withdraw, BIND(NUMBER(message), NUMBER(number)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}

int
store_source_each_spool(struct store *store,
    int (*each)(const struct store_source *source, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_source source;
	int err = sql_open(store, sql_spool, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		from_row(stmt, &source);
		err = each(&source, arg);
	}
	sql_close(stmt);
	return err;
}
