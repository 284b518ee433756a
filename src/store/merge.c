/* merge.c: what commits leave in the index, put together. */
#include "store/merge.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/index.h"
#include "store/profile.h"
#include "store/sql.h"

/* A few milliseconds each. */
enum { PAGES = 64 };

static const char *const name_merged = "store.merged";
/* The first part that may hold words to be wiped, + 1. */
static const char *const name_unclean = "store.unclean";
static const char *const sql_newest = "SELECT max(row) FROM message";

/*
 * pages below 0 merge everything to one segment, others only where FTS5 finds
 * it worth while; at most so many pages are written.
 */
static int
merge(struct store *store, int64_t shard, int pages, bool *more)
{
	int64_t before = sqlite3_total_changes64(store->db);
	char sql[128];
	int err;

	snprintf(sql, sizeof sql,
	    "INSERT INTO words_%" PRId64 "(words_%" PRId64
	    ", rank) VALUES('merge', %d)",
	    shard, shard, pages);
	err = sql_script(store, sql);
	/* FTS5 counts this statement itself, and what it writes. */
	*more = sqlite3_total_changes64(store->db) - before >= 2;
	return err;
}

/* The parts before the newest, and how many of them are merged. */
static int
read_progress(struct store *store, int64_t *newest, int64_t *merged)
{
	int64_t row = 0;
	int err = sql_number(store, sql_newest, BIND_NOTHING, &row);

	if (err == 0 && store->merged < 0)
		err = store_profile_get_number(
		    store, name_merged, &store->merged);
	*newest = row >> SHARD_BITS;
	*merged = store->merged;
	return err;
}

int
merge_step(struct store *store, bool *more)
{
	int64_t newest = 0, merged = 0;
	bool exists = false, goes_on = false;
	int err = read_progress(store, &newest, &merged);

	*more = false;
	if (err != 0 || merged >= newest)
		return err;
	err = index_has_part(store, merged, &exists);
	if (err == 0 && exists)
		err = merge(store, merged, -PAGES, &goes_on);
	if (err == 0 && !goes_on)
		err = store_profile_set_number(
		    store, name_merged, ++store->merged);
	*more = goes_on || store->merged < newest;
	return err;
}

/* -- wiping -----------------------------------------------------------------
 */

static int
read_unclean(struct store *store)
{
	return store->unclean >= 0 ? 0
				   : store_profile_get_number(
					 store, name_unclean, &store->unclean);
}

static int
set_unclean(struct store *store, int64_t unclean)
{
	int err = store_profile_set_number(store, name_unclean, unclean);

	if (err == 0)
		store->unclean = unclean;
	return err;
}

int
merge_wipe(struct store *store, int64_t row)
{
	int64_t part = (row >> SHARD_BITS) + 1;
	int err = read_unclean(store);

	if (err != 0 || (store->unclean > 0 && store->unclean <= part))
		return err;
	return set_unclean(store, part);
}

/* One part after the other up to the newest: what is merged already takes no
 * time. */
static int
wipe_step(struct store *store, int64_t newest, bool *more)
{
	int64_t part = store->unclean - 1;
	bool exists = false, goes_on = false;
	int err = index_has_part(store, part, &exists);

	if (err == 0 && exists)
		err = merge(store, part, -PAGES, &goes_on);
	if (err == 0 && !goes_on)
		err = set_unclean(store, part < newest ? part + 2 : 0);
	*more = true;
	return err;
}

int
merge_tend(struct store *store, bool *more)
{
	int64_t newest = 0, merged = 0;
	bool exists = false;
	int err = merge_step(store, more);

	if (err != 0 || *more)
		return err;
	err = read_progress(store, &newest, &merged);
	if (err == 0)
		err = read_unclean(store);
	if (err == 0 && store->unclean > 0)
		return wipe_step(store, newest, more);
	if (err == 0)
		err = index_has_part(store, newest, &exists);
	if (err == 0 && exists)
		err = merge(store, newest, PAGES, more);
	return err;
}
