/* fuzz_query.c: a line of any words, then any text: the words are always a
 * sound expression, and the index and the look at the text agree. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/connection.h"
#include "store/index.h"
#include "store/query.h"
#include "store/search.h"
#include "store/segment.h"
#include "store/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROW = 1, TALK = 12 };

static void
must(bool property)
{
	if (!property)
		abort();
}

/* The index of the store, in memory and without the rest; made once. */
static struct store *
open_index(void)
{
	static struct store *store;

	if (store == NULL) {
		store = xcalloc(1, sizeof *store);
		buf_init(&store->pending, 16 * 1024 * 1024);
		must(sqlite3_open(":memory:", &store->db) == SQLITE_OK);
		must(tokenizer_register(store) == 0);
		must(sqlite3_exec(store->db, "CREATE TABLE message(row)", NULL,
			 NULL, NULL) == SQLITE_OK);
	}
	return store;
}

/* 1: found, 0: not. An expression with a fault in it ends the run. */
static int
search(struct store *store, struct buf *expression)
{
	struct search found;
	int64_t row = 0;
	int result;

	buf_put_byte(expression, 0);
	must(!buf_failed(expression));
	search_init(
	    &found, store, (const char *)expression->data, 1, 100, false);
	result = search_next(&found, &row);
	search_finish(&found);
	must(result == 0 || (result == 1 && row == ROW));
	return result;
}

static void
compare(struct store *store, const struct query *query, const char *text)
{
	struct buf expression;
	bool fits = query_fits(query, text);
	int found;

	buf_init(&expression, 65536);
	query_put_words(query, &expression);
	buf_put_text(&expression, " AND ");
	query_put_talk(TALK, &expression);
	found = search(store, &expression);
	must(!fits || found);
	if (!query_has_order(query))
		must(fits == found);
	/* The text cannot say that it is of another talk. */
	buf_clear(&expression);
	query_put_talk(TALK + 1, &expression);
	must(search(store, &expression) == 0);
	buf_finish(&expression);
}

static int
check_token(struct span token, bool same, void *arg)
{
	size_t *count = arg;

	must(token.len > 0 && token.len <= SEGMENT_TOKEN_MAX);
	must(utf8_is_valid(token));
	must(token.data[0] > QUERY_TOKEN);
	must(!same || *count > 0);
	++*count;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store *store = open_index();
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t len = end != NULL ? (size_t)(end - data) : size, count = 0;
	char *words = xstrndup((const char *)data, len);
	char *text = xstrndup(
	    (const char *)data + len, size - len < 65536 ? size - len : 65536);
	struct query query;

	segment(span_text(text), SEGMENT_TEXT, check_token, &count);
	count = 0;
	segment(span_text(words), SEGMENT_QUERY, check_token, &count);
	if (query_parse(&query, words) == 0) {
		index_add(store, ROW, TALK, "7,9", text);
		must(index_flush(store) == 0);
		compare(store, &query, text);
		index_remove(store, ROW, TALK, "7,9", text);
		must(index_flush(store) == 0);
	}
	query_finish(&query);
	free(words);
	free(text);
	return 0;
}
