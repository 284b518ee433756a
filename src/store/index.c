/*
 * index.c: the words of messages, kept in FTS5.
 *
 * The index is in parts of 1 << SHARD_BITS messages, tables words_0, words_1
 * and so on. So the cost of adding does not grow with the history, a search
 * goes from the newest part to the oldest and stops when it has enough, and
 * whatever is searched for, looking through one part has a known end.
 */
#include "store/index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/merge.h"
#include "store/posting.h"
#include "store/query.h"
#include "store/sql.h"

enum { SQL_SIZE = 256 };

static int64_t
shard_of(int64_t row)
{
	return row >> SHARD_BITS;
}

/* -- adding --------------------------------------------------------------- */

/* What waits for the commit: this, then the document. */
struct entry {
	int64_t row;
	uint32_t len;
	bool remove;
};

static void
put_entry(struct store *store, int64_t row, bool remove, int64_t talk,
    const char *users, const char *text)
{
	struct buf *pending = &store->pending;
	struct entry entry = { .row = row, .remove = remove };
	size_t start = pending->len;

	buf_put(pending, &entry, sizeof entry);
	query_put_header(talk, users, pending);
	buf_put_text(pending, text);
	if (buf_failed(pending))
		return;
	entry.len = (uint32_t)(pending->len - start - sizeof entry);
	memcpy(pending->data + start, &entry, sizeof entry);
}

void
index_add(struct store *store, int64_t row, int64_t talk, const char *users,
    const char *text)
{
	put_entry(store, row, false, talk, users, text);
}

void
index_remove(struct store *store, int64_t row, int64_t talk, const char *users,
    const char *text)
{
	put_entry(store, row, true, talk, users, text);
}

int
index_prepare(struct store *store, const char *sql, sqlite3_stmt **stmt)
{
	int rc = sqlite3_prepare_v3(
	    store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);

	return rc == SQLITE_OK ? 0 : sql_error(store, rc);
}

int
index_has_part(struct store *store, int64_t shard, bool *exists)
{
	char name[32];
	int64_t one = 0;
	int err;

	snprintf(name, sizeof name, "words_%" PRId64, shard);
	err = sql_number(store,
	    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1",
	    BIND(TEXT(name)), &one);
	*exists = err == 0;
	return err == CAM_ERR_UNKNOWN ? 0 : err;
}

/*
 * Only which rows have a token is kept (detail=none), not the texts, which are
 * in table message, and not where in a text it is: with that the index would be
 * twice as large. The few queries that ask for an order look at the texts.
 */
static int
make_shard(struct store *store, int64_t shard)
{
	char sql[SQL_SIZE];
	bool exists = false;
	int err = index_has_part(store, shard, &exists);

	if (err != 0 || exists)
		return err;
	snprintf(sql, sizeof sql,
	    "CREATE VIRTUAL TABLE words_%" PRId64 " USING fts5(text,"
	    " content='', columnsize=0, detail=none, tokenize='cam')",
	    shard);
	return sql_script(store, sql);
}

static int
open_writer(struct store *store, int64_t shard, bool remove)
{
	char sql[SQL_SIZE];
	int err = 0;

	if (store->writer != NULL && store->writer_shard == shard &&
	    store->writer_removes == remove)
		return 0;
	if (shard < 0 || shard >= SHARDS_MAX)
		return CAM_ERR_FULL;
	sqlite3_finalize(store->writer);
	store->writer = NULL;
	err = make_shard(store, shard);
	if (err != 0)
		return err;
	if (remove)
		snprintf(sql, sizeof sql,
		    "INSERT INTO words_%" PRId64 "(words_%" PRId64
		    ", rowid, text) VALUES('delete', ?1, ?2)",
		    shard, shard);
	else
		snprintf(sql, sizeof sql,
		    "INSERT INTO words_%" PRId64 "(rowid, text) VALUES(?1, ?2)",
		    shard);
	err = index_prepare(store, sql, &store->writer);
	store->writer_shard = shard;
	store->writer_removes = remove;
	return err;
}

static int
write_entry(struct store *store, const struct entry *entry, const char *text)
{
	int err = posting_spoil(store, entry->row);
	int rc;

	if (err == 0)
		err = open_writer(store, shard_of(entry->row), entry->remove);
	if (err != 0)
		return err;
	sqlite3_bind_int64(store->writer, 1, entry->row);
	sqlite3_bind_text(
	    store->writer, 2, text, (int)entry->len, SQLITE_STATIC);
	rc = sqlite3_step(store->writer);
	err = rc == SQLITE_DONE ? 0 : sql_error(store, rc);
	sqlite3_reset(store->writer);
	sqlite3_clear_bindings(store->writer);
	return err;
}

int
index_flush(struct store *store)
{
	struct buf *pending = &store->pending;
	struct entry entry;
	bool more = false;
	int err = buf_failed(pending) ? CAM_ERR_FULL : 0;

	for (size_t i = 0; err == 0 && i < pending->len;
	     i += sizeof entry + entry.len) {
		memcpy(&entry, pending->data + i, sizeof entry);
		err = write_entry(store, &entry,
		    (const char *)pending->data + i + sizeof entry);
	}
	if (err == 0 && pending->len > 0)
		err = merge_step(store, &more);
	buf_clear(pending);
	return err;
}

void
index_finish(struct store *store)
{
	for (size_t i = 0; i < store->search_count; i++)
		sqlite3_finalize(store->searches[i]);
	free(store->searches);
	sqlite3_finalize(store->writer);
}
