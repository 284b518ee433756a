/* call.c: past calls. */
#include "store/call.h"

#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

/* Bits of the column "video". */
enum { HAD_VIDEO = 1, WAS_RECORDED = 2 };

static const char *const sql_add = "INSERT INTO call VALUES(?1, ?2, ?3, ?4)";
static const char *const sql_get =
    "SELECT video, reason, duration_ms FROM call WHERE message = ?1";

int
store_call_add(struct store *store, struct store_message *message,
    const struct store_call *call, int64_t with)
{
	struct store_message stored = *message;
	int kind =
	    (call->video ? HAD_VIDEO : 0) | (call->recorded ? WAS_RECORDED : 0);
	int err = operation_begin(store, OPERATION_CHECKED);

	if (err != 0)
		return err;
	stored.type = STORE_CALL;
	stored.text = "";
	stored.state = STORE_DELIVERED;
	stored.encryption = STORE_CAM1;
	err = message_add(store, &stored, with, stored.missed);
	if (err == 0)
		err = sql_run(store, sql_add,
		    BIND(NUMBER(stored.row), NUMBER(kind), NUMBER(call->reason),
			NUMBER(call->duration_ms)));
	err = operation_end(store, err);
	if (err == 0)
		*message = stored;
	return err;
}

int
store_call_get(struct store *store, int64_t message, struct store_call *call)
{
	sqlite3_stmt *stmt = NULL;
	unsigned kind;
	int err = sql_first(store, sql_get, BIND(NUMBER(message)), &stmt);

	if (err != 0)
		return err;
	kind = sql_small(stmt, 0, UINT8_MAX);
	call->video = (kind & HAD_VIDEO) != 0;
	call->recorded = (kind & WAS_RECORDED) != 0;
	call->reason = (uint8_t)sql_small(stmt, 1, UINT8_MAX);
	call->duration_ms = sqlite3_column_int64(stmt, 2);
	sql_close(stmt);
	return 0;
}
