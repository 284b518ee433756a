/* notice.c: opened notices that are still to be confirmed. */
#include "store/notice.h"

#include "store/sql.h"

static const char *const sql_put =
    "INSERT INTO notice(message, packet_no, attempts, next_try_ms)"
    " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(message) DO UPDATE SET"
    " packet_no = ?2, attempts = ?3, next_try_ms = ?4";
static const char *const sql_remove = "DELETE FROM notice WHERE message = ?1";
static const char *const sql_each =
    "SELECT message, packet_no, attempts, next_try_ms FROM notice"
    " ORDER BY message";

int
store_notice_put(struct store *store, const struct store_notice *notice)
{
	return sql_run(store, sql_put,
	    BIND(NUMBER(notice->message), NUMBER(notice->packet_no),
		NUMBER(notice->attempts), NUMBER(notice->next_try_ms)));
}

int
store_notice_remove(struct store *store, int64_t message)
{
	return sql_run(store, sql_remove, BIND(NUMBER(message)));
}

int
store_notice_each(struct store *store,
    int (*each)(const struct store_notice *notice, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_notice notice = {
			.message = sqlite3_column_int64(stmt, 0),
			.packet_no = sql_small(stmt, 1, UINT32_MAX),
			.attempts = sql_small(stmt, 2, UINT32_MAX),
			.next_try_ms = sqlite3_column_int64(stmt, 3),
		};

		err = each(&notice, arg);
	}
	sql_close(stmt);
	return err;
}
