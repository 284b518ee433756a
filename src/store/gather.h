/* gather.h: the lists of full blocks, made bit by bit (see posting.h). */
#ifndef CAM_STORE_GATHER_H
#define CAM_STORE_GATHER_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/* A few milliseconds of it, outside a batch; *more: there is more to do. What
 * is under way takes some MB of memory. */
int gather_step(struct store *store, bool *more);
/* A message of the block has changed: what is under way begins again. */
void gather_spoil(struct store *store, int64_t block);
/* Gives up what is under way. */
void gather_stop(struct store *store);

#endif
