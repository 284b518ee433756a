/* fields.h: the fields of our own binary forms: numbers big-endian, bytes as
 * they are. */
#ifndef CAM_FIELDS_H
#define CAM_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* Fields still to be read. The first that is not whole sets failed; from then
 * on everything read is zeros, so a reader may ask once at its end. */
struct fields {
	struct span rest;
	bool failed;
};

struct fields fields_of(struct span bytes);
void fields_copy(struct fields *fields, void *bytes, size_t size);
/* size in bytes, 1 .. 8. */
uint64_t fields_number(struct fields *fields, size_t size);
/* Borrowed; empty when there are not as many. */
struct span fields_span(struct fields *fields, size_t size);

void fields_put_number(struct buf *buf, uint64_t number, size_t size);

/* The same in memory that is known to be long enough. What follows the number;
 * at goes on behind it. */
uint8_t *fields_write(uint8_t *at, uint64_t number, size_t size);
uint64_t fields_read(const uint8_t **at, size_t size);

#endif
