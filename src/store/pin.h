/* pin.h: public keys seen first and kept (threat model I1). */
#ifndef CAM_STORE_PIN_H
#define CAM_STORE_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

/* One key a user and size. */
struct store_pin {
	int64_t uid;
	int bits;      /* 1024, 2048 */
	struct span n; /* modulus, at most 512 bytes */
	uint32_t e;
	uint32_t word; /* capability word it came with */
	int64_t pinned_ms;
	bool verified; /* compared by people */
	/* Another key was shown under that user's name: the uid it has now, 0:
	 * none. */
	int64_t challenger;
};

/*
 * Keeps the key of a user who has none of that size. The same key again is 0
 * and keeps pinned_ms and verified, with the newer word. CAM_ERR_EXISTS:
 * another one is pinned. CAM_ERR_UNKNOWN: no such user.
 */
int store_pin_add(struct store *store, const struct store_pin *pin);
/*
 * Takes the place of what was pinned; verified as given. Only after people
 * agreed.
 */
int store_pin_replace(struct store *store, const struct store_pin *pin);
/* CAM_ERR_UNKNOWN: no such key. */
int store_pin_mark(struct store *store, int64_t uid, int bits, bool verified,
    int64_t challenger);
/* The keys of from are into's, in place of all that into had; not verified. */
int store_pin_move(struct store *store, int64_t from, int64_t into);
/* uid 0: all, by uid. What each returns, when not 0, ends it. */
int store_pin_each(struct store *store, int64_t uid,
    int (*each)(const struct store_pin *pin, void *arg), void *arg);

#endif
