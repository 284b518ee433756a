/* change.h: another text for a message, or none: edits and deletions by its
 * sender. */
#ifndef CAM_STORE_CHANGE_H
#define CAM_STORE_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "store/delivery.h"
#include "store/message.h"
#include "store/seen.h"

struct store;

/*
 * A change of ours is a row beside the messages, for its deliveries alone: it
 * is in no list, no search and no count, but found by its whole id, and its
 * unfinished deliveries are among the others. The text of an edit is always
 * that of its message. Changes that arrived are no rows: they are applied, or
 * kept until the message comes, and their hashes tell them again.
 *
 * A deletion takes the text away from the message, the index, and the offers;
 * it is final. A message that was not read counts as read with it.
 */

/* Why a delivery failed: its message was deleted before (store_delivery.error).
 */
#define STORE_ERROR_DELETED "deleted"

/*
 * Changes a message of ours and keeps the change with its deliveries, all or
 * nothing. Of change are given: type, reply_to (the whole id of the message),
 * text (of an edit), time_ms, place (or NULL), and id or ""; the rest is filled
 * in. With a deletion whatever was still to be delivered of the message and of
 * its edits becomes STORE_FAILED with STORE_ERROR_DELETED. Without deliveries
 * (count 0: nobody has the message) no row is kept and row is 0.
 *
 * *target is the row of the message. CAM_ERR_UNKNOWN: there is no such message;
 * CAM_ERR_REFUSED: it is not ours; CAM_ERR_EXISTS: it has been deleted before;
 * CAM_ERR_LIMIT, CAM_ERR_CHARSET, CAM_ERR_REQUEST: the text of the edit is too
 * long, not UTF-8, empty.
 */
int store_change_send(struct store *store, struct store_message *change,
    struct store_delivery *deliveries, size_t count, int64_t *target);

enum store_outcome {
	STORE_CHANGE_APPLIED,
	STORE_CHANGE_WAITS,  /* for its message, until the first hash expires */
	STORE_CHANGE_KNOWN,  /* one of the hashes was */
	STORE_CHANGE_VAIN,   /* the message was deleted before */
	STORE_CHANGE_REFUSED /* the message is somebody else's */
};

/*
 * A change that arrived, of type, reply_to, from, time_ms, place and sequence
 * (or NULL and 0), and text: applied when its sender, or a user merged with
 * him, sent the message. Whatever the outcome, once it is committed the change
 * may be acknowledged. *target is the row of the message, 0 unless it was
 * applied. At most STORE_WAITING_MAX changes of a sender wait; more are let go
 * as if they waited. CAM_ERR_LIMIT, CAM_ERR_CHARSET, CAM_ERR_REQUEST as above.
 */
enum { STORE_WAITING_MAX = 64 };
int store_change_receive(struct store *store,
    const struct store_message *change, const struct store_hash *hashes,
    size_t hash_count, enum store_outcome *outcome, int64_t *target);

#endif
