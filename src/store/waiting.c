/* waiting.c: changes that came before their message. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "store/change.h"
#include "store/connection.h"
#include "store/id.h"
#include "store/record.h"
#include "store/sql.h"

static const char *const sql_count =
    "SELECT count(*) FROM waiting INDEXED BY waiting_sender"
    " WHERE sender = ?1";
/* What was deleted stays so. */
static const char *const sql_put =
    "INSERT INTO waiting(target, sender, type, time_ms, expires_ms, text)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(target, sender) DO UPDATE SET"
    " type = ?3, time_ms = ?4, expires_ms = ?5, text = ?6"
    " WHERE type <> 2"; /* STORE_DELETION */
static const char *const sql_find =
    "SELECT sender, type, time_ms, text FROM waiting WHERE target = ?1";
static const char *const sql_remove =
    "DELETE FROM waiting WHERE target = ?1 AND sender = ?2";
static const char *const sql_any = "SELECT EXISTS(SELECT 1 FROM waiting)";
static const char *const sql_purge =
    "DELETE FROM waiting INDEXED BY waiting_expires WHERE expires_ms < ?1";

int
waiting_add(
    struct store *store, const struct store_message *change, int64_t expires_ms)
{
	struct id target;
	int64_t count = 0;
	int err = id_parse(change->reply_to, &target);

	if (err == 0)
		err = sql_number(
		    store, sql_count, BIND(NUMBER(change->from)), &count);
	if (err != 0 || count >= STORE_WAITING_MAX)
		return err;
	store->waiting = 1;
	return sql_run(store, sql_put,
	    BIND(BLOB(target.bytes, ID_BYTES), NUMBER(change->from),
		NUMBER(change->type), NUMBER(change->time_ms),
		NUMBER(expires_ms), TEXT(change->text)));
}

/* The row that stmt stands on, when it is of the message's sender. */
static int
apply(struct store *store, struct store_message *message, sqlite3_stmt *stmt,
    int64_t *sender)
{
	struct store_message change = {
		.from = sqlite3_column_int64(stmt, 0),
		.type = sql_small(stmt, 1, STORE_DELETION),
		.time_ms = sqlite3_column_int64(stmt, 2),
		.text = sql_text(stmt, 3),
	};
	bool is_his = false;
	int err = user_is_same(store, change.from, message->from, &is_his);

	if (err != 0 || !is_his || change.type == STORE_MESSAGE)
		return err;
	*sender = change.from;
	return change_apply(store, message, &change);
}

/* Nothing waits, nearly always: then there is nothing to look up. */
static int
is_any(struct store *store, bool *any)
{
	int64_t exists = 0;
	int err = 0;

	if (store->waiting < 0)
		err = sql_number(store, sql_any, BIND_NOTHING, &exists);
	if (err == 0 && store->waiting < 0)
		store->waiting = exists != 0;
	*any = store->waiting == 1;
	return err;
}

int
waiting_apply(struct store *store, struct store_message *message)
{
	const char *text = message->text;
	sqlite3_stmt *stmt = NULL;
	struct id target;
	int64_t sender = 0;
	bool any = false;
	int err = is_any(store, &any);

	if (err != 0 || !any)
		return err;
	err = id_parse(message->id, &target);
	if (err == 0)
		err = sql_open(
		    store, sql_find, BIND(BLOB(target.bytes, ID_BYTES)), &stmt);
	while (err == 0 && sender == 0 && (err = sql_next(store, stmt)) == 1)
		err = apply(store, message, stmt, &sender);
	message->text = message->deleted ? "" : text;
	sql_close(stmt);
	if (err == 0 && sender != 0)
		err = sql_run(store, sql_remove,
		    BIND(BLOB(target.bytes, ID_BYTES), NUMBER(sender)));
	return err;
}

int
waiting_purge(struct store *store, int64_t now_ms)
{
	bool any = false;
	int err = is_any(store, &any);

	if (err != 0 || !any)
		return err;
	store->waiting = -1;
	return sql_run(store, sql_purge, BIND(NUMBER(now_ms)));
}
