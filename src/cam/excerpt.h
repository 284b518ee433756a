/* excerpt.h: the beginning and the end of what a program prints, as text for
 * people. */
#ifndef CAM_EXCERPT_H
#define CAM_EXCERPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* Bytes that are kept. With what is left out in between it fits into one
 * packet for every IPMSG client (LIMIT_DATAGRAM_IPTUX). */
enum { EXCERPT_HEAD = 2048, EXCERPT_TAIL = 4096 };

struct excerpt {
	uint8_t head[EXCERPT_HEAD];
	uint8_t tail[EXCERPT_TAIL]; /* a ring: byte i of all is at i modulo */
	uint64_t total;		    /* bytes so far */
};

void excerpt_init(struct excerpt *excerpt);
void excerpt_add(struct excerpt *excerpt, struct span bytes);
/*
 * As a terminal would have left it, without what only a terminal understands:
 * UTF-8, invalid bytes as U+FFFD, no escape sequences, no controls but LF and
 * TAB; of lines written over with CR the last; whole lines beside the gap, in
 * which stands how much is missing; no empty lines at the end. Appended.
 */
void excerpt_write(const struct excerpt *excerpt, struct buf *out);
/* The same for bytes that are all there. */
void excerpt_clean(struct span bytes, struct buf *out);

#endif
