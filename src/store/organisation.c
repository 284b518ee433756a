/* organisation.c: the organisation of a user. */
#include "store/organisation.h"

#include "base/err.h"
#include "store/connection.h"
#include "store/sql.h"

static const char *const sql_put =
    "INSERT INTO organisation(one, charter, host, name, state, joined_ms,"
    " head, alarm) VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(one)"
    " DO UPDATE SET charter = ?1, host = ?2, name = ?3, state = ?4,"
    " joined_ms = ?5, head = ?6, alarm = ?7";
static const char *const sql_get =
    "SELECT charter, host, name, state, joined_ms, head, alarm"
    " FROM organisation";
static const char *const sql_drop = "DELETE FROM organisation";
static const char *const sql_clear = "DELETE FROM directory";
static const char *const sql_clear_cards = "DELETE FROM colleague";

/* An empty span is an empty blob: NULL is no value of these columns. */
static const void *
bytes_of(struct span span)
{
	return span.len > 0 ? (const void *)span.data : "";
}

int
store_organisation_put(
    struct store *store, const struct store_organisation *organisation)
{
	const struct store_organisation *o = organisation;

	if (o->charter.len > ORGANISATION_CHARTER_MAX ||
	    o->head.len > ORGANISATION_HEAD_MAX)
		return CAM_ERR_LIMIT;
	return sql_run(store, sql_put,
	    BIND(BLOB(bytes_of(o->charter), o->charter.len), TEXT(o->host),
		TEXT(o->name), NUMBER(o->state), NUMBER(o->joined_ms),
		BLOB(bytes_of(o->head), o->head.len), NUMBER(o->alarm)));
}

int
store_organisation_get(struct store *store,
    int (*found)(const struct store_organisation *organisation, void *arg),
    void *arg)
{
	struct store_organisation organisation;
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_get, BIND_NOTHING, &stmt);

	if (err != 0)
		return err;
	organisation = (struct store_organisation){
		.charter = sql_blob(stmt, 0, ORGANISATION_CHARTER_MAX),
		.host = sql_text(stmt, 1),
		.name = sql_text(stmt, 2),
		.state = sql_small(stmt, 3, UINT8_MAX),
		.joined_ms = sqlite3_column_int64(stmt, 4),
		.head = sql_blob(stmt, 5, ORGANISATION_HEAD_MAX),
		.alarm = sql_small(stmt, 6, UINT8_MAX),
	};
	err = found(&organisation, arg);
	sql_close(stmt);
	return err;
}

int
store_organisation_drop(struct store *store)
{
	int err = operation_begin(store, OPERATION_SAVED);

	if (err < 0)
		return err;
	err = sql_run(store, sql_drop, BIND_NOTHING);
	if (err == 0)
		err = sql_run(store, sql_clear, BIND_NOTHING);
	if (err == 0)
		err = sql_run(store, sql_clear_cards, BIND_NOTHING);
	return operation_end(store, err);
}
