/* history.c: messages listed and searched. */
#include "store/history.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"
#include "store/walk.h"

/*
 * How long a call looks on when it finds little, and after how many rows it
 * looks at the clock. One part of the index is always looked through.
 */
enum { PATIENCE_MS = 8, CLOCK_ROWS = 128 };

static const char *const sql_get =
    "SELECT " MESSAGE_COLUMNS " FROM message AS m WHERE m.row = ?1";
static const char *const sql_snapshot = "SELECT 1 FROM talk";

struct listing {
	struct store *store;
	const struct store_query *query;
	struct walk walk;
	int (*each)(const struct store_message *message, void *arg);
	void *arg;
	size_t count;
	size_t visited;
	int64_t last_row; /* of those listed */
	uint64_t end_ms;
	int64_t next;
};

static bool
fits(const struct listing *listing, const struct store_message *message)
{
	const struct store_query *query = listing->query;

	if (!message_is_listed(message))
		return false;
	if (!walk_fits(&listing->walk, message))
		return false;
	return (query->since_ms == 0 || message->time_ms >= query->since_ms) &&
	       (query->until_ms == 0 || message->time_ms < query->until_ms);
}

static bool
is_over(const struct listing *listing)
{
	return clock_now_ms() >= listing->end_ms;
}

enum step { STEP_ON, STEP_STOP };

/* One more than asked for tells that there are more. */
static int
list_message(struct listing *listing, const struct store_message *message,
    enum step *step)
{
	if (!fits(listing, message))
		return 0;
	if (listing->count == listing->query->limit) {
		listing->next = listing->last_row;
		*step = STEP_STOP;
		return 0;
	}
	listing->count++;
	listing->last_row = message->row;
	return listing->each(message, listing->arg);
}

static int
visit(struct listing *listing, int64_t row, enum step *step)
{
	struct store_message message;
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(listing->store, sql_get, BIND(NUMBER(row)), &stmt);

	if (err == 0)
		err = sql_next(listing->store, stmt);
	if (err == 1) {
		message_from_row(stmt, &message);
		err = list_message(listing, &message, step);
	}
	sql_close(stmt);
	if (err == 0 && *step == STEP_ON &&
	    ++listing->visited % CLOCK_ROWS == 0 &&
	    listing->count < listing->query->limit && is_over(listing)) {
		listing->next = row;
		*step = STEP_STOP;
	}
	return err;
}

static int
list_part(struct listing *listing, enum step *step)
{
	int64_t row = 0;
	int err = 0;

	while (err == 0 && *step == STEP_ON &&
	       (err = walk_next(&listing->walk, &row)) == 1)
		err = visit(listing, row, step);
	return err;
}

static int
list(struct listing *listing)
{
	enum step step = STEP_ON;
	int64_t from = 0;
	int err = 0;

	for (;;) {
		err = list_part(listing, &step);
		if (err != 0 || step == STEP_STOP)
			return err;
		if (!walk_go_on(&listing->walk, &from))
			return 0;
		if (listing->count < listing->query->limit &&
		    is_over(listing)) {
			listing->next = from;
			return 0;
		}
	}
}

int
store_history(struct store *store, const struct store_query *query,
    int (*each)(const struct store_message *message, void *arg), void *arg,
    int64_t *next)
{
	struct listing listing = { .store = store,
		.query = query,
		.each = each,
		.arg = arg,
		.end_ms = clock_now_ms() + PATIENCE_MS };
	sqlite3_stmt *snapshot = NULL;
	int err;

	if (query->limit == 0)
		return CAM_ERR_REQUEST;
	/* While a statement is open the others need not lock the database. */
	err = sql_first(store, sql_snapshot, BIND_NOTHING, &snapshot);
	if (err != 0)
		return err;
	err = walk_init(&listing.walk, store, query);
	if (err == 0)
		err = list(&listing);
	walk_finish(&listing.walk);
	sql_close(snapshot);
	if (err == 0)
		*next = listing.next;
	return err;
}
