/* offers_parts.h: what the parts of the offers do for each other. */
#ifndef CAM_CAMD_OFFERS_PARTS_H
#define CAM_CAMD_OFFERS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "camd/offer/key.h"
#include "camd/offer/offers.h"
#include "camd/offer/transfers.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/transfer.h"

struct roots;

struct offers {
	struct camd *camd;
	struct roots *roots;
	struct timer expiry;
	struct table frozen; /* by packet number and user */
	bool stopped;
};

/* -- rows --------------------------------------------------------------------
 */

/* Transfers read from the database: copies. */
struct offer_rows {
	struct store_transfer **list;
	size_t count, size;
};
/* For store_transfer_each(). */
int offer_rows_add(const struct store_transfer *transfer, void *rows);
/* Those of one offer, or, number OFFER_ALL, of all that the message lists.
 * CAM_ERR_UNKNOWN: none. */
int offer_rows_read(struct store *store, int64_t message, int64_t number,
    struct offer_rows *rows);
void offer_rows_finish(struct offer_rows *rows);

/* -- changes -----------------------------------------------------------------
 */

enum { OFFER_KEEP = -1 };
/* What becomes of one transfer; members that are OFFER_KEEP, NULL or false
 * leave things as they are. Copied. */
struct offer_change {
	int stage; /* enum store_stage */
	/* Only where it is one of these: 1 << enum store_stage; 0: any. */
	unsigned from;
	bool has_done;
	uint64_t done;
	const char *folder, *name, *made, *reason;
	int encryption;	  /* enum store_encryption */
	bool was_fetched; /* once more, whole */
	bool automatic;
	bool dropped;
	const uint8_t *digest;
	/* Told once it is stored, with the file object; again: it will be tried
	 * again. */
	const char *event;
	bool again;
};
void offer_change_init(struct offer_change *change);
/*
 * Stores it, then tells. on_done (may be NULL) gets the row as it is then,
 * borrowed, or CAM_ERR_UNKNOWN (gone, or not in a stage of from), CAM_ERR_STORE
 * ....
 */
void offers_change(struct offers *offers, const struct offer_key *key,
    const struct offer_change *change,
    void (*on_done)(void *arg, int err, const struct store_transfer *row),
    void *arg);
/* The file object as an event. */
void offers_tell(const struct camd *camd, const char *event,
    const struct store_transfer *row, bool again);

/* -- the rest ----------------------------------------------------------------
 */

extern const struct transfers_ops offers_transfers_ops;
/* An IPMSG client is told that these, of one message, are not wanted. */
void offers_decline(struct camd *camd, const struct offer_rows *rows);
/* What a transfer has left in the download folder goes; in the pool. */
void offers_discard(struct offers *offers, const struct store_transfer *row);
/* The same of what has come: all but itself. */
void offers_kept(struct offers *offers, const struct store_transfer *row);
/* The server that held it has shown that he has it. */
void offers_held_done(
    struct offers *offers, const struct offer_key *key, uint64_t size);
/* Offers expire when they are due; the timer is set anew. */
void offers_expire(struct offers *offers);
bool offers_is_frozen(
    const struct offers *offers, uint32_t packet_no, int64_t uid);

#endif
