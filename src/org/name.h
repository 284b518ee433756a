/* name.h: names inside statements: short texts of one line. */
#ifndef CAM_ORG_NAME_H
#define CAM_ORG_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fields.h"

/* UTF-8 of at most max bytes without anything that a terminal would act on or
 * hide (threat model T2, T3), and without a blank at either end. */
bool name_is_plain(const char *name, size_t max);

/* A byte that counts the bytes, and these. */
void name_put(struct buf *buf, const char *name);
/* Into name[max + 1]; false when it is not whole or not plain. */
bool name_get(struct fields *fields, size_t max, char *name);

#endif
