/* base64.h: RFC 4648 base64, strictly. */
#ifndef CAM_BASE64_H
#define CAM_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/*
 * Padded, no line breaks, no bits left over (RFC 4648 3.5). CAM_ERR_LIMIT
 * when it makes more than size bytes.
 */
int base64_decode(struct span text, uint8_t *bytes, size_t size, size_t *len);
void base64_encode(struct span bytes, struct buf *text);

#endif
