/* lookup.h: a message found by its id or the beginning of one. */
#ifndef CAM_CAMD_LOOKUP_H
#define CAM_CAMD_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

struct store;

enum { LOOKUP_CANDIDATES = 8 };

struct lookup {
	const char *beginning; /* borrowed, as asked for */
	int err;
	int64_t row;
	char ids[LOOKUP_CANDIDATES][ID_SIZE]; /* where it was ambiguous */
	size_t count;
};

/* On a reader's thread. Returns lookup->err: CAM_ERR_UNKNOWN,
 * CAM_ERR_AMBIGUOUS, CAM_ERR_STORE. */
int lookup_message(
    struct store *store, const char *beginning, struct lookup *lookup);

#endif
