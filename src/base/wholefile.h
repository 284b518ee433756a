/* wholefile.h: small files, read and written whole. */
#ifndef CAM_WHOLEFILE_H
#define CAM_WHOLEFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"

/*
 * One that only its owner can read (threat model U2); no link is followed, the
 * safety of the folder is the caller's (path_make_private). Appends to buf, up
 * to its limit: CAM_ERR_LIMIT; CAM_ERR_UNSAFE: not a plain file of ours, or
 * others have any right on it; CAM_ERR_SYSTEM (ENOENT: there is none).
 */
int wholefile_read_private(const char *path, struct buf *buf);
/* All of it or nothing, durable when it returns; over an existing file with
 * replace, else CAM_ERR_EXISTS. CAM_ERR_SYSTEM. */
int wholefile_write(
    const char *path, struct span bytes, mode_t mode, bool replace);
/* Durable when it returns. CAM_ERR_SYSTEM. */
int wholefile_remove(const char *path);

#endif
