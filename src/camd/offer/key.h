/* key.h: which offer, to or from whom: what names a transfer. */
#ifndef CAM_CAMD_OFFER_KEY_H
#define CAM_CAMD_OFFER_KEY_H

#include <stdbool.h>
#include <stdint.h>

/* Instead of a number: all that a message lists. */
#define OFFER_ALL INT64_MAX

/* Instead of a user: to the organisation's server, which holds it. */
#define OFFER_HELD 0

struct offer_key {
	int64_t message; /* row */
	uint32_t number;
	int64_t uid; /* the other party, as its row says */
};

static inline bool
offer_key_is(const struct offer_key *a, const struct offer_key *b)
{
	return a->message == b->message && a->number == b->number &&
	       a->uid == b->uid;
}

#endif
