/* merge.h: what commits leave in the index, put together. */
#ifndef CAM_STORE_MERGE_H
#define CAM_STORE_MERGE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/*
 * Every commit leaves a small segment in the newest part of the index, and a
 * search looks into each. FTS5 keeps them few; a part that is complete is
 * merged to a single one, some pages at a time. more: not done yet.
 */
int merge_step(struct store *store, bool *more);

/* The same, then takes words that were removed out of the file, and then merges
 * in the newest part ahead of need. */
int merge_tend(struct store *store, bool *more);

/*
 * FTS5 only notes that a message has lost its words; they stay in the part of
 * the index that holds the row until all its segments are merged. That will be
 * done. (Pages that were given up may keep them until they are used again.)
 */
int merge_wipe(struct store *store, int64_t row);

#endif
