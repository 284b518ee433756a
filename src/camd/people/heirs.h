/* heirs.h: users who turned out to be other users, and live on as those in the
 * history. */
#ifndef CAM_CAMD_HEIRS_H
#define CAM_CAMD_HEIRS_H

#include <stdint.h>

struct heirs;

struct heirs *heirs_new(void);
/* NULL is fine. */
void heirs_free(struct heirs *heirs);

void heirs_add(struct heirs *heirs, int64_t uid, int64_t into);
/* The uid as which that one lives on: itself where nothing happened to it. */
int64_t heirs_find(const struct heirs *heirs, int64_t uid);

#endif
