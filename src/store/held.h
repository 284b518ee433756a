/* held.h: files that a camserver holds for members who were not there. */
#ifndef CAM_STORE_HELD_H
#define CAM_STORE_HELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

enum {
	HELD_MESSAGE_SIZE = 16,
	HELD_NAME_SIZE = 16,
	HELD_PROOF_SIZE = 32,
	HELD_PART_HEAD_MAX = 1024,
	HELD_FOR_MAX = 1024 /* receivers of one file */
};

/* Filling: not all of it is there. Gone: its bytes are not there any more, but
 * its sender does not know yet who has had them. */
enum held_state { HELD_FILLING, HELD_WHOLE, HELD_GONE };

struct store_held {
	int64_t file; /* given by the store */
	int64_t sender;
	uint8_t message[HELD_MESSAGE_SIZE];
	uint32_t number;
	uint8_t name[HELD_NAME_SIZE]; /* random: of its file */
	enum held_state state;
	int64_t size;	/* bytes it may have */
	int64_t stored; /* bytes that are there for good */
	int64_t made_ms, expires_ms;
	uint8_t sender_key[32]; /* told, not given; zeros: he has none */
};

/* In bytes; one counts for HELD_LEAST at least, so that they are not too many,
 * either. */
enum { HELD_LEAST = 64 * 1024 };
struct store_held_limits {
	int64_t total;
	int64_t sender;	  /* of one */
	int64_t receiver; /* for one */
	int64_t share;	  /* for one, of one sender (threat model S4) */
};

/*
 * It is to be held for these as well; *held is what is there then: given back
 * as it was where its message and number are known. Of the receivers those are
 * left out whose limit is reached. CAM_ERR_LIMIT: all, or another limit;
 * CAM_ERR_EXISTS: it is gone, and its sender has not been told.
 */
int store_held_put(struct store *store, struct store_held *held,
    const int64_t *receivers, size_t count,
    const struct store_held_limits *limits);
/* That receiver may have it, and all of it is there: CAM_ERR_UNKNOWN. */
int store_held_find(struct store *store, const struct store_held *held,
    int64_t receiver, struct store_held *found);

/* -- its bytes ---------------------------------------------------------------
 */

/* From chunk first on, behind at bytes, they are of the connection with that
 * head; what was there from there on is forgotten. */
int store_held_begin_part(struct store *store, int64_t file, int64_t first,
    int64_t at, struct span head);
/* So many are there for good; whole: and that is all. CAM_ERR_UNKNOWN: it is
 * held no more; CAM_ERR_LIMIT: more than size, and no room for them. */
int store_held_fill(
    struct store *store, int64_t file, int64_t stored, int whole);

struct store_held_part {
	int64_t first, end; /* chunks; end INT64_MAX: the last part */
	uint8_t head[HELD_PART_HEAD_MAX];
	size_t head_len;
};
/* The part that has that chunk; INT64_MAX: the last one. CAM_ERR_UNKNOWN. */
int store_held_part(struct store *store, int64_t file, int64_t chunk,
    struct store_held_part *part);

/* -- had ---------------------------------------------------------------------
 */

int store_held_taken(struct store *store, int64_t file, int64_t receiver,
    const uint8_t proof[HELD_PROOF_SIZE]);
struct store_held_receipt {
	struct store_held held;
	int64_t receiver;
	uint8_t receiver_key[32];
	uint8_t proof[HELD_PROOF_SIZE];
};
/* What that sender does not know; what each returns, when not 0, ends it. */
int store_held_receipts(struct store *store, int64_t sender, size_t limit,
    int (*each)(const struct store_held_receipt *receipt, void *arg),
    void *arg);
/* What that receiver may have now, the oldest first. */
int store_held_ready(struct store *store, int64_t receiver, size_t limit,
    int (*each)(const struct store_held *held, void *arg), void *arg);

/* Those who may have that file: their keys. */
int store_held_receivers(struct store *store, int64_t file,
    int (*each)(struct span key, void *arg), void *arg);

/* -- forgotten ---------------------------------------------------------------
 */

/* He need not have it any more, whether or not he has had it; receiver 0:
 * nobody need. 0 also when it is not there. */
int store_held_drop(
    struct store *store, const struct store_held *held, int64_t receiver);
/* All that is his, and for him. */
int store_held_drop_member(struct store *store, int64_t member);
/* All for that receiver. */
int store_held_clear(struct store *store, int64_t receiver);
int store_held_expire(struct store *store, int64_t now_ms);
/* What nobody waits for goes, and the name of each is told: its file may be
 * removed once that is committed. *count: how many; call again until 0. */
int store_held_clean(struct store *store,
    void (*each)(const uint8_t name[HELD_NAME_SIZE], void *arg), void *arg,
    size_t *count);
/* All whose bytes are there; what each returns, when not 0, ends it. */
int store_held_each(struct store *store,
    int (*each)(const struct store_held *held, void *arg), void *arg);

/* -- counted -----------------------------------------------------------------
 */

struct store_held_sum {
	int64_t count, size; /* files, bytes */
};
int store_held_sum(struct store *store, struct store_held_sum *sum);
/* What waits for each receiver, by logon. */
struct store_held_waiting {
	const char *logon;
	struct store_held_sum sum;
	int64_t oldest_ms;
};
int store_held_list(struct store *store,
    int (*each)(const struct store_held_waiting *waiting, void *arg),
    void *arg);

#endif
