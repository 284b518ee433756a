/* history.h: messages listed and searched. */
#ifndef CAM_STORE_HISTORY_H
#define CAM_STORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/message.h"

struct store;

/* Longest query in bytes, and most words in it. */
enum { STORE_QUERY_MAX = 1024, STORE_QUERY_WORDS = 64 };

/* What is asked for; members that are 0 or NULL ask for nothing. */
struct store_query {
	/*
	 * Words that must all be in the text, in any order; "in quotes" or
	 * written together, in that order. Letter case and width do not matter
	 * (NFKC, case folded). Latin and the like match by whole words;
	 * Chinese, Japanese and other scripts without blanks anywhere.
	 */
	const char *words;
	int64_t talk; /* of this talk */
	/* Without talk: in any talk with this user or one merged into that. */
	int64_t user;
	int64_t since_ms; /* time_ms >= */
	int64_t until_ms; /* time_ms < */
	/* Older than that row; or newer (-1: from the first of all), then the
	 * oldest of those first. */
	int64_t before_row;
	int64_t after_row;
	size_t limit; /* at most so many; must be set */
};

/*
 * Calls each for the messages that fit, the newest first (with after_row the
 * oldest). *next is 0 when there are no more, else the before_row (after_row)
 * to go on with. A search that has looked through very much may return fewer
 * than limit, even none, with *next set, so that no call takes long: go on
 * until it is 0 or there are enough. Never a scan, never a count. The text of a
 * sealed message is found once it was opened.
 *
 * each returns non-zero to stop, and that is returned. CAM_ERR_REQUEST: words
 * without a letter, digit or sign in them, or no limit. CAM_ERR_LIMIT: words
 * too long or too many. CAM_ERR_CHARSET: not UTF-8.
 */
int store_history(struct store *store, const struct store_query *query,
    int (*each)(const struct store_message *message, void *arg), void *arg,
    int64_t *next);

#endif
