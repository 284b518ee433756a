/* fields.c: binary fields, in and out. */
#include "base/fields.h"

#include <string.h>

struct fields
fields_of(struct span bytes)
{
	return (struct fields){ .rest = bytes };
}

struct span
fields_span(struct fields *fields, size_t size)
{
	struct span taken = span_of(fields->rest.data, size);

	if (fields->failed || size > fields->rest.len) {
		fields->failed = true;
		return span_of(NULL, 0);
	}
	fields->rest = span_of(taken.data + size, fields->rest.len - size);
	return taken;
}

void
fields_copy(struct fields *fields, void *bytes, size_t size)
{
	struct span taken = fields_span(fields, size);

	if (taken.len == size)
		memcpy(bytes, taken.data, size);
	else
		memset(bytes, 0, size);
}

uint64_t
fields_number(struct fields *fields, size_t size)
{
	struct span taken = fields_span(fields, size);

	return taken.len > 0 ? fields_read(&taken.data, taken.len) : 0;
}

void
fields_put_number(struct buf *buf, uint64_t number, size_t size)
{
	size_t i;

	for (i = size; i-- > 0;)
		buf_put_byte(buf, (uint8_t)(number >> 8 * i));
}

uint8_t *
fields_write(uint8_t *at, uint64_t number, size_t size)
{
	for (size_t i = size; i > 0; i--) {
		at[i - 1] = (uint8_t)number;
		number >>= 8;
	}
	return at + size;
}

uint64_t
fields_read(const uint8_t **at, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | (*at)[i];
	*at += size;
	return number;
}
