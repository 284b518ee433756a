/* outbox_parts.h: what the parts of the outbox do for each other. */
#ifndef CAM_CAMD_OUTBOX_PARTS_H
#define CAM_CAMD_OUTBOX_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "camd/message/line.h"
#include "camd/message/outbox.h"
#include "camd/message/seal.h"
#include "camd/message/shipment.h"

struct outbox {
	struct camd *camd;
	struct table lines; /* struct line, by uid */
	size_t count;
	struct seals *seals;
	struct freight freight;
	bool stopped; /* nothing leaves any more */
};

/* The line of whom that uid means by now, made when there is none; the same
 * without making. */
struct line *outbox_line(struct outbox *outbox, int64_t uid);
struct line *outbox_find_line(const struct outbox *outbox, int64_t uid);

/*
 * Whether what is stored now leaves over a link at once: then it gets its
 * number in the talk with that. Else it is numbered when it leaves: what never
 * does leaves no gap, and what waits keeps its place.
 */
bool outbox_leaves_now(
    const struct outbox *outbox, const int64_t *uids, size_t count);

/* All deliveries of one message; for store_delivery_each(). */
struct outbox_rows {
	struct store_delivery *list;
	size_t count, size;
};
int outbox_collect(const struct store_delivery *delivery, void *rows);
/* Those of the rows that are queued join their lines. */
void outbox_join(struct outbox *outbox, struct parcel *parcel,
    const struct store_delivery *rows, size_t count);

#endif
