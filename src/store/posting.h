/* posting.h: which messages of a block have a feature. */
#ifndef CAM_STORE_POSTING_H
#define CAM_STORE_POSTING_H

#include <stdbool.h>
#include <stdint.h>

#include "store/rowset.h"

struct store;

/*
 * FTS5 walks along a common word row by row, and so does not find in good time
 * that two of them are never together, and of words it does not know the order.
 * So once a block of messages is full (1 << ROWSET_BITS rows), upkeep
 *(gather.h) makes lists, one for each feature (feature.h):
 *
 *	a token	when POSTING_COMMON messages or more have it
 *	a pair	when both of its tokens have a list; rare pairs share lists
 *
 * A list has all messages that have the feature, perhaps others, too. A block
 * has all its lists or none: what changes a message of it takes them away, and
 * they are made again. None is needed to find anything.
 */
enum { POSTING_COMMON = 64 };

static inline int64_t
posting_block(int64_t row)
{
	return row >> ROWSET_BITS;
}

/* Whether the block has its lists. */
int posting_is_complete(struct store *store, int64_t block, bool *complete);
int posting_exists(
    struct store *store, int64_t block, uint32_t feature, bool *exists);
/* Adds the rows of a list; *found says if there is one. */
int posting_find(struct store *store, int64_t block, uint32_t feature,
    struct rowset *rows, bool *found);

/* The first full block that has no lists; none: that after the last full one.
 */
int posting_next_block(struct store *store, int64_t *block, bool *exists);
int posting_add(struct store *store, int64_t block, uint32_t feature,
    const struct rowset *rows);
/* All lists of the block are there. */
int posting_complete(struct store *store, int64_t block);
/* A message was added or changed: lists of its block hold no longer. */
int posting_spoil(struct store *store, int64_t row);
/* Wipes what is left of lists of such a block, some of it; *more: not all. */
int posting_wipe(struct store *store, int64_t block, bool *more);

#endif
