/*
 * posting.c: which messages of a block have a feature.
 *
 * A list's key is its block and feature; under the feature FEATURE_NONE there
 * is an empty one where the block has all its lists. The blocks below the
 * profile's store.listed have, but not necessarily others.
 */
#include "store/posting.h"

#include <stdio.h>

#include "base/err.h"
#include "base/i18n.h"
#include "store/connection.h"
#include "store/feature.h"
#include "store/gather.h"
#include "store/profile.h"
#include "store/sql.h"

/* Lists wiped at once. */
enum { WIPE = 1000 };

static const char *const name_listed = "store.listed";
static const char *const sql_newest = "SELECT max(row) FROM message";
static const char *const sql_find =
    "SELECT rows FROM posting WHERE posting = ?1";
static const char *const sql_exists =
    "SELECT 1 FROM posting WHERE posting = ?1";
static const char *const sql_add =
    "INSERT INTO posting(posting, rows) VALUES(?1, ?2)";
static const char *const sql_remove = "DELETE FROM posting WHERE posting = ?1";
static const char *const sql_wipe =
    "DELETE FROM posting WHERE posting IN (SELECT posting FROM posting"
    " WHERE posting BETWEEN ?1 AND ?2 LIMIT ?3)";

static int64_t
key(int64_t block, uint32_t feature)
{
	return block << 32 | feature;
}

/* -- found ---------------------------------------------------------------- */

int
posting_find(struct store *store, int64_t block, uint32_t feature,
    struct rowset *rows, bool *found)
{
	sqlite3_stmt *stmt = NULL;
	const void *packed = NULL;
	int err = sql_first(
	    store, sql_find, BIND(NUMBER(key(block, feature))), &stmt);

	*found = err == 0;
	if (err != 0)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	packed = sqlite3_column_blob(stmt, 0);
	err = rowset_unpack(
	    span_of(packed, (size_t)sqlite3_column_bytes(stmt, 0)), rows);
	sql_close(stmt);
	if (err == 0)
		return 0;
	snprintf(store->problem, sizeof store->problem,
	    _("a list of the search index is damaged"));
	return CAM_ERR_STORE;
}

int
posting_exists(
    struct store *store, int64_t block, uint32_t feature, bool *exists)
{
	int64_t one = 0;
	int err = sql_number(
	    store, sql_exists, BIND(NUMBER(key(block, feature))), &one);

	*exists = err == 0;
	return err == CAM_ERR_UNKNOWN ? 0 : err;
}

int
posting_is_complete(struct store *store, int64_t block, bool *complete)
{
	return posting_exists(store, block, FEATURE_NONE, complete);
}

/* -- made ----------------------------------------------------------------- */

static int
read_listed(struct store *store)
{
	return store->listed >= 0 ? 0
				  : store_profile_get_number(
					store, name_listed, &store->listed);
}

static int
set_listed(struct store *store, int64_t listed)
{
	int err = store_profile_set_number(store, name_listed, listed);

	if (err == 0)
		store->listed = listed;
	return err;
}

int
posting_next_block(struct store *store, int64_t *block, bool *exists)
{
	int64_t row = 0, next = 0;
	bool complete = true;
	int err = sql_number(store, sql_newest, BIND_NOTHING, &row);

	if (err == 0)
		err = read_listed(store);
	next = store->listed;
	while (err == 0 && next < posting_block(row)) {
		err = posting_is_complete(store, next, &complete);
		if (err != 0 || !complete)
			break;
		next++;
	}
	if (err == 0 && next != store->listed)
		err = set_listed(store, next);
	*block = next;
	*exists = next < posting_block(row);
	return err;
}

int
posting_add(struct store *store, int64_t block, uint32_t feature,
    const struct rowset *rows)
{
	struct buf packed;
	int err = 0;

	buf_init(&packed, 1 + ROWSET_SIZE / 8);
	rowset_pack(rows, &packed);
	err = buf_failed(&packed) ? CAM_ERR_LIMIT
				  : sql_run(store, sql_add,
					BIND(NUMBER(key(block, feature)),
					    BLOB(packed.data, packed.len)));
	buf_finish(&packed);
	return err;
}

int
posting_complete(struct store *store, int64_t block)
{
	return sql_run(store, sql_add,
	    BIND(NUMBER(key(block, FEATURE_NONE)), BLOB("", 0)));
}

int
posting_spoil(struct store *store, int64_t row)
{
	int64_t block = posting_block(row);
	int err;

	/* The newest one is not full. */
	if (block == posting_block(store->last_row))
		return 0;
	gather_spoil(store, block);
	err =
	    sql_run(store, sql_remove, BIND(NUMBER(key(block, FEATURE_NONE))));
	if (err == 0)
		err = read_listed(store);
	if (err != 0 || block >= store->listed)
		return err;
	return set_listed(store, block);
}

int
posting_wipe(struct store *store, int64_t block, bool *more)
{
	int err;

	sql_overwrite(store, true);
	err = sql_run(store, sql_wipe,
	    BIND(NUMBER(key(block, 0)), NUMBER(key(block, UINT32_MAX)),
		NUMBER(WIPE)));
	sql_overwrite(store, false);
	*more = err == 0 && sqlite3_changes(store->db) == WIPE;
	return err;
}
