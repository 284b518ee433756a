/* tend.c: upkeep in small pieces. */
#include "base/err.h"
#include "store/connection.h"
#include "store/gather.h"
#include "store/merge.h"
#include "store/record.h"
#include "store/seen.h"
#include "store/sql.h"

enum { PURGE = 500 };

/*
 * Into the file and out of the log, which keeps what has been written over
 * until it is used again. While somebody reads, it has to wait.
 */
static int
empty_log(struct store *store, bool *more)
{
	int rc = SQLITE_OK;

	*more = false;
	if (!store->is_stale || store->in_batch)
		return 0;
	sqlite3_busy_timeout(store->db, 0);
	rc = sqlite3_wal_checkpoint_v2(
	    store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(store->db, STORE_BUSY_TIMEOUT_MS);
	*more = (rc & 0xff) == SQLITE_BUSY;
	store->is_stale = *more;
	return rc == SQLITE_OK || *more ? 0 : sql_error(store, rc);
}

int
store_tend(struct store *store, int64_t now_ms, bool *more)
{
	size_t purged = 0;
	bool merging = false, gathering = false, read = false;
	int err = empty_log(store, &read);

	if (err == 0)
		err = store_seen_purge(store, now_ms, PURGE, &purged);
	if (err == 0)
		err = waiting_purge(store, now_ms);
	if (err == 0 && purged < PURGE)
		err = merge_tend(store, &merging);
	if (err == 0 && purged < PURGE && !merging)
		err = gather_step(store, &gathering);
	if (err != 0)
		return err;
	*more = purged == PURGE || merging || gathering || read;
	if (!*more)
		sqlite3_db_release_memory(store->db);
	return 0;
}
