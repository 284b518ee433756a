/* span.h: bytes that someone else owns. */
#ifndef CAM_SPAN_H
#define CAM_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes: valid as long as their owner; not ended by a NUL. */
struct span {
	const uint8_t *data;
	size_t len;
};

struct span span_of(const void *data, size_t len);
struct span span_text(const char *text);
bool span_equal(struct span a, struct span b);
bool span_equal_text(struct span span, const char *text);
bool span_starts(struct span span, const char *prefix);

/*
 * Cuts rest at the first byte that equals separator: returns true, with what
 * stood before it in head and what follows in rest; where there is none
 * returns false and changes nothing.
 */
bool span_cut(struct span *rest, uint8_t separator, struct span *head);

/* A NUL-ended copy; release with free(). A NUL inside ends what strlen sees. */
char *span_dup(struct span span);

#endif
