/* queue.h: what a camserver holds for members until they have taken it. */
#ifndef CAM_STORE_QUEUE_H
#define CAM_STORE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

enum { QUEUE_ID_SIZE = 16, QUEUE_BYTES_MAX = 5 * 1024 * 1024 };

struct store_queued {
	int64_t number;		   /* growing: store_queue_begin() */
	int64_t receiver, sender;  /* members */
	unsigned kind;		   /* as it came */
	uint8_t id[QUEUE_ID_SIZE]; /* the sender's, to know it again by */
	struct span bytes;
	struct span sender_key; /* when read: 32 bytes, or empty */
	int64_t made_ms, expires_ms;
};

/* What may wait for one member, and of that what may be of one sender (threat
 * model S4). */
struct store_quota {
	int64_t count, size;
	int64_t sender_count, sender_size;
};

/*
 * Before the first put of a process: its numbers are number + 1 and those after
 * it, each given once. A number may be told before it is stored: those that
 * earlier processes told and never stored are not among them, were they even
 * killed at once, as long as one has never told 2^32 that are not stored.
 */
int store_queue_begin(struct store *store, int64_t *number);
/*
 * At the end of the receiver's queue, under its number, greater than that of
 * the last. CAM_ERR_EXISTS: it waits there already; CAM_ERR_LIMIT: over the
 * quota, or over QUEUE_BYTES_MAX.
 */
int store_queue_put(struct store *store, const struct store_queued *queued,
    const struct store_quota *quota);
/* Those of the receiver after number, in order, at most limit. What each
 * returns, when not 0, ends it. */
int store_queue_each(struct store *store, int64_t receiver, int64_t after,
    size_t limit, int (*each)(const struct store_queued *queued, void *arg),
    void *arg);
/* The receiver has them; nothing happens with those that have gone already. */
int store_queue_take(struct store *store, int64_t receiver,
    const int64_t *numbers, size_t count);
/* All that waits for the member, and all that is his for others. */
int store_queue_drop(struct store *store, int64_t member);
/* All that waits for the member. */
int store_queue_clear(struct store *store, int64_t receiver);
/* Some of what has expired by then; *count is how many. */
int store_queue_expire(struct store *store, int64_t now_ms, int64_t *count);

/* What waits for one receiver. */
struct store_waiting {
	const char *logon;
	int64_t count, size;
	int64_t oldest_ms;
};
/* By logon; what each returns, when not 0, ends it. */
int store_queue_list(struct store *store,
    int (*each)(const struct store_waiting *waiting, void *arg), void *arg);

#endif
