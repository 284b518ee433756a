/* index.h: the words of messages, kept in FTS5. */
#ifndef CAM_STORE_INDEX_H
#define CAM_STORE_INDEX_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Whether the part of the index has been begun. */
int index_has_part(struct store *store, int64_t shard, bool *exists);
/* Before the connection closes. */
void index_finish(struct store *store);

/*
 * A message's words come or go with the batch. users is the talk's list of
 * uids. What is taken away must be exactly what was added.
 */
void index_add(struct store *store, int64_t row, int64_t talk,
    const char *users, const char *text);
void index_remove(struct store *store, int64_t row, int64_t talk,
    const char *users, const char *text);
/* Writes what the batch has gathered; called by its end. */
int index_flush(struct store *store);

/* A word in fewer messages of a part of the index than that is rare there. */
enum { INDEX_RARE = 64, INDEX_WORDS_MAX = 8 };

/*
 * The rows of first .. last (both > 0) that match an expression of query.h, one
 * after the other. A search leaves off between the parts of the index.
 *
 * FTS5 walks along all that is common to find that it seldom meets what is
 * rare. So where one of words, which are parts of the expression, is rare, its
 * rows are what is returned, and is_rare says that the rest is to be checked.
 */
struct index_search {
	struct store *store;
	const char *expression; /* borrowed */
	const char *words[INDEX_WORDS_MAX];
	size_t word_count;
	size_t lead; /* the word to try first: it was rare in the last part */
	int64_t first;
	int64_t last;
	bool ascending;
	int64_t shard;	    /* the one being searched */
	sqlite3_stmt *stmt; /* open on it, or NULL */
	bool owns_stmt;	    /* it is not the one kept for the part */
	bool is_rare;	    /* these are the rows of this part: */
	int64_t rows[INDEX_RARE];
	size_t row_count;
	size_t row_next;
};
void index_search_init(struct index_search *search, struct store *store,
    const char *expression, int64_t first, int64_t last, bool ascending);
/* Sets row and returns 1, or 0: no more in this part, or an error. */
int index_search_next(struct index_search *search, int64_t *row);
/* After 0: goes to the next part; false: there is none. Rows up to *from
 * (exclusive) are done with. */
bool index_search_go_on(struct index_search *search, int64_t *from);
void index_search_finish(struct index_search *search);

#endif
