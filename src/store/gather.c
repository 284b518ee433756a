/*
 * gather.c: the lists of full blocks, made bit by bit.
 *
 * The messages of a block are read twice: first tokens are counted, so that
 * lists need memory only for what is common; then the lists are filled. They
 * stay in memory until all are, and the block has lists once the last is
 * written: whatever happens before, it is begun again.
 */
#include "store/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/feature.h"
#include "store/posting.h"
#include "store/query.h"
#include "store/record.h"
#include "store/sql.h"

enum {
	MESSAGES = 1024,     /* read at once */
	BYTES = 256 * 1024,  /* or of so much text */
	WRITTEN = 64 * 1024, /* bytes of lists written at once, about */
	COUNTERS = 1 << 16,  /* powers of two */
	SLOTS = 1 << 16,
	LISTS_MAX = SLOTS / 2,
	MEMORY_MAX = 16 * 1024 * 1024, /* of lists */
	DOCUMENT_MAX = 2 * LIMIT_MESSAGE_TEXT,
};

static const char *const sql_messages =
    "SELECT " MESSAGE_COLUMNS " FROM message AS m"
    " WHERE m.row BETWEEN ?1 AND ?2 ORDER BY m.row LIMIT ?3";

/* Few rows as numbers, many as bits; never both. */
struct list {
	uint32_t feature;
	uint32_t count;
	uint32_t size;
	uint16_t last;
	uint16_t *rows;
	struct rowset *set;
};

enum phase { PHASE_WIPE, PHASE_COUNT, PHASE_FILL, PHASE_WRITE };

struct gather {
	int64_t block;
	enum phase phase;
	int64_t next;		      /* row to read */
	size_t row;		      /* within the block: the one being read */
	uint16_t counts[2][COUNTERS]; /* of pairs, of tokens */
	struct list *lists;
	size_t count;
	size_t size;
	size_t written;
	size_t memory;
	bool too_large;
	struct buf document;
	uint32_t *slots; /* by feature: index of the list + 1 */
};

static struct gather *
gather_new(int64_t block)
{
	struct gather *gather = xcalloc(1, sizeof *gather);

	gather->block = block;
	gather->next = block << ROWSET_BITS;
	gather->slots = xcalloc(SLOTS, sizeof *gather->slots);
	buf_init(&gather->document, DOCUMENT_MAX);
	return gather;
}

static void
gather_free(struct gather *gather)
{
	if (gather == NULL)
		return;
	for (size_t i = 0; i < gather->count; i++) {
		free(gather->lists[i].rows);
		free(gather->lists[i].set);
	}
	free(gather->lists);
	free(gather->slots);
	buf_finish(&gather->document);
	free(gather);
}

void
gather_stop(struct store *store)
{
	gather_free(store->gather);
	store->gather = NULL;
}

void
gather_spoil(struct store *store, int64_t block)
{
	if (store->gather != NULL && store->gather->block == block)
		gather_stop(store);
}

/* -- lists ---------------------------------------------------------------- */

static struct list *
add_list(struct gather *gather, uint32_t feature)
{
	struct list *list;

	if (gather->count == gather->size) {
		gather->size = gather->size > 0 ? gather->size * 2 : 1024;
		gather->lists = xreallocarray(
		    gather->lists, gather->size, sizeof *gather->lists);
	}
	list = &gather->lists[gather->count++];
	*list = (struct list){ .feature = feature };
	return list;
}

/* NULL: there are too many. */
static struct list *
find_list(struct gather *gather, uint32_t feature)
{
	size_t i = (feature * UINT32_C(0x9e3779b1)) >> 16 & (SLOTS - 1);

	for (; gather->slots[i] != 0; i = (i + 1) & (SLOTS - 1)) {
		struct list *list = &gather->lists[gather->slots[i] - 1];

		if (list->feature == feature)
			return list;
	}
	if (gather->count == LISTS_MAX)
		return NULL;
	gather->slots[i] = (uint32_t)gather->count + 1;
	return add_list(gather, feature);
}

static void
fill_set(const struct list *list, struct rowset *set)
{
	for (size_t i = 0; i < list->count; i++)
		rowset_add(set, list->rows[i]);
}

/* The numbers are now as long as the bits. */
static void
turn_to_bits(struct list *list)
{
	list->set = xcalloc(1, sizeof *list->set);
	fill_set(list, list->set);
	free(list->rows);
	list->rows = NULL;
}

static void
grow(struct gather *gather, struct list *list)
{
	uint32_t size = list->size > 0 ? list->size * 2 : 8;

	gather->memory += (size - list->size) * sizeof *list->rows;
	list->rows = xreallocarray(list->rows, size, sizeof *list->rows);
	list->size = size;
}

static void
add_row(struct gather *gather, uint32_t feature)
{
	struct list *list = find_list(gather, feature);
	uint16_t row = (uint16_t)gather->row;

	if (list == NULL || gather->memory > MEMORY_MAX) {
		gather->too_large = true;
		return;
	}
	if (list->count > 0 && list->last == row)
		return;
	if (list->set == NULL && list->count == ROWSET_DENSE)
		turn_to_bits(list);
	if (list->set == NULL && list->count == list->size)
		grow(gather, list);
	if (list->set != NULL)
		rowset_add(list->set, row);
	else
		list->rows[list->count] = row;
	list->count++;
	list->last = row;
}

/* -- reading -------------------------------------------------------------- */

/* Different features may share a counter, and one be counted twice in a
 * message: what is counted as rare is rare. */
static uint16_t *
counter(struct gather *gather, uint32_t feature)
{
	bool is_token = feature >= FEATURE_TOKEN;

	return &gather->counts[is_token][feature & (COUNTERS - 1)];
}

static bool
is_common(struct gather *gather, uint32_t feature)
{
	return *counter(gather, feature) >= POSTING_COMMON;
}

static void
count_token(uint32_t feature, void *arg)
{
	uint16_t *count = counter(arg, feature);

	if (*count < UINT16_MAX)
		++*count;
}

static void
count_pair(uint32_t first, uint32_t second, void *arg)
{
	count_token(feature_pair(first, second), arg);
}

static void
list_token(uint32_t feature, void *arg)
{
	if (is_common(arg, feature))
		add_row(arg, feature);
}

static void
list_pair(uint32_t first, uint32_t second, void *arg)
{
	uint32_t pair = feature_pair(first, second);

	if (is_common(arg, first) && is_common(arg, second))
		add_row(
		    arg, is_common(arg, pair) ? pair : feature_shared(pair));
}

/* What message_index() would add to the index. */
static void
on_document(struct store *store, int64_t row, int64_t talk, const char *users,
    const char *text)
{
	struct gather *gather = store->gather;
	struct buf *document = &gather->document;
	bool is_counting = gather->phase == PHASE_COUNT;

	buf_clear(document);
	query_put_header(talk, users, document);
	buf_put_text(document, text);
	gather->row = (size_t)row & (ROWSET_SIZE - 1);
	if (buf_failed(document)) {
		gather->too_large = true;
		return;
	}
	feature_each(buf_span(document), is_counting ? count_token : list_token,
	    is_counting ? count_pair : list_pair, gather);
}

static int
read_message(struct store *store, sqlite3_stmt *stmt, size_t *bytes)
{
	struct store_message message;

	message_from_row(stmt, &message);
	store->gather->next = message.row + 1;
	*bytes += strlen(message.text);
	if (!message_is_listed(&message))
		return 0;
	return message_index(store, &message, on_document);
}

static int
read_some(struct store *store, bool *at_end)
{
	struct gather *gather = store->gather;
	int64_t last = ((gather->block + 1) << ROWSET_BITS) - 1;
	sqlite3_stmt *stmt = NULL;
	size_t bytes = 0, count = 0;
	int err = sql_open(store, sql_messages,
	    BIND(NUMBER(gather->next), NUMBER(last), NUMBER(MESSAGES)), &stmt);

	*at_end = false;
	while (
	    err == 0 && bytes < BYTES && (err = sql_next(store, stmt)) == 1) {
		err = read_message(store, stmt, &bytes);
		count++;
	}
	sql_close(stmt);
	*at_end = err == 0 && count < MESSAGES && bytes < BYTES;
	return err;
}

/* -- writing -------------------------------------------------------------- */

static int
compare_lists(const void *a, const void *b)
{
	const struct list *x = a, *y = b;

	return (x->feature > y->feature) - (x->feature < y->feature);
}

/* A block with too much in it has its mark, and no list: what has no list is
 * looked for in the index. */
static int
write_list(struct store *store, const struct list *list, size_t *bytes)
{
	struct rowset set = { 0 };

	if (store->gather->too_large ||
	    (list->feature >= FEATURE_TOKEN && list->count < POSTING_COMMON))
		return 0;
	*bytes += list->count * sizeof *list->rows;
	if (list->set != NULL)
		return posting_add(
		    store, store->gather->block, list->feature, list->set);
	fill_set(list, &set);
	return posting_add(store, store->gather->block, list->feature, &set);
}

static int
write_some(struct store *store)
{
	struct gather *gather = store->gather;
	size_t bytes = 0, i = gather->written;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	for (; err == 0 && i < gather->count && bytes < WRITTEN; i++)
		err = write_list(store, &gather->lists[i], &bytes);
	if (err == 0 && i == gather->count)
		err = posting_complete(store, gather->block);
	err = operation_end(store, err);
	if (err == 0)
		gather->written = i;
	return err;
}

/* -- all of it ------------------------------------------------------------ */

static void
begin_phase(struct gather *gather, enum phase phase)
{
	gather->phase = phase;
	gather->next = gather->block << ROWSET_BITS;
	if (phase == PHASE_WRITE && gather->count > 0)
		qsort(gather->lists, gather->count, sizeof *gather->lists,
		    compare_lists);
}

static int
step(struct store *store, bool *done)
{
	struct gather *gather = store->gather;
	bool more = false, at_end = false;
	int err = 0;

	switch (gather->phase) {
	case PHASE_WIPE:
		err = posting_wipe(store, gather->block, &more);
		if (err == 0 && !more)
			begin_phase(gather, PHASE_COUNT);
		return err;
	case PHASE_COUNT:
	case PHASE_FILL:
		err = read_some(store, &at_end);
		if (err == 0 && at_end)
			begin_phase(gather, gather->phase + 1);
		return err;
	case PHASE_WRITE:
		err = write_some(store);
		*done = err == 0 && gather->written == gather->count;
		return err;
	}
	return err;
}

int
gather_step(struct store *store, bool *more)
{
	int64_t block = 0;
	bool exists = store->gather != NULL, done = false;
	int err = 0;

	if (!exists)
		err = posting_next_block(store, &block, &exists);
	*more = exists;
	if (err != 0 || !exists)
		return err;
	if (store->gather == NULL)
		store->gather = gather_new(block);
	err = step(store, &done);
	if (err != 0 || done)
		gather_stop(store);
	return err;
}
