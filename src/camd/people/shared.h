/* shared.h: texts that many users have in common, kept once. */
#ifndef CAM_CAMD_SHARED_H
#define CAM_CAMD_SHARED_H

struct shared;

struct shared *shared_new(void);
/* The texts taken must have been given back. */
void shared_free(struct shared *shared);

/* The one copy of text, counted. Give it back with shared_give(). */
const char *shared_take(struct shared *shared, const char *text);
/* NULL is fine. */
void shared_give(struct shared *shared, const char *text);

#endif
