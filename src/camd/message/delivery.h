/* delivery.h: one parcel on its way to one user, and what becomes of it. */
#ifndef CAM_CAMD_DELIVERY_H
#define CAM_CAMD_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "camd/message/parcel.h"
#include "store/delivery.h"

struct camd;

struct delivery {
	TAILQ_ENTRY(delivery) entry;
	struct parcel *parcel;
	struct store_delivery row;
	/* Sent, not confirmed, and nothing heard of the user since. */
	bool tried;
	unsigned unheeded; /* rounds that he did not confirm though he lives */
	/* Has left by IPMSG, or may have before a restart. */
	bool left_by_lan;
	/* The prekey for one envelope to which it was sealed is gone there:
	 * from now on to the one of the week. */
	bool no_onetime;
};
TAILQ_HEAD(deliveries, delivery);

/* Copies row. */
struct delivery *delivery_new(
    struct parcel *parcel, const struct store_delivery *row);
/* In no list any more. */
void delivery_free(struct delivery *delivery);

/* Stores its row as it is, tells it, or both. */
void delivery_save(struct camd *camd, const struct delivery *delivery);
void delivery_tell(struct camd *camd, const struct delivery *delivery);
void delivery_changed(struct camd *camd, const struct delivery *delivery);
/* He has it: by what he says, or has signed. */
void delivery_arrived(
    struct camd *camd, struct delivery *delivery, enum store_receipt receipt);
/* reason is one of cam-rpc(7). */
void delivery_failed(
    struct camd *camd, struct delivery *delivery, const char *reason);

/* Tells message.state of the row of a message sent at time_ms. */
void delivery_tell_row(struct camd *camd, const struct store_delivery *row,
    const char *id, int64_t time_ms);

#endif
