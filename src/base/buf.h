/* buf.h: bytes being written, up to a limit. */
#ifndef CAM_BUF_H
#define CAM_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * Grows as needed up to max. The first write that does not fit sets failed
 * and writes nothing, and every later one does nothing either, so a builder
 * may ask once at its end: buf_failed().
 */
struct buf {
	uint8_t *data;
	size_t len;
	size_t size;
	size_t max;
	bool failed;
};

/* max is in bytes. A buf needs buf_finish() when it has been written to. */
void buf_init(struct buf *buf, size_t max);
void buf_finish(struct buf *buf);
/* The same, overwriting the bytes first. */
void buf_wipe(struct buf *buf);

void buf_put(struct buf *buf, const void *data, size_t len);
void buf_put_span(struct buf *buf, struct span span);
void buf_put_byte(struct buf *buf, uint8_t byte);
void buf_put_text(struct buf *buf, const char *text);
/* In decimal digits. */
void buf_put_decimal(struct buf *buf, int64_t number);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for len more bytes at the returned place; the caller adds to len what it
 * used. NULL: failed. */
uint8_t *buf_reserve(struct buf *buf, size_t len);

/* Takes the first len bytes away. */
void buf_drop(struct buf *buf, size_t len);
void buf_clear(struct buf *buf);

bool buf_failed(const struct buf *buf);
struct span buf_span(const struct buf *buf);
/* Ends the bytes with a NUL (not counted in len) and hands them over: the
 * caller frees. NULL when failed. */
char *buf_steal_text(struct buf *buf);

#endif
