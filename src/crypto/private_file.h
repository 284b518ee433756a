/* private_file.h: files that only their owner can read (threat model U2). */
#ifndef CAM_CRYPTO_PRIVATE_FILE_H
#define CAM_CRYPTO_PRIVATE_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/*
 * Both follow no link; the safety of the folder is the caller's
 * (path_make_private). read appends to buf, up to its limit: CAM_ERR_LIMIT;
 * CAM_ERR_UNSAFE: not a plain file of ours, or others have any right on it;
 * CAM_ERR_SYSTEM (ENOENT: there is none). write: mode 0600, whole or not at
 * all, durable when it returns; over an existing file with replace, else
 * CAM_ERR_EXISTS.
 */
int private_file_read(const char *path, struct buf *buf);
int private_file_write(const char *path, struct span bytes, bool replace);
/* Durable when it returns. CAM_ERR_SYSTEM. */
int private_file_remove(const char *path);

#endif
