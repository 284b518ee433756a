/* sent.h: packets of one stream as they were sent, kept for a while for those
 * who miss one. */
#ifndef CAM_SENT_H
#define CAM_SENT_H

#include <stdint.h>

#include "base/span.h"

struct sent;

/* Keeps the last SENT_PACKETS, of a second or two; about 1.5 MB. */
enum { SENT_PACKETS = 1024 };

struct sent *sent_new(void);
void sent_free(struct sent *sent);

/* Sealed, as it left; at most LIMIT_MEDIA_PACKET bytes, longer ones are not
 * kept. */
void sent_put(
    struct sent *sent, uint16_t sequence, struct span packet, uint64_t now_us);
/* As it was kept, or empty. */
struct span sent_find(const struct sent *sent, uint16_t sequence);
/* To be sent again, or empty: not kept, or repeated less than pause_us ago for
 * somebody else, who all miss it at once. */
struct span sent_repeat(
    struct sent *sent, uint16_t sequence, uint64_t now_us, uint64_t pause_us);

#endif
