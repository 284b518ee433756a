/* sync.h: tells when all that has arrived until now is stored and told. */
#ifndef CAM_CAMD_SYNC_H
#define CAM_CAMD_SYNC_H

struct camd;
struct syncs;

struct syncs *syncs_new(struct camd *camd);
/* Those that wait are told at once; after the writer has ended. */
void syncs_free(struct syncs *syncs);

/* Calls fn(arg) on the loop when what has arrived or been asked until now is
 * stored and told. */
void syncs_add(struct syncs *syncs, void (*fn)(void *arg), void *arg);

#endif
