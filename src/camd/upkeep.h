/* upkeep.h: the database kept tidy while nobody waits for it. */
#ifndef CAM_CAMD_UPKEEP_H
#define CAM_CAMD_UPKEEP_H

struct camd;
struct upkeep;

struct upkeep *upkeep_new(struct camd *camd);
void upkeep_free(struct upkeep *upkeep);
/* A piece of it, unless the writer is busy: then later. */
void upkeep_tend(struct upkeep *upkeep);
/* Something was written: tidy up when it is quiet again. NULL is fine. */
void upkeep_touch(struct upkeep *upkeep);

#endif
