/* offer.h: files and folders that a message lists. */
#ifndef CAM_STORE_OFFER_H
#define CAM_STORE_OFFER_H

#include <stdint.h>

#include "store/word.h"

struct store;

struct store_offer {
	int64_t message;  /* row */
	uint32_t number;  /* file id in the packet */
	const char *name; /* as sent; never a path to be opened */
	uint64_t size;	  /* at most INT64_MAX */
	int64_t mtime;	  /* seconds, as sent */
	uint32_t attr;
	enum store_kind kind;
};

/* Those of one message by number. What each returns, when not 0, ends it. */
int store_offer_each(struct store *store, int64_t message,
    int (*each)(const struct store_offer *offer, void *arg), void *arg);

#endif
