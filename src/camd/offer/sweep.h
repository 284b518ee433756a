/* sweep.h: what nobody needs any more: copies made for offers that have ended,
 * and what transfers have left. */
#ifndef CAM_CAMD_SWEEP_H
#define CAM_CAMD_SWEEP_H

#include <stdbool.h>

struct camd;

/* What transfers leave is theirs for seven days; a day more, and it goes. */
enum { SWEEP_AFTER_S = 8 * 24 * 3600 };

/* Looks through the spool and the download folder, and removes; later, in the
 * background. */
void sweep(struct camd *camd);

/* A name of transfer_discard()'s with an id of transfers_part_id(): ".ID.part",
 * ".ID.list". Pure. */
bool sweep_is_part(const char *name);

#endif
