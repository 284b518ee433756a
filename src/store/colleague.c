/* colleague.c: which card of each colleague is known. */
#include "store/colleague.h"

#include "base/err.h"
#include "store/sql.h"

static const char *const sql_put =
    "INSERT INTO colleague(number, card, addr) VALUES(?1, ?2, ?3)"
    " ON CONFLICT(number) DO UPDATE SET card = ?2, addr = ?3";
static const char *const sql_remove = "DELETE FROM colleague WHERE number = ?1";
static const char *const sql_each =
    "SELECT number, card, addr FROM colleague ORDER BY number";

int
store_colleague_put(
    struct store *store, const struct store_colleague *colleague)
{
	return colleague->card == 0
		   ? sql_run(store, sql_remove, BIND(NUMBER(colleague->number)))
		   : sql_run(store, sql_put,
			 BIND(NUMBER(colleague->number),
			     NUMBER(colleague->card), TEXT(colleague->addr)));
}

int
store_colleague_each(struct store *store,
    int (*each)(const struct store_colleague *colleague, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_colleague colleague = {
			.number = sqlite3_column_int64(stmt, 0),
			.card = sql_small(stmt, 1, UINT32_MAX),
			.addr = sql_text(stmt, 2),
		};

		err = each(&colleague, arg);
	}
	sql_close(stmt);
	return err;
}
