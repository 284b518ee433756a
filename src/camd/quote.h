/* quote.h: the beginning of the message that another one answers. */
#ifndef CAM_CAMD_QUOTE_H
#define CAM_CAMD_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

enum { QUOTE_MAX = 160, QUOTE_SIZE = QUOTE_MAX + 4 };

struct quote {
	int64_t from; /* uid, 0: ourselves */
	/* UTF-8, at most QUOTE_MAX bytes of its text, and an ellipsis where
	 * that is not all of it. */
	char text[QUOTE_SIZE];
	bool shut;    /* sealed and not opened: text is "" */
	bool deleted; /* the same */
};

/* Of the message with that whole id. CAM_ERR_UNKNOWN: it is not here (the other
 * side may have it). For a thread that reads the store. */
int quote_read(struct store *store, const char *id, struct quote *quote);

#endif
