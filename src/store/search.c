/* search.c: the rows that have words. */
#include "store/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/feature.h"
#include "store/index.h"
#include "store/posting.h"
#include "store/sql.h"

enum {
	SQL_SIZE = 256,
	/* So few rows are sooner looked at than another word. */
	FEW = 8,
};

/* -- a part's statement --------------------------------------------------- */

/* Two a part: one for each order. */
static sqlite3_stmt **
statement_slot(struct store *store, int64_t part, bool ascending)
{
	size_t i = (size_t)part * 2 + ascending;

	if (i >= store->search_count) {
		size_t count = (size_t)(part + 1) * 2;

		store->searches = xreallocarray(
		    store->searches, count, sizeof *store->searches);
		memset(store->searches + store->search_count, 0,
		    (count - store->search_count) * sizeof *store->searches);
		store->search_count = count;
	}
	return &store->searches[i];
}

static int
prepare(struct store *store, int64_t part, bool ascending, sqlite3_stmt **stmt)
{
	char sql[SQL_SIZE];

	snprintf(sql, sizeof sql,
	    "SELECT rowid FROM words_%" PRId64 " WHERE words_%" PRId64
	    " MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid %s",
	    part, part, ascending ? "ASC" : "DESC");
	return index_prepare(store, sql, stmt);
}

/* Leaves stmt NULL where there is no such part. */
static int
take_statement(struct search *search)
{
	struct store *store = search->store;
	sqlite3_stmt **slot =
	    statement_slot(store, search->part, search->ascending);
	bool exists = false;
	int err = 0;

	if (*slot == NULL) {
		err = index_has_part(store, search->part, &exists);
		if (err == 0 && exists)
			err = prepare(
			    store, search->part, search->ascending, slot);
	}
	if (err != 0 || *slot == NULL)
		return err;
	/* In use by the search whose callback asks for this one. */
	search->owns_stmt = sqlite3_stmt_busy(*slot);
	if (search->owns_stmt)
		return prepare(
		    store, search->part, search->ascending, &search->stmt);
	search->stmt = *slot;
	return 0;
}

static void
bind(struct search *search, const char *expression, int64_t first, int64_t last)
{
	sqlite3_reset(search->stmt);
	sqlite3_bind_text(search->stmt, 1, expression, -1, SQLITE_STATIC);
	sqlite3_bind_int64(search->stmt, 2, first);
	sqlite3_bind_int64(search->stmt, 3, last);
}

/* -- a block's lists ------------------------------------------------------ */

static int64_t
block_first(const struct search *search)
{
	int64_t first = search->block << ROWSET_BITS;

	return first > search->first ? first : search->first;
}

static int64_t
block_last(const struct search *search)
{
	int64_t last = ((search->block + 1) << ROWSET_BITS) - 1;

	return last < search->last ? last : search->last;
}

static size_t
place_in_block(int64_t row)
{
	return (size_t)row & (ROWSET_SIZE - 1);
}

/* Only what some list or the index has may be found: what is sealed is in none,
 * though its text may fit. */
static bool
is_settled(const struct search *search)
{
	return search->is_met && !rowset_has_more(&search->found, FEW);
}

static void
meet(struct search *search, const struct rowset *rows)
{
	rowset_intersect(&search->found, rows);
	search->is_met = true;
}

/* What has no list is in few messages of the block. */
static int
add_indexed(struct search *search, const char *expression, struct rowset *rows)
{
	int err;

	bind(search, expression, block_first(search), block_last(search));
	while ((err = sql_next(search->store, search->stmt)) == 1)
		rowset_add(rows,
		    place_in_block(sqlite3_column_int64(search->stmt, 0)));
	sqlite3_reset(search->stmt);
	return err;
}

/* What is known of a word in the block. */
enum word_state {
	WORD_OPEN,    /* not looked for yet, or only in part */
	WORD_TAKEN,   /* found has no row without it, but by chance */
	WORD_UNLISTED /* it has no list */
};

/* It is in a list of its own, or in one it shares, or nowhere. */
static int
take_pair(struct search *search, size_t i, enum word_state *states)
{
	uint32_t pair = search->pairs[i];
	struct rowset rows = { 0 };
	bool is_own = false, is_shared = false;
	int err =
	    posting_find(search->store, search->block, pair, &rows, &is_own);

	if (err == 0 && !is_own)
		err = posting_find(search->store, search->block,
		    feature_shared(pair), &rows, &is_shared);
	if (err != 0)
		return err;
	if (is_own)
		states[i] = states[i + 1] = WORD_TAKEN;
	meet(search, &rows);
	return 0;
}

/* Where both words have a list the pair is in one. */
static int
take_pairs(struct search *search, enum word_state *states)
{
	int err = 0;

	for (size_t i = 0;
	     err == 0 && i + 1 < search->word_count && !is_settled(search);
	     i++) {
		bool first = false, second = false;

		if (search->pairs[i] == FEATURE_NONE)
			continue;
		err = posting_exists(search->store, search->block,
		    search->words[i].feature, &first);
		if (err == 0 && first)
			err = posting_exists(search->store, search->block,
			    search->words[i + 1].feature, &second);
		if (err == 0 && first && second)
			err = take_pair(search, i, states);
	}
	return err;
}

static int
take_words(struct search *search, enum word_state *states)
{
	int err = 0;

	for (size_t i = 0;
	     err == 0 && i < search->word_count && !is_settled(search); i++) {
		struct rowset rows = { 0 };
		bool found = false;

		if (states[i] == WORD_TAKEN)
			continue;
		if (search->has_lists)
			err = posting_find(search->store, search->block,
			    search->words[i].feature, &rows, &found);
		states[i] = found ? WORD_TAKEN : WORD_UNLISTED;
		if (err == 0 && found)
			meet(search, &rows);
	}
	return err;
}

static int
take_places(struct search *search)
{
	struct rowset rows = { 0 };
	int err = 0;

	if (search->place_count == 0 || is_settled(search))
		return 0;
	for (size_t i = 0; err == 0 && i < search->place_count; i++) {
		const struct search_term *place = &search->places[i];
		bool found = false;

		err = posting_find(search->store, search->block, place->feature,
		    &rows, &found);
		if (err == 0 && !found)
			err = add_indexed(search, place->expression, &rows);
	}
	if (err == 0)
		meet(search, &rows);
	return err;
}

static int
take_rest(struct search *search, const enum word_state *states)
{
	int err = 0;

	for (size_t i = 0;
	     err == 0 && i < search->word_count && !is_settled(search); i++) {
		struct rowset rows = { 0 };

		if (states[i] != WORD_UNLISTED)
			continue;
		err = add_indexed(search, search->words[i].expression, &rows);
		if (err == 0)
			meet(search, &rows);
	}
	return err;
}

/* What costs least comes first. */
static int
find_in_lists(struct search *search)
{
	enum word_state states[SEARCH_WORDS_MAX] = { WORD_OPEN };
	int err;

	search->found = (struct rowset){ 0 };
	search->is_met = false;
	rowset_add_range(&search->found, place_in_block(block_first(search)),
	    place_in_block(block_last(search)));
	err = search->has_lists ? take_pairs(search, states) : 0;
	if (err == 0)
		err = take_words(search, states);
	if (err == 0)
		err = take_places(search);
	if (err == 0)
		err = take_rest(search, states);
	return err;
}

/* -- a part --------------------------------------------------------------- */

static int64_t
last_indexable(void)
{
	return ((int64_t)SHARDS_MAX << SHARD_BITS) - 1;
}

void
search_init(struct search *search, struct store *store, const char *expression,
    int64_t first, int64_t last, bool ascending)
{
	int64_t end = last < last_indexable() ? last : last_indexable();

	*search = (struct search){
		.store = store,
		.expression = expression,
		.first = first,
		.last = end,
		.ascending = ascending,
		.part = (ascending ? first : end) >> SHARD_BITS,
	};
}

/* Takes the word's rows where they are few. */
static int
take_if_rare(struct search *search, size_t word)
{
	int err = 0;

	search->row_count = search->row_next = 0;
	bind(search, search->words[word].expression, search->first,
	    search->last);
	while (search->row_count < (size_t)SEARCH_RARE &&
	       (err = sql_next(search->store, search->stmt)) == 1) {
		search->rows[search->row_count++] =
		    sqlite3_column_int64(search->stmt, 0);
		err = 0;
	}
	sqlite3_reset(search->stmt);
	search->lead = word;
	if (err == 0 && search->row_count < (size_t)SEARCH_RARE)
		search->way = SEARCH_ROWS;
	return err;
}

/* What has a list in one block is not rare in the part; FTS5 would take longer
 * to say so. */
static int
try_words(struct search *search)
{
	bool has_lists = false, has_list = false;
	int err = posting_is_complete(search->store, search->block, &has_lists);

	for (size_t i = 0;
	     err == 0 && search->way == SEARCH_INDEX && i < search->word_count;
	     i++) {
		size_t word = (search->lead + i) % search->word_count;

		if (has_lists)
			err = posting_exists(search->store, search->block,
			    search->words[word].feature, &has_list);
		if (err == 0 && !has_list)
			err = take_if_rare(search, word);
	}
	return err;
}

/* FTS5 would look beyond the block for what has all words, but not for what has
 * one. */
static int
open_block(struct search *search)
{
	int err = posting_is_complete(
	    search->store, search->block, &search->has_lists);

	search->must_check = true;
	search->way = SEARCH_LISTS;
	return err != 0 ? err : find_in_lists(search);
}

static int64_t
part_first(const struct search *search)
{
	int64_t first = search->part << SHARD_BITS;

	return first > search->first ? first : search->first;
}

static int64_t
part_last(const struct search *search)
{
	int64_t last = ((search->part + 1) << SHARD_BITS) - 1;

	return last < search->last ? last : search->last;
}

static int
open_part(struct search *search)
{
	int err;

	if (search->first > search->last)
		return 0;
	err = take_statement(search);
	if (err != 0 || search->stmt == NULL)
		return err;
	search->way = SEARCH_INDEX;
	search->block = posting_block(
	    search->ascending ? part_first(search) : part_last(search));
	if (search->word_count > 0)
		err = try_words(search);
	search->must_check = search->way == SEARCH_ROWS;
	if (err != 0 || search->way == SEARCH_ROWS)
		return err;
	if (search->word_count > 0)
		return open_block(search);
	bind(search, search->expression, search->first, search->last);
	return 0;
}

static bool
go_to_next_block(struct search *search)
{
	if (search->word_count == 0 || search->way == SEARCH_ROWS)
		return false;
	search->block += search->ascending ? 1 : -1;
	return search->block >= posting_block(part_first(search)) &&
	       search->block <= posting_block(part_last(search));
}

static int
next_here(struct search *search, int64_t *row)
{
	size_t place = 0;
	int err;

	switch (search->way) {
	case SEARCH_ROWS:
		if (search->row_next == search->row_count)
			return 0;
		*row = search->rows[search->row_next++];
		return 1;
	case SEARCH_LISTS:
		if (!rowset_take(&search->found, search->ascending, &place))
			return 0;
		*row = (search->block << ROWSET_BITS) + (int64_t)place;
		return 1;
	case SEARCH_INDEX:
		break;
	}
	err = sql_next(search->store, search->stmt);
	if (err == 1)
		*row = sqlite3_column_int64(search->stmt, 0);
	return err;
}

int
search_next(struct search *search, int64_t *row)
{
	int err = search->stmt == NULL ? open_part(search) : 0;

	while (err == 0 && search->stmt != NULL) {
		err = next_here(search, row);
		if (err != 0 || !go_to_next_block(search))
			return err;
		err = open_block(search);
	}
	return err;
}

bool
search_go_on(struct search *search, int64_t *from)
{
	int64_t done = search->part << SHARD_BITS;

	search_finish(search);
	if (search->ascending) {
		search->part++;
		*from = (search->part << SHARD_BITS) - 1;
		return *from < search->last;
	}
	search->part--;
	*from = done;
	return done > search->first;
}

void
search_finish(struct search *search)
{
	if (search->owns_stmt)
		sqlite3_finalize(search->stmt);
	else
		sql_close(search->stmt);
	search->stmt = NULL;
	search->owns_stmt = search->must_check = false;
}
