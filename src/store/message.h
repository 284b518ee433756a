/* message.h: messages sent and received, for ever. */
#ifndef CAM_STORE_MESSAGE_H
#define CAM_STORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "store/delivery.h"
#include "store/offer.h"
#include "store/seen.h"
#include "store/sequence.h"
#include "store/source.h"
#include "store/word.h"

struct store;

/* Members that are 0, false or "" say that there is none. */
struct store_message {
	/* > 0, the order in which they were stored; never used again. */
	int64_t row;
	enum store_type type; /* others than messages: change.h, call.h */
	char id[ID_SIZE];     /* 32 hex digits */
	/* The message answered, known here or not; of a change: changed. */
	char reply_to[ID_SIZE];
	int64_t talk;
	int64_t from;	 /* uid; 0: ourselves, the message is a sent one */
	int64_t time_ms; /* when it was sent, as far as is known */
	/* Of the received one; ours have one in each delivery. */
	uint32_t packet_no;
	/* UTF-8, also while sealed: whoever shows it looks at opened. */
	const char *text;
	enum store_state state;
	enum store_encryption encryption;
	enum store_signed signature;
	bool sealed;
	bool locked;
	bool opened; /* a sealed one that was opened */
	bool broadcast;
	bool automatic; /* an automatic answer */
	bool question;	/* from a script that waits for the answer */
	bool missed;	/* a call of somebody that was not answered */
	bool has_offers;
	/* Of cam/1: its number there, and whose and where (told: NULL). */
	uint64_t sequence;
	const struct store_place *place;
	/* Of one of ours, given, not told: what it offers. Sources say what
	 * lies behind the offer at their place. */
	const struct store_offer *offers;
	const struct store_source *sources;
	size_t offer_count;
	/* Told, not given: sent, not after the talk's read_row, or deleted. */
	bool read;
	/* The same: when its sender changed it, by his clock; 0: never. */
	int64_t changed_ms;
	bool deleted; /* by its sender; else it was edited */
	/* So many of its sender's numbers before it have not come. */
	uint32_t missing;
};

/*
 * Keeps a message that arrived, with its offers and the hashes by which it is
 * known again; each offer has a transfer, from its sender. When one of the
 * hashes is known already nothing is stored, *duplicate_of is the row of the
 * earlier one, and 0 is returned. Else *duplicate_of is 0 and message->row is
 * set, and message->id where it was "". A message with a place and a sequence
 * tells what is missing before it; one that comes late is missing no more.
 * Changes that waited for it are applied. An id that a recent message has is
 * not taken over: the message gets another. CAM_ERR_UNKNOWN: no such talk or
 * user. CAM_ERR_LIMIT: text above LIMIT_MESSAGE_TEXT, or a sequence above
 * INT64_MAX. CAM_ERR_CHARSET: not UTF-8.
 */
int store_message_receive(struct store *store, struct store_message *message,
    const struct store_offer *offers, size_t offer_count,
    const struct store_hash *hashes, size_t hash_count, int64_t *duplicate_of);

/*
 * Keeps a message of ours and its deliveries, whose message is filled in. Sets
 * row and id, and fails, as above. What it offers has a transfer to each. With
 * a place it gets the next number there, which sequence then is.
 */
int store_message_send(struct store *store, struct store_message *message,
    struct store_delivery *deliveries, size_t count);

/*
 * A sealed one was opened: sets opened and state, and search finds it from now
 * on. CAM_ERR_UNKNOWN, also when it was deleted; CAM_ERR_EXISTS: it is open
 * already.
 */
int store_message_open(struct store *store, int64_t row);
/* CAM_ERR_UNKNOWN. */
int store_message_set_state(
    struct store *store, int64_t row, enum store_state state);
/* With its deliveries, offers, changes and words in the index. CAM_ERR_UNKNOWN.
 */
int store_message_remove(struct store *store, int64_t row);

/*
 * The row of an id or of an unambiguous beginning of one, at least 4 hex
 * digits in either case. CAM_ERR_REQUEST: not that. CAM_ERR_UNKNOWN.
 * CAM_ERR_AMBIGUOUS: ids holds the candidates, *count of them, at most max;
 * ids and count may be NULL. By its whole id a change is found too; of several
 * with one id, which somebody must have contrived, the oldest.
 */
int store_message_find(struct store *store, const char *beginning,
    char (*ids)[ID_SIZE], size_t max, size_t *count, int64_t *row);
/*
 * The row of the message that this one answers (reply_to), in its own talk
 * before any other. CAM_ERR_UNKNOWN: it answers none that is here.
 */
int store_message_find_answered(
    struct store *store, const struct store_message *answer, int64_t *row);
/*
 * The row of the first reply to that message in its talk by that user, but for
 * automatic, sealed and empty ones. CAM_ERR_UNKNOWN.
 */
int store_message_find_reply(struct store *store,
    const struct store_message *message, int64_t uid, int64_t *row);
/* CAM_ERR_UNKNOWN. The copy is one piece of memory: release with free(). */
int store_message_get(
    struct store *store, int64_t row, struct store_message **message);
/* The same of a message handed to a callback. */
struct store_message *store_message_copy(const struct store_message *message);

#endif
