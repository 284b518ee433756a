/* colleague.h: which card of each colleague is known. */
#ifndef CAM_STORE_COLLEAGUE_H
#define CAM_STORE_COLLEAGUE_H

#include <stdint.h>

struct store;

/* What a card says of keys and names lies with those; here is which one that
 * was, and where the server said that he is. */
struct store_colleague {
	int64_t number;	  /* in the directory, from 1 */
	uint32_t card;	  /* its version, > 0 */
	const char *addr; /* "host:port", or "" */
};

/* In place of that number's former one; card 0: it is forgotten. */
int store_colleague_put(
    struct store *store, const struct store_colleague *colleague);
/* All, by number; what each returns, when not 0, ends it. */
int store_colleague_each(struct store *store,
    int (*each)(const struct store_colleague *colleague, void *arg), void *arg);

#endif
