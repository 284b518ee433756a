/* directory.h: an organisation's directory, change by change. */
#ifndef CAM_STORE_DIRECTORY_H
#define CAM_STORE_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

/* One more change, at most 1024 bytes; *number is its place, from 1, without a
 * gap. */
int store_directory_add(
    struct store *store, struct span bytes, int64_t *number);
/* Those after number, in order, at most limit. What each returns, when not 0,
 * ends it. CAM_ERR_FORMAT: one is missing. */
int store_directory_each(struct store *store, int64_t after, size_t limit,
    int (*each)(int64_t number, struct span bytes, void *arg), void *arg);

#endif
