/* change.c: edits and deletions of messages by their senders. */
#include "store/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/id.h"
#include "store/index.h"
#include "store/merge.h"
#include "store/record.h"
#include "store/sql.h"

static const char *const sql_add_change =
    "INSERT INTO change(row, target) VALUES(?1, ?2)";
static const char *const sql_changed =
    "INSERT INTO changed(message, time_ms) VALUES(?1, ?2)"
    " ON CONFLICT(message) DO UPDATE SET time_ms = ?2";
static const char *const sql_remove_offers =
    "DELETE FROM offer WHERE message = ?1";
/* Queued or sent: failed, because of ?2, without a further try. */
static const char *const sql_give_up =
    "UPDATE delivery SET state = 0, error = ?2, next_try_ms = 0"
    " WHERE state IN (1, 2) AND message IN (SELECT ?1 UNION ALL"
    " SELECT row FROM change INDEXED BY change_target WHERE target = ?1)";

/* -- applying ---------------------------------------------------------------
 */

/* The text of a change before it is written anywhere. */
static int
check(const struct store_message *change)
{
	struct id target;

	if (change->type == STORE_MESSAGE ||
	    id_parse(change->reply_to, &target) != 0)
		return CAM_ERR_REQUEST;
	if (change->type == STORE_DELETION)
		return change->sequence > INT64_MAX ? CAM_ERR_LIMIT : 0;
	if (change->text == NULL || change->text[0] == 0)
		return CAM_ERR_REQUEST;
	return message_check(change);
}

static int
take_away(struct store *store, struct store_message *message)
{
	bool was_unread = !message->read;
	int err = 0;

	message->deleted = message->read = true;
	if (message->has_offers)
		err = sql_run(
		    store, sql_remove_offers, BIND(NUMBER(message->row)));
	message->has_offers = false;
	if (err == 0 && was_unread)
		err = talk_shrink(store, message->talk, true);
	return err;
}

int
change_apply(struct store *store, struct store_message *message,
    const struct store_message *change)
{
	bool is_edit = change->type == STORE_EDIT;
	int err = message_index(store, message, index_remove);

	message->text = is_edit ? change->text : "";
	/* 0 would say that there was none. */
	message->changed_ms = change->time_ms != 0 ? change->time_ms : 1;
	if (err == 0 && is_edit)
		err = message_index(store, message, index_add);
	if (err == 0 && !is_edit)
		err = take_away(store, message);
	sql_overwrite(store, true);
	if (err == 0)
		err = row_rewrite(store, message);
	sql_overwrite(store, false);
	if (err == 0)
		err = merge_wipe(store, message->row);
	if (err == 0)
		err = sql_run(store, sql_changed,
		    BIND(NUMBER(message->row), NUMBER(message->changed_ms)));
	return err;
}

/* -- ours -------------------------------------------------------------------
 */

static int
find_ours(struct store *store, const char *id, struct store_message **message)
{
	int64_t row = 0;
	int err = store_message_find(store, id, NULL, 0, NULL, &row);

	if (err == CAM_ERR_REQUEST || err == CAM_ERR_AMBIGUOUS)
		err = CAM_ERR_UNKNOWN;
	if (err == 0)
		err = store_message_get(store, row, message);
	if (err != 0)
		return err;
	if ((*message)->type != STORE_MESSAGE)
		return CAM_ERR_UNKNOWN;
	if ((*message)->from != 0)
		return CAM_ERR_REFUSED;
	return (*message)->deleted ? CAM_ERR_EXISTS : 0;
}

/* The row beside the messages, without a text of its own. */
static int
add_change(struct store *store, struct store_message *change, int64_t target,
    struct store_delivery *deliveries, size_t count)
{
	struct store_message row = *change;
	int err = 0;

	row.text = "";
	if (row.id[0] == 0)
		random_id(row.id);
	if (row.place != NULL)
		err = sequence_next(store, row.place, &row.sequence);
	if (err == 0)
		err = message_next_row(store, &row.row);
	if (err == 0)
		err = row_add(store, &row);
	if (err == 0 && row.place != NULL)
		err = sequence_use(store, row.place, row.sequence);
	if (err == 0)
		err = sql_run(store, sql_add_change,
		    BIND(NUMBER(row.row), NUMBER(target)));
	for (size_t i = 0; err == 0 && i < count; i++) {
		deliveries[i].message = row.row;
		err = user_keep(store, deliveries[i].uid);
		if (err == 0)
			err = delivery_add(store, &deliveries[i]);
	}
	row.text = change->text;
	if (err == 0)
		*change = row;
	return err;
}

static int
send_change(struct store *store, struct store_message *change,
    struct store_delivery *deliveries, size_t count,
    struct store_message **target)
{
	int err = find_ours(store, change->reply_to, target);

	if (err == 0 && change->type == STORE_DELETION)
		err = sql_run(store, sql_give_up,
		    BIND(NUMBER((*target)->row), TEXT(STORE_ERROR_DELETED)));
	if (err == 0)
		err = change_apply(store, *target, change);
	if (err != 0)
		return err;
	memcpy(change->reply_to, (*target)->id, sizeof change->reply_to);
	change->talk = (*target)->talk;
	change->from = change->row = 0;
	if (count == 0)
		return 0;
	return add_change(store, change, (*target)->row, deliveries, count);
}

int
store_change_send(struct store *store, struct store_message *change,
    struct store_delivery *deliveries, size_t count, int64_t *target)
{
	struct store_message stored = *change, *message = NULL;
	int err = check(change);

	if (err == 0)
		err = operation_begin(store, OPERATION_SAVED);
	if (err != 0)
		return err;
	err = operation_end(
	    store, send_change(store, &stored, deliveries, count, &message));
	if (err == 0) {
		*change = stored;
		*target = message->row;
	}
	free(message);
	return err;
}

/* -- theirs -----------------------------------------------------------------
 */

struct judging {
	const struct store_message *change;
	struct store_message *message; /* his, with that id */
	bool is_known;		       /* somebody's is */
};

static int
judge_row(struct store *store, int64_t row, void *arg)
{
	struct judging *judging = arg;
	struct store_message *message = NULL;
	bool is_his = false;
	int err = store_message_get(store, row, &message);

	if (err != 0)
		return err;
	judging->is_known = true;
	if (message->from != 0)
		err = user_is_same(
		    store, message->from, judging->change->from, &is_his);
	if (err != 0 || !is_his) {
		free(message);
		return err;
	}
	judging->message = message;
	return 1;
}

/* CAM_ERR_UNKNOWN: no message has that id. */
static int
judge(struct store *store, const struct store_message *change,
    struct store_message **message, enum store_outcome *outcome)
{
	struct judging judging = { .change = change };
	struct id id;
	int err = id_parse(change->reply_to, &id);

	if (err == 0)
		err = id_each(store, &id, judge_row, &judging);
	*message = judging.message;
	if (err < 0)
		return err;
	if (judging.message != NULL)
		*outcome = judging.message->deleted ? STORE_CHANGE_VAIN
						    : STORE_CHANGE_APPLIED;
	else
		*outcome = STORE_CHANGE_REFUSED;
	return judging.is_known ? 0 : CAM_ERR_UNKNOWN;
}

static int
receive_change(struct store *store, const struct store_message *change,
    const struct store_hash *hashes, size_t hash_count,
    enum store_outcome *outcome, struct store_message **message)
{
	uint32_t missing = 0; /* is told with the next message */
	int err = judge(store, change, message, outcome);

	if (err == CAM_ERR_UNKNOWN) {
		*outcome = STORE_CHANGE_WAITS;
		err = hash_count > 0
			  ? waiting_add(store, change, hashes[0].expires_ms)
			  : 0;
	} else if (err == 0 && *outcome == STORE_CHANGE_APPLIED) {
		err = change_apply(store, *message, change);
	}
	if (err == 0)
		err = message_remember(store, hashes, hash_count, 0);
	if (err == 0 && change->place != NULL && change->sequence > 0)
		err = sequence_take(
		    store, change->place, change->sequence, 0, &missing);
	return err;
}

int
store_change_receive(struct store *store, const struct store_message *change,
    const struct store_hash *hashes, size_t hash_count,
    enum store_outcome *outcome, int64_t *target)
{
	struct store_message *message = NULL;
	enum store_outcome what = STORE_CHANGE_KNOWN;
	int64_t earlier = -1;
	int err = change->from > 0 ? check(change) : CAM_ERR_UNKNOWN;

	if (err == 0)
		err = operation_begin(store, OPERATION_SAVED);
	if (err != 0)
		return err;
	err = message_find_earlier(store, hashes, hash_count, &earlier);
	if (err == 0 && earlier < 0)
		err = receive_change(
		    store, change, hashes, hash_count, &what, &message);
	err = operation_end(store, err);
	if (err == 0) {
		*outcome = what;
		*target = what == STORE_CHANGE_APPLIED ? message->row : 0;
	}
	free(message);
	return err;
}
