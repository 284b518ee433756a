/* lookup.c: a message found by its id or the beginning of one. */
#include "camd/message/lookup.h"

#include "base/err.h"
#include "store/message.h"

int
lookup_message(
    struct store *store, const char *beginning, struct lookup *lookup)
{
	*lookup = (struct lookup){ .beginning = beginning };
	lookup->err = store_message_find(store, beginning, lookup->ids,
	    LOOKUP_CANDIDATES, &lookup->count, &lookup->row);
	/* What cannot be an id is none. */
	if (lookup->err == CAM_ERR_REQUEST)
		lookup->err = CAM_ERR_UNKNOWN;
	return lookup->err;
}
