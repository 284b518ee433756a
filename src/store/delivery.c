/* delivery.c: a sent message on its way to one recipient. */
#include "store/delivery.h"

#include <string.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "store/connection.h"
#include "store/profile.h"
#include "store/record.h"
#include "store/sql.h"

#define COLUMNS                                                                \
	"message, uid, packet_no, state, receipt, encryption, clear, "         \
	"attempts,"                                                            \
	" next_try_ms, delivered_ms, opened_ms, error"

static const char *const name_packet_no = "store.packet_no";

static const char *const sql_add =
    "INSERT INTO delivery(" COLUMNS ")"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
/* What an UPDATE names is written to its indexes again, changed or not: the
 * number hardly ever does. */
static const char *const sql_put =
    "UPDATE delivery SET state = ?4, receipt = ?5, encryption = ?6,"
    " clear = ?7, attempts = ?8, next_try_ms = ?9, delivered_ms = ?10,"
    " opened_ms = ?11, error = ?12"
    " WHERE message = ?1 AND uid = ?2 AND packet_no = ?3";
static const char *const sql_renumber =
    "UPDATE delivery SET packet_no = ?3 WHERE message = ?1 AND uid = ?2";
static const char *const sql_get =
    "SELECT " COLUMNS " FROM delivery WHERE message = ?1 AND uid = ?2";
static const char *const sql_find =
    "SELECT " COLUMNS " FROM delivery INDEXED BY delivery_packet"
    " WHERE packet_no = ?1 AND packet_no > 0 ORDER BY message DESC LIMIT 1";
static const char *const sql_each =
    "SELECT " COLUMNS " FROM delivery WHERE message = ?1 ORDER BY uid";
static const char *const sql_unfinished =
    "SELECT " COLUMNS " FROM delivery INDEXED BY delivery_unfinished"
    " WHERE state IN (1, 2) ORDER BY message, uid";
static const char *const sql_greatest =
    "SELECT max(packet_no) FROM delivery INDEXED BY delivery_packet"
    " WHERE packet_no > 0";
static const char *const sql_greatest_notice =
    "SELECT max(packet_no) FROM notice";

static void
take_error(char error[STORE_ERROR_SIZE], const char *text)
{
	struct span whole = span_of(text, strnlen(text, STORE_ERROR_SIZE));
	size_t len = utf8_cut(whole, STORE_ERROR_SIZE - 1);

	memcpy(error, text, len);
	error[len] = 0;
}

static void
from_row(sqlite3_stmt *stmt, struct store_delivery *delivery)
{
	*delivery = (struct store_delivery){
		.message = sqlite3_column_int64(stmt, 0),
		.uid = sqlite3_column_int64(stmt, 1),
		.packet_no = sql_small(stmt, 2, UINT32_MAX),
		.state = sql_small(stmt, 3, STORE_OPENED),
		.receipt = sql_small(stmt, 4, STORE_SIGNED_RECEIPT),
		.encryption = sql_small(stmt, 5, STORE_CAM1),
		.clear = sqlite3_column_int(stmt, 6) == 1,
		.attempts = sql_small(stmt, 7, UINT32_MAX),
		.next_try_ms = sqlite3_column_int64(stmt, 8),
		.delivered_ms = sqlite3_column_int64(stmt, 9),
		.opened_ms = sqlite3_column_int64(stmt, 10),
	};
	take_error(delivery->error, sql_text(stmt, 11));
}

static int
write(struct store *store, const char *sql, const struct store_delivery *d)
{
	char error[STORE_ERROR_SIZE];

	take_error(error, d->error);
	return sql_run(store, sql,
	    BIND(NUMBER(d->message), NUMBER(d->uid), NUMBER(d->packet_no),
		NUMBER(d->state), NUMBER(d->receipt), NUMBER(d->encryption),
		NUMBER(d->clear), NUMBER(d->attempts), NUMBER(d->next_try_ms),
		NUMBER(d->delivered_ms), NUMBER(d->opened_ms), TEXT(error)));
}

int
delivery_add(struct store *store, const struct store_delivery *delivery)
{
	return write(store, sql_add, delivery);
}

static int
put(struct store *store, const struct store_delivery *delivery, bool *found)
{
	int err = write(store, sql_put, delivery);

	*found = sqlite3_changes(store->db) > 0;
	return err;
}

int
store_delivery_put(struct store *store, const struct store_delivery *delivery)
{
	bool found = false;
	int err = put(store, delivery, &found);

	if (err != 0 || found)
		return err;
	err = sql_run(store, sql_renumber,
	    BIND(NUMBER(delivery->message), NUMBER(delivery->uid),
		NUMBER(delivery->packet_no)));
	if (err == 0)
		err = put(store, delivery, &found);
	return err == 0 && !found ? CAM_ERR_UNKNOWN : err;
}

static int
get_one(struct store *store, const char *sql, const struct value *values,
    struct store_delivery *delivery)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql, values, &stmt);

	if (err != 0)
		return err;
	from_row(stmt, delivery);
	sql_close(stmt);
	return 0;
}

int
store_delivery_get(struct store *store, int64_t message, int64_t uid,
    struct store_delivery *delivery)
{
	return get_one(
	    store, sql_get, BIND(NUMBER(message), NUMBER(uid)), delivery);
}

int
store_delivery_find(
    struct store *store, uint32_t packet_no, struct store_delivery *delivery)
{
	return get_one(store, sql_find, BIND(NUMBER(packet_no)), delivery);
}

static int
each_of(struct store *store, const char *sql, const struct value *values,
    int (*each)(const struct store_delivery *delivery, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_delivery delivery;
	int err = sql_open(store, sql, values, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		from_row(stmt, &delivery);
		err = each(&delivery, arg);
	}
	sql_close(stmt);
	return err;
}

int
store_delivery_each(struct store *store, int64_t message,
    int (*each)(const struct store_delivery *delivery, void *arg), void *arg)
{
	return each_of(store, sql_each, BIND(NUMBER(message)), each, arg);
}

int
store_delivery_unfinished(struct store *store,
    int (*each)(const struct store_delivery *delivery, void *arg), void *arg)
{
	return each_of(store, sql_unfinished, BIND_NOTHING, each, arg);
}

int
store_packet_no_max(struct store *store, uint32_t *packet_no)
{
	int64_t kept = 0, sent = 0, notices = 0;
	int err = store_profile_get_number(store, name_packet_no, &kept);

	if (err == 0)
		err = sql_number(store, sql_greatest, BIND_NOTHING, &sent);
	if (err == 0)
		err = sql_number(
		    store, sql_greatest_notice, BIND_NOTHING, &notices);
	if (err != 0)
		return err;
	if (sent > kept)
		kept = sent;
	if (notices > kept)
		kept = notices;
	*packet_no = kept > 0 && kept <= UINT32_MAX ? (uint32_t)kept : 0;
	return 0;
}

int
delivery_keep_packet_no(struct store *store)
{
	uint32_t packet_no = 0;
	int err = store_packet_no_max(store, &packet_no);

	if (err == 0)
		err =
		    store_profile_set_number(store, name_packet_no, packet_no);
	return err;
}
