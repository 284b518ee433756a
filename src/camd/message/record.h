/* record.h: all that is told of one message, as the store has it. */
#ifndef CAM_CAMD_RECORD_H
#define CAM_CAMD_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "camd/message/quote.h"
#include "store/call.h"
#include "store/delivery.h"
#include "store/message.h"
#include "store/offer.h"
#include "store/transfer.h"

struct store;

/* All that is told of one message. The caller fills it with what it has,
 * borrowed, or record_read() does. */
struct record {
	const struct store_message *message;
	const int64_t
	    *others; /* uids it went to beside ourselves; of a received one */
	size_t other_count;
	const struct store_delivery *deliveries; /* of a sent one, by uid */
	size_t delivery_count;
	const struct store_offer *offers;
	size_t offer_count;
	/* Of a received one, what became of them; none: all are offered. */
	struct store_transfer *const *transfers;
	size_t transfer_count;
	/* Of the message that it answers; NULL: none, or not known. */
	const struct quote *quote;
	struct store_call call; /* of a past call */
};

/*
 * Copies message (which may be the one of a callback, see store_message_copy())
 * and reads what belongs to it; for a reader's thread. Release with
 * record_finish(), which is not for records that the caller has filled.
 */
int record_read(struct store *store, const struct store_message *message,
    struct record *record);
void record_finish(struct record *record);
/* About how long its object will be as JSON, in bytes. */
size_t record_size(const struct record *record);

#endif
