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

static int
prepare(struct store *store, const char *sql, sqlite3_stmt **stmt)
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
	err = prepare(store, sql, &store->writer);
	store->writer_shard = shard;
	store->writer_removes = remove;
	return err;
}

static int
write_entry(struct store *store, const struct entry *entry, const char *text)
{
	int err = open_writer(store, shard_of(entry->row), entry->remove);
	int rc;

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

/* -- searching ------------------------------------------------------------ */

/* Two a part: one for each order. */
static sqlite3_stmt **
search_slot(struct store *store, int64_t shard, bool ascending)
{
	size_t i = (size_t)shard * 2 + ascending;

	if (i >= store->search_count) {
		size_t count = (size_t)(shard + 1) * 2;

		store->searches = xreallocarray(
		    store->searches, count, sizeof *store->searches);
		memset(store->searches + store->search_count, 0,
		    (count - store->search_count) * sizeof *store->searches);
		store->search_count = count;
	}
	return &store->searches[i];
}

static int
prepare_search(
    struct store *store, int64_t shard, bool ascending, sqlite3_stmt **stmt)
{
	char sql[SQL_SIZE];

	snprintf(sql, sizeof sql,
	    "SELECT rowid FROM words_%" PRId64 " WHERE words_%" PRId64
	    " MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid %s",
	    shard, shard, ascending ? "ASC" : "DESC");
	return prepare(store, sql, stmt);
}

/* Leaves stmt NULL where there is no such part. */
static int
take_statement(struct index_search *search)
{
	struct store *store = search->store;
	sqlite3_stmt **slot =
	    search_slot(store, search->shard, search->ascending);
	bool exists = false;
	int err = 0;

	if (*slot == NULL) {
		err = index_has_part(store, search->shard, &exists);
		if (err == 0 && exists)
			err = prepare_search(
			    store, search->shard, search->ascending, slot);
	}
	if (err != 0 || *slot == NULL)
		return err;
	/* In use by the search whose callback asks for this one. */
	search->owns_stmt = sqlite3_stmt_busy(*slot);
	if (search->owns_stmt)
		return prepare_search(
		    store, search->shard, search->ascending, &search->stmt);
	search->stmt = *slot;
	return 0;
}

static int64_t
last_indexable(void)
{
	return ((int64_t)SHARDS_MAX << SHARD_BITS) - 1;
}

void
index_search_init(struct index_search *search, struct store *store,
    const char *expression, int64_t first, int64_t last, bool ascending)
{
	int64_t end = last < last_indexable() ? last : last_indexable();

	*search = (struct index_search){
		.store = store,
		.expression = expression,
		.first = first,
		.last = end,
		.ascending = ascending,
		.shard = shard_of(ascending ? first : end),
	};
}

static void
bind_expression(struct index_search *search, const char *expression)
{
	sqlite3_bind_text(search->stmt, 1, expression, -1, SQLITE_STATIC);
	sqlite3_bind_int64(search->stmt, 2, search->first);
	sqlite3_bind_int64(search->stmt, 3, search->last);
}

/* Takes the word's rows where they are few. */
static int
try_word(struct index_search *search, size_t word)
{
	int err = 0;

	search->row_count = search->row_next = 0;
	bind_expression(search, search->words[word]);
	while (search->row_count < (size_t)INDEX_RARE &&
	       (err = sql_next(search->store, search->stmt)) == 1) {
		search->rows[search->row_count++] =
		    sqlite3_column_int64(search->stmt, 0);
		err = 0;
	}
	sqlite3_reset(search->stmt);
	search->lead = word;
	search->is_rare = err == 0 && search->row_count < (size_t)INDEX_RARE;
	return err;
}

static int
open_shard(struct index_search *search)
{
	int err;

	if (search->first > search->last)
		return 0;
	err = take_statement(search);
	if (err != 0 || search->stmt == NULL)
		return err;
	for (size_t i = 0;
	     err == 0 && !search->is_rare && i < search->word_count; i++)
		err = try_word(search, (search->lead + i) % search->word_count);
	if (err == 0 && !search->is_rare)
		bind_expression(search, search->expression);
	return err;
}

int
index_search_next(struct index_search *search, int64_t *row)
{
	int err = search->stmt == NULL ? open_shard(search) : 0;

	if (err != 0 || search->stmt == NULL)
		return err;
	if (search->is_rare) {
		if (search->row_next == search->row_count)
			return 0;
		*row = search->rows[search->row_next++];
		return 1;
	}
	err = sql_next(search->store, search->stmt);
	if (err == 1)
		*row = sqlite3_column_int64(search->stmt, 0);
	return err;
}

bool
index_search_go_on(struct index_search *search, int64_t *from)
{
	int64_t done = search->shard << SHARD_BITS;

	index_search_finish(search);
	if (search->ascending) {
		search->shard++;
		*from = (search->shard << SHARD_BITS) - 1;
		return *from < search->last;
	}
	search->shard--;
	*from = done;
	return done > search->first;
}

void
index_search_finish(struct index_search *search)
{
	if (search->owns_stmt)
		sqlite3_finalize(search->stmt);
	else
		sql_close(search->stmt);
	search->stmt = NULL;
	search->owns_stmt = search->is_rare = false;
}

void
index_finish(struct store *store)
{
	for (size_t i = 0; i < store->search_count; i++)
		sqlite3_finalize(store->searches[i]);
	free(store->searches);
	sqlite3_finalize(store->writer);
}
