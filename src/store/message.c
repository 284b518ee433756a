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
#include "store/merge.h"
#include "store/profile.h"
#include "store/record.h"
#include "store/sql.h"

static const char *const name_last_row = "store.last_row";

static const char *const sql_newest = "SELECT max(row) FROM message";
static const char *const sql_get =
    "SELECT " MESSAGE_COLUMNS " FROM message AS m WHERE m.row = ?1";
static const char *const sql_set_state =
    "UPDATE message SET state = ?2 WHERE row = ?1";
static const char *const sql_remove = "DELETE FROM message WHERE row = ?1";
static const char *const sql_remove_changes =
    "DELETE FROM message WHERE row IN (SELECT row FROM change"
    " INDEXED BY change_target WHERE target = ?1)";

/* What somebody else sealed is nobody's to find before it is opened. */
static bool
is_searchable(const struct store_message *message)
{
	return !message->sealed || message->opened || message->from == 0;
}

bool
message_is_listed(const struct store_message *message)
{
	return message->type == STORE_MESSAGE || message->type == STORE_CALL;
}

/* -- adding --------------------------------------------------------------- */

/* Rows count up and are not used again, not even the newest when removed. */
int
message_next_row(struct store *store, int64_t *row)
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

int
message_check(const struct store_message *message)
{
	size_t len = strnlen(message->text, LIMIT_MESSAGE_TEXT + 1);

	if (len > LIMIT_MESSAGE_TEXT || message->sequence > INT64_MAX)
		return CAM_ERR_LIMIT;
	if (!utf8_is_valid(span_of(message->text, len)))
		return CAM_ERR_CHARSET;
	return 0;
}

/*
 * Nobody loses a message because somebody else was first to use its id, and
 * nobody takes over an id by using it again: the second gets another.
 */
static int
take_id(struct store *store, struct store_message *message)
{
	struct id id;
	bool is_taken = message->id[0] == 0;
	int err = 0;

	if (!is_taken)
		err = id_parse(message->id, &id);
	if (err == 0 && !is_taken && message->from != 0)
		err = id_is_recent(store, &id, &is_taken);
	if (err == 0 && is_taken)
		random_id(message->id);
	if (err == 0 && message->reply_to[0] != 0)
		err = id_parse(message->reply_to, &id);
	return err;
}

int
message_index(struct store *store, const struct store_message *message,
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

int
message_add(struct store *store, struct store_message *message, int64_t with,
    bool unread)
{
	int err = take_id(store, message);

	if (err == 0)
		err = message_next_row(store, &message->row);
	if (err == 0)
		err = message_index(store, message, index_add);
	if (err == 0 && with != 0)
		err = user_keep(store, with);
	if (err == 0)
		err = row_add(store, message);
	if (err == 0)
		err = hour_grow(store, message->time_ms, message->row);
	if (err == 0)
		err = talk_grow(store, message->talk, message->row, unread);
	return err;
}

int
message_find_earlier(struct store *store, const struct store_hash *hashes,
    size_t hash_count, int64_t *earlier)
{
	int err = 0;

	*earlier = -1;
	for (size_t i = 0; err == 0 && i < hash_count && *earlier < 0; i++)
		err = store_seen_find(store, &hashes[i], earlier);
	return err;
}

int
message_remember(struct store *store, const struct store_hash *hashes,
    size_t hash_count, int64_t row)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < hash_count; i++)
		err = seen_remember(store, &hashes[i], row);
	return err;
}

/* With its number in the talk, and what waited for it. */
static int
receive_numbered(struct store *store, struct store_message *message)
{
	int err = message_add(store, message, message->from, true);

	if (err == 0 && message->place != NULL && message->sequence > 0)
		err = sequence_take(store, message->place, message->sequence,
		    message->row, &message->missing);
	if (err == 0 && message->missing > 0)
		err = row_rewrite(store, message);
	if (err == 0 && message->place != NULL)
		err = waiting_apply(store, message);
	return err;
}

static int
add_received(struct store *store, const struct store_message *message,
    const struct store_offer *offer)
{
	struct store_offer row = *offer;
	int err = offer_add(store, message->row, offer);

	row.message = message->row;
	if (err == 0)
		err = transfer_add(store, &row, message->from, "",
		    message->encryption, message->time_ms);
	return err;
}

/* To all who get it. */
static int
add_offered(struct store *store, const struct store_message *message, size_t i,
    const struct store_delivery *deliveries, size_t count)
{
	struct store_offer row = message->offers[i];
	int err = offer_add(store, message->row, &row);

	row.message = message->row;
	if (err == 0)
		err = source_add(store, message->row, &message->sources[i]);
	for (size_t k = 0; err == 0 && k < count; k++)
		err = transfer_add(store, &row, deliveries[k].uid,
		    message->sources[i].path, deliveries[k].encryption,
		    message->time_ms);
	return err;
}

static int
receive(struct store *store, struct store_message *message,
    const struct store_offer *offers, size_t offer_count,
    const struct store_hash *hashes, size_t hash_count)
{
	int err = receive_numbered(store, message);

	if (message->deleted)
		offer_count = 0;
	for (size_t i = 0; err == 0 && i < offer_count; i++)
		err = add_received(store, message, &offers[i]);
	if (err == 0)
		err = message_remember(store, hashes, hash_count, message->row);
	return err;
}

int
store_message_receive(struct store *store, struct store_message *message,
    const struct store_offer *offers, size_t offer_count,
    const struct store_hash *hashes, size_t hash_count, int64_t *duplicate_of)
{
	struct store_message stored = *message;
	int64_t earlier = -1;
	int err = message->from > 0 ? message_check(message) : CAM_ERR_UNKNOWN;

	for (size_t i = 0; err == 0 && i < offer_count; i++)
		err = offers[i].size > INT64_MAX ? CAM_ERR_LIMIT : 0;
	if (err == 0)
		err = operation_begin(store, OPERATION_CHECKED);
	if (err != 0)
		return err;
	stored.type = STORE_MESSAGE;
	stored.read = false;
	stored.missing = 0;
	stored.has_offers = offer_count > 0;
	err = message_find_earlier(store, hashes, hash_count, &earlier);
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
	int err = message_check(message);

	if (err == 0)
		err = operation_begin(
		    store, count > 1 ? OPERATION_SAVED : OPERATION_CHECKED);
	if (err != 0)
		return err;
	stored.type = STORE_MESSAGE;
	stored.from = 0;
	stored.has_offers = stored.offer_count > 0;
	if (stored.place != NULL)
		err = sequence_next(store, stored.place, &stored.sequence);
	if (err == 0)
		err = message_add(
		    store, &stored, count == 1 ? deliveries[0].uid : 0, false);
	if (err == 0 && stored.place != NULL)
		err = sequence_use(store, stored.place, stored.sequence);
	for (size_t i = 0; err == 0 && i < count; i++) {
		deliveries[i].message = stored.row;
		if (count > 1)
			err = user_keep(store, deliveries[i].uid);
		if (err == 0)
			err = delivery_add(store, &deliveries[i]);
	}
	for (size_t i = 0; err == 0 && i < stored.offer_count; i++)
		err = add_offered(store, &stored, i, deliveries, count);
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

	if (message->type != STORE_MESSAGE || message->deleted)
		return CAM_ERR_UNKNOWN;
	if (!message->sealed || message->opened)
		return CAM_ERR_EXISTS;
	message->opened = true;
	message->state = STORE_OPENED;
	err = row_rewrite(store, message);
	if (err == 0 && message->from != 0)
		err = message_index(store, message, index_add);
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
	int err = message_next_row(store, &row);

	if (err == 0)
		err = store_profile_set_number(store, name_last_row, row);
	return err;
}

/* A change is in no list and no count, so there is no more to take back. */
static int
remove_row(struct store *store, const struct store_message *message)
{
	bool is_listed = message_is_listed(message);
	int err = 0;

	if (is_listed)
		err = message_index(store, message, index_remove);
	if (err == 0)
		err = sql_run(
		    store, sql_remove_changes, BIND(NUMBER(message->row)));
	sql_overwrite(store, true);
	if (err == 0)
		err = sql_run(store, sql_remove, BIND(NUMBER(message->row)));
	sql_overwrite(store, false);
	if (err == 0 && is_listed)
		err = merge_wipe(store, message->row);
	if (err == 0 && is_listed)
		err = talk_shrink(store, message->talk, !message->read);
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
		err = remove_row(store, message);
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
