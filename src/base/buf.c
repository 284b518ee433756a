/* buf.c: bytes being written, up to a limit. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	FIRST_SIZE = 64,
	/* Up to here growing moves the bytes by hand and overwrites the old
	 * place: keys and passphrases are smaller, and buf_wipe() can only
	 * reach the last place. */
	MOVED_BY_HAND = 64 * 1024,
};

void
buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){ .max = max };
}

void
buf_finish(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

void
buf_wipe(struct buf *buf)
{
	wipe(buf->data, buf->size);
	buf_finish(buf);
}

static void
grow(struct buf *buf, size_t size)
{
	uint8_t *data = NULL;

	if (buf->size > MOVED_BY_HAND) {
		data = xreallocarray(buf->data, size, 1);
	} else {
		data = xmalloc(size);
		if (buf->data != NULL)
			memcpy(data, buf->data, buf->len);
		wipe_free(buf->data, buf->size);
	}
	buf->data = data;
	buf->size = size;
}

/* One byte more than asked for, so that buf_steal_text() has room for its NUL.
 */
uint8_t *
buf_reserve(struct buf *buf, size_t len)
{
	size_t size = buf->size > 0 ? buf->size : FIRST_SIZE;

	if (buf->failed || len > buf->max || buf->len > buf->max - len ||
	    len >= SIZE_MAX / 4) {
		buf->failed = true;
		return NULL;
	}
	while (size < buf->len + len + 1)
		size *= 2;
	if (size > buf->size)
		grow(buf, size);
	return buf->data + buf->len;
}

void
buf_put(struct buf *buf, const void *data, size_t len)
{
	uint8_t *place = buf_reserve(buf, len);

	if (place == NULL || len == 0)
		return;
	memcpy(place, data, len);
	buf->len += len;
}

void
buf_put_span(struct buf *buf, struct span span)
{
	buf_put(buf, span.data, span.len);
}

void
buf_put_byte(struct buf *buf, uint8_t byte)
{
	buf_put(buf, &byte, 1);
}

void
buf_put_text(struct buf *buf, const char *text)
{
	buf_put(buf, text, strlen(text));
}

void
buf_put_decimal(struct buf *buf, int64_t number)
{
	char digits[20], *at = digits + sizeof digits;
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		*--at = '-';
	buf_put(buf, at, (size_t)(digits + sizeof digits - at));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args, again;
	uint8_t *place = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		buf->failed = true;
	else
		place = buf_reserve(buf, (size_t)len);
	if (place != NULL) {
		vsnprintf((char *)place, (size_t)len + 1, format, again);
		buf->len += (size_t)len;
	}
	va_end(again);
}

void
buf_drop(struct buf *buf, size_t len)
{
	if (len > buf->len)
		len = buf->len;
	buf->len -= len;
	if (len > 0 && buf->len > 0)
		memmove(buf->data, buf->data + len, buf->len);
}

void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

bool
buf_failed(const struct buf *buf)
{
	return buf->failed;
}

struct span
buf_span(const struct buf *buf)
{
	return span_of(buf->data, buf->len);
}

char *
buf_steal_text(struct buf *buf)
{
	char *text = NULL;

	if (buf->failed) {
		buf_finish(buf);
		return NULL;
	}
	if (buf->data == NULL)
		grow(buf, 1);
	buf->data[buf->len] = '\0';
	text = (char *)buf->data;
	buf_init(buf, buf->max);
	return text;
}
