/* search.h: the rows that have words, one after the other. */
#ifndef CAM_STORE_SEARCH_H
#define CAM_STORE_SEARCH_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rowset.h"

struct store;

/* A word in fewer messages of a part of the index than that is rare there. */
enum { SEARCH_RARE = 64, SEARCH_WORDS_MAX = 8 };

/* A word, or the term of a talk or user: as a feature (feature.h) and as an
 * expression (query.h), borrowed. */
struct search_term {
	uint32_t feature;
	const char *expression;
};

enum search_way { SEARCH_INDEX, SEARCH_ROWS, SEARCH_LISTS };

/*
 * The rows of first .. last (both > 0) that match an expression, one after the
 * other. A search leaves off between the parts of the index.
 *
 * FTS5 walks along all that is common to find that it seldom meets what is
 * rare, or what is as common. So words are tried that are parts of the
 * expression: where one of them is rare in a part, its rows are what is
 * returned; else, block by block, the rows that all have in common, by the
 * lists of the block (posting.h) or, where there are none, by the index, word
 * by word. must_check says that the rest is to be looked at in the message.
 */
struct search {
	struct store *store;
	const char *expression; /* borrowed */
	struct search_term words[SEARCH_WORDS_MAX];
	/* What follows that word immediately, as a pair; or FEATURE_NONE. */
	uint32_t pairs[SEARCH_WORDS_MAX];
	size_t word_count;
	/* Of which one must be there, borrowed; none: anything. */
	const struct search_term *places;
	size_t place_count;
	size_t lead; /* the word to try first: it was rare in the last part */
	int64_t first;
	int64_t last;
	bool ascending;
	int64_t part;
	int64_t block;	    /* of that part, where there are words */
	sqlite3_stmt *stmt; /* open on the part, or NULL */
	bool owns_stmt;	    /* it is not the one kept for the part */
	bool must_check;
	bool has_lists; /* the block */
	enum search_way way;
	int64_t rows[SEARCH_RARE]; /* SEARCH_ROWS: these */
	size_t row_count;
	size_t row_next;
	struct rowset found; /* SEARCH_LISTS: what is left of these */
	bool is_met;	     /* found has met rows of a word, pair or place */
};

void search_init(struct search *search, struct store *store,
    const char *expression, int64_t first, int64_t last, bool ascending);
/* Sets row and returns 1, or 0: no more in this part, or an error. */
int search_next(struct search *search, int64_t *row);
/* After 0: goes to the next part; false: there is none. Rows up to *from
 * (exclusive) are done with. */
bool search_go_on(struct search *search, int64_t *from);
void search_finish(struct search *search);

#endif
