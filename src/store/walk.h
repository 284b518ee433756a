/* walk.h: the rows that a query may be about, one after the other. */
#ifndef CAM_STORE_WALK_H
#define CAM_STORE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/history.h"
#include "store/query.h"
#include "store/search.h"

enum { STREAM_ROWS = 64 };

/* Rows of one talk, read ahead; talk 0: of all. */
struct stream {
	int64_t talk;
	int64_t rows[STREAM_ROWS];
	size_t count;
	size_t next;
	bool at_end;
};

/*
 * The plan is written here, by what is asked for, and not left to SQLite: words
 * are looked up in the index, together with the talk or user; without words the
 * rows of a talk come from its index, those of a user from those of his talks,
 * merged. Times become rows by table hour.
 */
struct walk {
	struct store *store;
	bool ascending;
	int64_t first; /* rows not yet visited */
	int64_t last;
	bool has_words;
	struct query words; /* when it has */
	struct buf expression;
	struct buf each_word;  /* as expressions of their own */
	struct buf each_place; /* of which it must be one, the same */
	struct search_term *places;
	struct search search;
	int64_t *talks; /* in which it must be, by number; NULL: in any */
	size_t talk_count;
	struct stream *streams;
	size_t stream_count;
};

/* Release with walk_finish(), also after an error. */
int walk_init(
    struct walk *walk, struct store *store, const struct store_query *query);
/* 1: row is the next; 0: this part has no more; else an error. */
int walk_next(struct walk *walk, int64_t *row);
/* Whether that row's message has all words, in their order, in the talks asked
 * for; its time is not looked at. */
bool walk_fits(const struct walk *walk, const struct store_message *message);
/* After 0: goes to the next part, whose rows lie beyond from; false: all done.
 */
bool walk_go_on(struct walk *walk, int64_t *from);
void walk_finish(struct walk *walk);

#endif
