/* rowset.h: which messages of a block of the index, as bits; and packed. */
#ifndef CAM_STORE_ROWSET_H
#define CAM_STORE_ROWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* A block is 1 << ROWSET_BITS messages. */
enum { ROWSET_BITS = 15, ROWSET_SIZE = 1 << ROWSET_BITS };
/* More of them than that are packed as bits, too. */
enum { ROWSET_DENSE = ROWSET_SIZE / 16 };

struct rowset {
	uint64_t words[ROWSET_SIZE / 64];
};

/* Rows are counted from the block's first, and below ROWSET_SIZE. */
void rowset_add(struct rowset *set, size_t row);
/* Both included. */
void rowset_add_range(struct rowset *set, size_t first, size_t last);
void rowset_intersect(struct rowset *set, const struct rowset *other);
size_t rowset_count(const struct rowset *set);
/* Whether it has more rows than that. */
bool rowset_has_more(const struct rowset *set, size_t count);
/* Takes the lowest row out, or the highest; false: there is none. */
bool rowset_take(struct rowset *set, bool lowest, size_t *row);

/*
 * A byte k, then: with k 0 the bits, without the zeros at the end; else the
 * numbers of rows left out before each, as Rice codes (a quotient of zeros and
 * a one, k bits of remainder), from the lowest bit of each byte.
 */
void rowset_pack(const struct rowset *set, struct buf *out);
/* Adds them to set. CAM_ERR_FORMAT: set holds some of them. */
int rowset_unpack(struct span packed, struct rowset *set);

#endif
