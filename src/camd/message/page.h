/* page.h: a page of the history, read by a reader's thread. */
#ifndef CAM_CAMD_PAGE_H
#define CAM_CAMD_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/message/lookup.h"
#include "camd/message/object.h"

struct store;

enum {
	PAGE_MESSAGES = 1000,
	PAGE_BYTES =
	    6 * 1024 *
	    1024, /* of the objects as JSON, unless one alone is longer */
	PAGE_USERS = 5000, /* a WHO may mean */
};

/* What is asked for. Owned strings and list: release with page_query_finish().
 */
struct page_query {
	char *words;   /* all of them are in the text; NULL: any text */
	int64_t *uids; /* from or to one of these; none: from or to anybody */
	size_t uid_count;
	bool is_talk; /* in the talk with just these instead; none: everybody's
		       */
	int64_t since_ms; /* 0: no limit */
	int64_t until_ms;
	char *before; /* the beginning of an id, or NULL */
	char *after;  /* the same; "": from the first message of all */
	size_t limit; /* 1 .. PAGE_MESSAGES */
};
void page_query_finish(struct page_query *query);

struct page {
	struct record *records; /* in the order of the history, oldest first */
	size_t count;
	bool more; /* there are others in the direction asked for */
};

/*
 * Fills the page. CAM_ERR_UNKNOWN, CAM_ERR_AMBIGUOUS: lookup is that of before
 * or after (borrowed from query). Errors of store_history(): words nobody can
 * search for.
 */
int page_read(struct store *store, const struct page_query *query,
    struct page *page, struct lookup *lookup);
void page_finish(struct page *page);

#endif
