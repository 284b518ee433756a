/* number.h: numbers in text, digits only. */
#ifndef CAM_NUMBER_H
#define CAM_NUMBER_H

#include <stdint.h>

#include "base/span.h"

/*
 * The whole span must be digits: no sign, no blank, no prefix, at least one
 * digit; leading zeros are fine. CAM_ERR_FORMAT, or CAM_ERR_LIMIT above max.
 */
int number_decimal(struct span text, uint64_t max, uint64_t *value);
int number_hex(struct span text, uint64_t max, uint64_t *value);

/* Bytes as two hex digits each, either case; len digits must be 2 * size. */
int hex_decode(struct span text, uint8_t *bytes, size_t size);
/* Writes 2 * len lower-case digits and a NUL. */
void hex_encode(const void *bytes, size_t len, char *text);

#endif
