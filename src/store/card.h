/* card.h: what members of an organisation last said of themselves. */
#ifndef CAM_STORE_CARD_H
#define CAM_STORE_CARD_H

#include <stdint.h>

#include "base/span.h"

struct store;

enum { CARD_HELLO_MAX = 16 * 1024 };

struct store_card {
	int64_t member;
	struct span link_key; /* 32 bytes: of the device that said it */
	struct span hello;    /* as it came, 1 .. CARD_HELLO_MAX bytes */
	const char *addr;     /* "host:port", or "" */
	struct span user_key; /* of the member, when it is read; may be empty */
};

/* In place of the member's former one. CAM_ERR_LIMIT. */
int store_card_put(struct store *store, const struct store_card *card);
/* All; what each returns, when not 0, ends it. */
int store_card_each(struct store *store,
    int (*each)(const struct store_card *card, void *arg), void *arg);

#endif
