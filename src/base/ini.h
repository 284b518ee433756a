/* ini.h: cam.ini, flat "dotted.key = value" lines with # comments. */
#ifndef CAM_INI_H
#define CAM_INI_H

#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

struct ini;

/* Parses text; on an error line says which (counted from 1). Release with
 * ini_free(). */
int ini_parse(struct span text, struct ini **ini, size_t *line);

/*
 * Reads a file; a missing one is an empty ini. CAM_ERR_UNSAFE where its
 * owner is another user (not root) or others may write it (threat model U2).
 */
int ini_read(const char *path, struct ini **ini, size_t *line);
void ini_free(struct ini *ini);

/* The last value of key, borrowed; NULL when it is not there. */
const char *ini_get(const struct ini *ini, const char *key);
/* Sets key where it stands, or adds it at the end; NULL as value removes it.
 * Comments and order stay. CAM_ERR_FORMAT for what a line cannot hold:
 * controls, blanks at the ends. */
int ini_set(struct ini *ini, const char *key, const char *value);
/* Calls each for every key in the file's order; stops when it returns non-zero
 * and returns that. */
int ini_each(const struct ini *ini,
    int (*each)(const char *key, const char *value, size_t line, void *arg),
    void *arg);

/* Appends the file's text. */
void ini_print(const struct ini *ini, struct buf *text);
/* Writes to a temporary file beside path, syncs, renames: whole or not at all.
 * A new file gets mode 0600, an old one keeps its own. */
int ini_write(const struct ini *ini, const char *path);

#endif
