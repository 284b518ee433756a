/* tend.c: upkeep in small pieces. */
#include "base/err.h"
#include "store/connection.h"
#include "store/gather.h"
#include "store/merge.h"
#include "store/record.h"
#include "store/seen.h"

enum { PURGE = 500 };

int
store_tend(struct store *store, int64_t now_ms, bool *more)
{
	size_t purged = 0;
	bool merging = false, gathering = false;
	int err = store_seen_purge(store, now_ms, PURGE, &purged);

	if (err == 0)
		err = waiting_purge(store, now_ms);
	if (err == 0 && purged < PURGE)
		err = merge_tend(store, &merging);
	if (err == 0 && purged < PURGE && !merging)
		err = gather_step(store, &gathering);
	if (err != 0)
		return err;
	*more = purged == PURGE || merging || gathering;
	if (!*more)
		sqlite3_db_release_memory(store->db);
	return 0;
}
