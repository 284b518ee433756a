/* json.h: JSON as we read and write it: strict, bounded, one object a line. */
#ifndef CAM_RPC_JSON_H
#define CAM_RPC_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

struct nearest;

/* An object in strict UTF-8, duplicate keys refused, at most LIMIT_JSON_DEPTH
 * deep. CAM_ERR_FORMAT. */
int json_parse_line(struct span line, json_t **object);
/*
 * Compact, UTF-8 unescaped, controls as escapes (DEL, C1, direction controls
 * and their like too, so that a line may be shown as it is), with a LF at the
 * end; release with free(). NULL for what is no object or array.
 */
char *json_line(const json_t *object, size_t *len);
/* Any value as it stands in such a line; nothing for one that JSON has not. */
void json_put(struct buf *out, const json_t *value);
/* The string that json_text() makes. */
void json_put_text(struct buf *out, struct span text);

/* From here on the memory that JSON gives back is overwritten: for programs
 * that are sent passphrases, once at their start. */
void json_wipe_freed(void);

/* Text that may hold bytes which are no UTF-8 or NULs: invalid ones become
 * U+FFFD. */
json_t *json_text(struct span text);
/* The same of a string; null for NULL. */
json_t *json_text_or_null(const char *text);
/* "2026-01-31T09:30:00.000+09:00" */
json_t *json_time(int64_t wall_ms);
void json_put_time(struct buf *out, int64_t wall_ms);

/* The string member of that name, "" when there is none; the object's. */
const char *json_text_at(const json_t *object, const char *name);
/* It is that text. */
bool json_text_is(const json_t *object, const char *name, const char *text);
bool json_true_at(const json_t *object, const char *name);

/* Bytes as hex digits. */
json_t *json_hex(struct span bytes);
/* A member of an object that is hex digits of 1 .. size bytes; *len is how
 * many. CAM_ERR_REQUEST: it is none. */
int json_hex_get(const json_t *object, const char *name, void *bytes,
    size_t size, size_t *len);
/* The same for exactly size bytes. */
int json_hex_get_all(
    const json_t *object, const char *name, void *bytes, size_t size);

/* What may have been meant, the nearest first: an array of strings. */
json_t *json_nearest(const struct nearest *nearest);

#endif
