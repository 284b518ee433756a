/* message.c: messages sent and received, for ever. */
#include "store/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/connection.h"
#include "store/hour.h"
#include "store/id.h"
#include "store/index.h"
#include "store/profile.h"
#include "store/record.h"
#include "store/sql.h"

/* Column marks. */
enum {
	MARK_SEALED = 1,
	MARK_LOCKED = 2,
	MARK_OPENED = 4,
	MARK_BROADCAST = 8,
	MARK_AUTOMATIC = 16,
	MARK_OFFERS = 32,
};

static const char *const name_last_row = "store.last_row";

static const char *const sql_newest = "SELECT max(row) FROM message";
static const char *const sql_add =
    "INSERT INTO message(row, id, talk, sender, time_ms, state, encryption,"
    " signed, marks, packet_no, reply_to, text)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char *const sql_get =
    "SELECT " MESSAGE_COLUMNS " FROM message AS m WHERE m.row = ?1";
static const char *const sql_open_it =
    "UPDATE message SET marks = marks | ?2, state = ?3 WHERE row = ?1";
static const char *const sql_set_state =
    "UPDATE message SET state = ?2 WHERE row = ?1";
static const char *const sql_remove = "DELETE FROM message WHERE row = ?1";

void
message_from_row(sqlite3_stmt *stmt, struct store_message *message)
{
	uint32_t marks = sql_small(stmt, 8, UINT32_MAX);

	*message = (struct store_message){
		.row = sqlite3_column_int64(stmt, 0),
		.talk = sqlite3_column_int64(stmt, 2),
		.from = sqlite3_column_int64(stmt, 3),
		.time_ms = sqlite3_column_int64(stmt, 4),
		.state = sql_small(stmt, 5, STORE_OPENED),
		.encryption = sql_small(stmt, 6, STORE_CAM1),
		.signature = sql_small(stmt, 7, STORE_VERIFIED),
		.sealed = marks & MARK_SEALED,
		.locked = marks & MARK_LOCKED,
		.opened = marks & MARK_OPENED,
		.broadcast = marks & MARK_BROADCAST,
		.automatic = marks & MARK_AUTOMATIC,
		.has_offers = marks & MARK_OFFERS,
		.packet_no = sql_small(stmt, 9, UINT32_MAX),
		.text = sql_text(stmt, 11),
	};
	message->read = message->from == 0 ||
			message->row <= sqlite3_column_int64(stmt, 12);
	id_from_row(stmt, 1, message->id);
	id_from_row(stmt, 10, message->reply_to);
}

static uint32_t
marks_of(const struct store_message *message)
{
	return (message->sealed ? MARK_SEALED : 0) |
	       (message->locked ? MARK_LOCKED : 0) |
	       (message->opened ? MARK_OPENED : 0) |
	       (message->broadcast ? MARK_BROADCAST : 0) |
	       (message->automatic ? MARK_AUTOMATIC : 0) |
	       (message->has_offers ? MARK_OFFERS : 0);
}

/* What somebody else sealed is nobody's to find before it is opened. */
static bool
is_searchable(const struct store_message *message)
{
	return !message->sealed || message->opened || message->from == 0;
}

/* -- adding --------------------------------------------------------------- */

/* Rows count up and are not used again, not even the newest when removed. */
static int
next_row(struct store *store, int64_t *row)
{
	int64_t last = 0, kept = 0;
	int err = 0;

	if (store->last_row < 0) {
		err = sql_number(store, sql_newest, BIND_NOTHING, &last);
		if (err == 0)
			err = store_profile_get_number(
			    store, name_last_row, &kept);
		if (err != 0)
			return err;
		store->last_row = last > kept ? last : kept;
	}
	if (store->last_row >> SHARD_BITS >= SHARDS_MAX - 1)
		return CAM_ERR_FULL;
	*row = ++store->last_row;
	return 0;
}

static int
check_free(struct store *store, const char *id)
{
	int64_t row = 0;
	int err = store_message_find(store, id, NULL, 0, NULL, &row);

	if (err == CAM_ERR_UNKNOWN)
		return 0;
	return err == 0 || err == CAM_ERR_AMBIGUOUS ? CAM_ERR_EXISTS : err;
}

static int
check(const struct store_message *message)
{
	size_t len = strnlen(message->text, LIMIT_MESSAGE_TEXT + 1);

	if (len > LIMIT_MESSAGE_TEXT)
		return CAM_ERR_LIMIT;
	if (!utf8_is_valid(span_of(message->text, len)))
		return CAM_ERR_CHARSET;
	return 0;
}

static int
insert(struct store *store, const struct store_message *m, const struct id *id,
    const struct id *reply_to)
{
	return sql_run(store, sql_add,
	    BIND(NUMBER(m->row), BLOB(id->bytes, ID_BYTES), NUMBER(m->talk),
		NUMBER(m->from), NUMBER(m->time_ms), NUMBER(m->state),
		NUMBER(m->encryption), NUMBER(m->signature),
		NUMBER(marks_of(m)), NUMBER(m->packet_no),
		BLOB(m->reply_to[0] != 0 ? reply_to->bytes : NULL, ID_BYTES),
		TEXT(m->text)));
}

/* With an id that was given it must be free; a new one is. */
static int
take_ids(struct store *store, struct store_message *message, struct id *id,
    struct id *reply_to)
{
	int err = 0;

	if (message->id[0] == 0)
		random_id(message->id);
	else
		err = check_free(store, message->id);
	if (err == 0)
		err = id_parse(message->id, id);
	if (err == 0 && message->reply_to[0] != 0)
		err = id_parse(message->reply_to, reply_to);
	return err;
}

static int
index_message(struct store *store, const struct store_message *message,
    void (*change)(struct store *store, int64_t row, int64_t talk,
	const char *users, const char *text))
{
	sqlite3_stmt *stmt = NULL;
	const char *users = NULL;
	int err = talk_open(store, message->talk, &users, &stmt);

	if (err == 0 && is_searchable(message))
		change(
		    store, message->row, message->talk, users, message->text);
	sql_close(stmt);
	return err;
}

/*
 * What may be refused comes before the first write, see OPERATION_CHECKED.
 * Changes message's row and id.
 */
static int
add(struct store *store, struct store_message *message, int64_t with)
{
	struct id id, reply_to = { { 0 } };
	int err = take_ids(store, message, &id, &reply_to);

	if (err == 0)
		err = next_row(store, &message->row);
	if (err == 0)
		err = index_message(store, message, index_add);
	if (err == 0 && with != 0)
		err = user_keep(store, with);
	if (err == 0)
		err = insert(store, message, &id, &reply_to);
	if (err == 0)
		err = hour_grow(store, message->time_ms, message->row);
	if (err == 0)
		err = talk_grow(
		    store, message->talk, message->row, message->from != 0);
	return err;
}

static int
find_earlier(struct store *store, const struct store_hash *hashes,
    size_t hash_count, int64_t *earlier)
{
	int err = 0;

	*earlier = -1;
	for (size_t i = 0; err == 0 && i < hash_count && *earlier < 0; i++)
		err = store_seen_find(store, hashes[i].hash, earlier);
	return err;
}

static int
receive(struct store *store, struct store_message *message,
    const struct store_offer *offers, size_t offer_count,
    const struct store_hash *hashes, size_t hash_count)
{
	int64_t earlier = -1;
	int err = add(store, message, message->from);

	for (size_t i = 0; err == 0 && i < offer_count; i++)
		err = offer_add(store, message->row, &offers[i]);
	for (size_t i = 0; err == 0 && i < hash_count; i++)
		err = store_seen_add(store, &hashes[i], message->row, &earlier);
	return err;
}

int
store_message_receive(struct store *store, struct store_message *message,
    const struct store_offer *offers, size_t offer_count,
    const struct store_hash *hashes, size_t hash_count, int64_t *duplicate_of)
{
	struct store_message stored = *message;
	int64_t earlier = -1;
	int err = message->from > 0 ? check(message) : CAM_ERR_UNKNOWN;

	for (size_t i = 0; err == 0 && i < offer_count; i++)
		err = offers[i].size > INT64_MAX ? CAM_ERR_LIMIT : 0;
	if (err == 0)
		err = operation_begin(store, OPERATION_CHECKED);
	if (err != 0)
		return err;
	stored.has_offers = offer_count > 0;
	err = find_earlier(store, hashes, hash_count, &earlier);
	if (err == 0 && earlier < 0)
		err = receive(
		    store, &stored, offers, offer_count, hashes, hash_count);
	err = operation_end(store, err);
	if (err != 0)
		return err;
	*duplicate_of = earlier < 0 ? 0 : earlier;
	if (earlier < 0)
		*message = stored;
	return 0;
}

/* With several recipients the last may be refused when the first is written. */
int
store_message_send(struct store *store, struct store_message *message,
    struct store_delivery *deliveries, size_t count)
{
	struct store_message stored = *message;
	int err = check(message);

	if (err == 0)
		err = operation_begin(
		    store, count > 1 ? OPERATION_SAVED : OPERATION_CHECKED);
	if (err != 0)
		return err;
	stored.from = 0;
	err = add(store, &stored, count == 1 ? deliveries[0].uid : 0);
	for (size_t i = 0; err == 0 && i < count; i++) {
		deliveries[i].message = stored.row;
		if (count > 1)
			err = user_keep(store, deliveries[i].uid);
		if (err == 0)
			err = delivery_add(store, &deliveries[i]);
	}
	err = operation_end(store, err);
	if (err == 0)
		*message = stored;
	return err;
}

/* -- changing ------------------------------------------------------------- */

static int
open_message(struct store *store, struct store_message *message)
{
	int err;

	if (!message->sealed || message->opened)
		return CAM_ERR_EXISTS;
	message->opened = true;
	err = sql_run(store, sql_open_it,
	    BIND(NUMBER(message->row), NUMBER(MARK_OPENED),
		NUMBER(STORE_OPENED)));
	if (err == 0 && message->from != 0)
		err = index_message(store, message, index_add);
	return err;
}

int
store_message_open(struct store *store, int64_t row)
{
	struct store_message *message = NULL;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	err = store_message_get(store, row, &message);
	if (err == 0)
		err = open_message(store, message);
	free(message);
	return operation_end(store, err);
}

int
store_message_set_state(
    struct store *store, int64_t row, enum store_state state)
{
	int err =
	    sql_run(store, sql_set_state, BIND(NUMBER(row), NUMBER(state)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}

static int
keep_last_row(struct store *store)
{
	int64_t row = 0;
	int err = next_row(store, &row);

	if (err == 0)
		err = store_profile_set_number(store, name_last_row, row);
	return err;
}

int
store_message_remove(struct store *store, int64_t row)
{
	struct store_message *message = NULL;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	err = store_message_get(store, row, &message);
	if (err == 0)
		err = keep_last_row(store);
	if (err == 0)
		err = delivery_keep_packet_no(store);
	if (err == 0)
		err = index_message(store, message, index_remove);
	if (err == 0)
		err = sql_run(store, sql_remove, BIND(NUMBER(row)));
	if (err == 0)
		err = talk_shrink(store, message->talk, !message->read);
	free(message);
	return operation_end(store, err);
}

/* -- reading -------------------------------------------------------------- */

struct store_message *
store_message_copy(const struct store_message *message)
{
	size_t len = strlen(message->text) + 1;
	struct store_message *copy = xmalloc(sizeof *copy + len);

	*copy = *message;
	copy->text = memcpy(copy + 1, message->text, len);
	return copy;
}

int
store_message_get(
    struct store *store, int64_t row, struct store_message **result)
{
	sqlite3_stmt *stmt = NULL;
	struct store_message message;
	int err = sql_first(store, sql_get, BIND(NUMBER(row)), &stmt);

	if (err != 0)
		return err;
	message_from_row(stmt, &message);
	*result = store_message_copy(&message);
	sql_close(stmt);
	return 0;
}
