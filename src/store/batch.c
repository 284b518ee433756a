/* batch.c: transactions: batches of operations, and operations of statements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/index.h"
#include "store/sql.h"

/* What is remembered of the database may have been undone. */
void
batch_forget(struct store *store)
{
	store->last_row = store->merged = store->unclean = -1;
	store->listed = -1;
	store->hour = HOUR_UNKNOWN;
	store->waiting = -1;
	store->talk = 0;
	memset(store->kept, 0, sizeof store->kept);
	free(store->totals);
	store->totals = NULL;
}

int
store_begin(struct store *store)
{
	int err = sql_run(store, "BEGIN IMMEDIATE", BIND_NOTHING);

	if (err == 0)
		store->in_batch = true;
	return err;
}

void
store_rollback(struct store *store)
{
	if (!store->in_batch)
		return;
	store->in_batch = false;
	store->batch_err = 0;
	buf_clear(&store->pending);
	batch_forget(store);
	if (!sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

/*
 * What the disk did with the pages of a commit that failed is not known, and
 * asking again would not tell (the kernel forgets an error once reported).
 */
static int
commit(struct store *store)
{
	int err = sql_run(store, "COMMIT", BIND_NOTHING);

	if (err == CAM_ERR_STORE)
		store->dead = true;
	return err;
}

int
store_commit(struct store *store)
{
	int err = store->batch_err;

	if (!store->in_batch)
		return CAM_ERR_STORE;
	if (err == 0)
		err = index_flush(store);
	if (err == 0)
		err = commit(store);
	if (err == 0) {
		store->in_batch = false;
		return 0;
	}
	store_rollback(store);
	return err;
}

/*
 * Index entries wait for the commit, since FTS5 writes a whole segment at every
 * savepoint; a batch of very long texts hands them over before.
 */
static int
flush_long(struct store *store)
{
	enum { LONG = 8 * 1024 * 1024 };

	return store->pending.len > LONG ? index_flush(store) : 0;
}

int
operation_begin(struct store *store, enum operation_kind kind)
{
	int err;

	store->operation = kind;
	if (!store->in_batch) {
		err = store_begin(store);
		store->is_alone = err == 0;
		store->pending_mark = 0;
		return err;
	}
	err = flush_long(store);
	if (err == 0 && kind == OPERATION_SAVED)
		err = sql_run(store, "SAVEPOINT operation", BIND_NOTHING);
	store->pending_mark = store->pending.len;
	store->changes_mark = sqlite3_total_changes64(store->db);
	return err;
}

static int
end_alone(struct store *store, int err)
{
	store->is_alone = false;
	if (err == 0)
		return store_commit(store);
	store_rollback(store);
	return err;
}

static void
undo(struct store *store, int err)
{
	store->pending.len = store->pending_mark;
	batch_forget(store);
	if (store->batch_err != 0)
		return;
	if (store->operation == OPERATION_CHECKED) {
		if (sqlite3_total_changes64(store->db) != store->changes_mark)
			store->batch_err = err;
	} else if (sql_run(store, "ROLLBACK TO operation", BIND_NOTHING) != 0 ||
		   sql_run(store, "RELEASE operation", BIND_NOTHING) != 0) {
		store->batch_err = CAM_ERR_STORE;
	}
}

int
operation_end(struct store *store, int err)
{
	if (store->is_alone)
		return end_alone(store, err);
	if (err != 0)
		undo(store, err);
	else if (store->operation == OPERATION_SAVED)
		err = sql_run(store, "RELEASE operation", BIND_NOTHING);
	return err;
}
