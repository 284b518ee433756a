/* quote.h: the beginning of the message that another one answers. */
#ifndef CAM_CAMD_QUOTE_H
#define CAM_CAMD_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

struct store;
struct store_message;

enum { QUOTE_MAX = 160, QUOTE_SIZE = QUOTE_MAX + 4 };

struct quote {
	int64_t from; /* uid, 0: ourselves */
	/* UTF-8, at most QUOTE_MAX bytes of its text, and an ellipsis where
	 * that is not all of it. */
	char text[QUOTE_SIZE];
	bool shut;    /* sealed and not opened: text is "" */
	bool deleted; /* the same */
};

/* Of what that message answers. CAM_ERR_UNKNOWN: nothing, or nothing that is
 * here (the other side may have it). For a thread with the store. */
int quote_read(struct store *store, const struct store_message *answer,
    struct quote *quote);

#endif
