/* shipment.h: the deliveries of one line that are on their way over a link. */
#ifndef CAM_CAMD_SHIPMENT_H
#define CAM_CAMD_SHIPMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/random.h"
#include "camd/message/delivery.h"

struct camd;
struct link;
struct seals;
struct shipment;

/* So many envelopes and bytes are under way on a link; one that is larger goes
 * alone. All links together have a limit, too, and wait for it in turns. */
enum {
	SHIPMENT_COUNT = 512,
	SHIPMENT_BYTES = 1024 * 1024,
	FREIGHT_BYTES = 64 * 1024 * 1024
};

/* What all shipments share. */
struct freight {
	struct seals *seals;
	size_t bytes;
	TAILQ_HEAD(, shipment) waiting; /* for bytes */
};
void freight_init(struct freight *freight, struct seals *seals);

struct shipment_ops {
	/* It has left over the link. */
	void (*on_left)(void *arg, struct delivery *delivery);
	/* It cannot be sealed: it is the callee's. */
	void (*on_failed)(void *arg, struct delivery *delivery, int err);
	/* There may be room: on the loop, never inside a call. */
	void (*on_room)(void *arg);
};

struct shipment *shipment_new(struct camd *camd, struct freight *freight,
    struct link *link, const struct shipment_ops *ops, void *arg);
/* The same by way of the organisation's server, to the user with that uid. */
struct shipment *shipment_new_relayed(struct camd *camd,
    struct freight *freight, int64_t uid, const struct shipment_ops *ops,
    void *arg);
/* What is under way, in order, goes before all in list. Calls nothing. */
void shipment_free(struct shipment *shipment, struct deliveries *list);
/* NULL: it is relayed. */
struct link *shipment_link(const struct shipment *shipment);

/* False: on_room follows when it is worth asking again. */
bool shipment_has_room(struct shipment *shipment, const struct parcel *parcel);
/* Takes it; they leave in the order in which they were added. */
void shipment_add(struct shipment *shipment, struct delivery *delivery);
/* The other end has it, or will not have it: it is the caller's again. NULL:
 * none with that id has left. */
struct delivery *shipment_take(
    struct shipment *shipment, const char id[ID_SIZE]);
/* What was given to the server under that id had that SHA-256. */
bool shipment_is_copy(const struct shipment *shipment, const char id[ID_SIZE],
    const uint8_t digest[SHA256_SIZE]);
/* Nothing came back for long though everything has left: perhaps the other end
 * cannot store. The link is closed, and all goes again over the next. */
void shipment_is_stalled(struct shipment *shipment);
/* The server has stored that one; or refuses it: then it is the caller's. NULL:
 * it was none of these. */
struct delivery *shipment_relayed(
    struct shipment *shipment, const char id[ID_SIZE], bool refused);
/* The link, or the relay, takes more. */
void shipment_drained(struct shipment *shipment);
bool shipment_is_empty(const struct shipment *shipment);
/* Each of them, in order. */
void shipment_each(const struct shipment *shipment,
    void (*each)(struct delivery *delivery, void *arg), void *arg);

#endif
