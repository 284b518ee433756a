/* filename.h: names of files, going out and coming in (protocol reference 4.1,
 * threat model F1). */
#ifndef CAM_FILENAME_H
#define CAM_FILENAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* Cuts a name off rest at a single colon; "::" in it becomes ':' in name (raw
 * bytes). CAM_ERR_MORE: no colon. */
int file_name_cut(struct span *rest, struct buf *name);
/* Appends name with ':' doubled. */
void file_name_put(struct buf *buf, struct span name);

enum { FILE_NAME_SIZE = 256 };

/* The base name of a path, UTF-8, fit for every client; for bare ones without
 * colons. Never empty. */
void file_name_send(const char *path, bool bare, char name[FILE_NAME_SIZE]);

/*
 * A decoded name made safe to create a file by, in the folder it belongs to
 * (F1): CAM_ERR_FORMAT for empty, ".", "..", with '/' or NUL or not UTF-8;
 * CAM_ERR_LIMIT over 255 bytes; what is merely awkward becomes '_'.
 */
int file_name_receive(struct span name, char safe[FILE_NAME_SIZE]);

#endif
