/* trust.h: user keys seen first and kept, and the devices of each (threat model
 * I1, 5.2). */
#ifndef CAM_STORE_TRUST_H
#define CAM_STORE_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct store;

/* One row a user. */
struct store_trust {
	int64_t uid;
	uint8_t user_key[32];
	struct span devices; /* the newest signed list, at most 4096 bytes */
	struct span prekey;  /* the newest, as it came; may be empty */
	int64_t pinned_ms;
	int64_t verified_ms; /* when people compared, 0: never */
	/* Another key was shown under the name of a verified user: the uid it
	 * has now, 0: none. */
	int64_t challenger;
};

/* Writes all of it by uid, in place of what was there. CAM_ERR_UNKNOWN: no such
 * user. CAM_ERR_EXISTS: another user has that key. */
int store_trust_put(struct store *store, const struct store_trust *trust);
/* CAM_ERR_UNKNOWN. */
int store_trust_remove(struct store *store, int64_t uid);
/* All, by uid. What each returns, when not 0, ends it. */
int store_trust_each(struct store *store,
    int (*each)(const struct store_trust *trust, void *arg), void *arg);

#endif
