/* attention.h: which talks the user wants to be told of, and when of none. */
#ifndef CAM_CAMD_ATTENTION_H
#define CAM_CAMD_ATTENTION_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct attention;
struct camd;
struct store;

enum attention_notify {
	ATTENTION_DEFAULT, /* as the screen's settings say */
	ATTENTION_ALL,
	ATTENTION_MENTIONS, /* what names the user */
	ATTENTION_NONE,
};

/* Talks with a rule of their own. */
enum { ATTENTION_TALKS = 1000 };

/* Takes up the rules of the last run from store. */
struct attention *attention_new(struct camd *camd, struct store *store);
void attention_free(struct attention *attention);

/*
 * The rule of the talk with these users (ascending, none: everybody's) until
 * then, wall time; 0: for good. Kept over restarts, and told as
 * attention.changed. CAM_ERR_FULL: as many talks have one.
 */
int attention_set(struct attention *attention, const int64_t *uids,
    size_t count, enum attention_notify notify, int64_t until_ms);
/* The rule above all others: ATTENTION_NONE is "do not disturb". */
void attention_set_all(struct attention *attention,
    enum attention_notify notify, int64_t until_ms);
/* {notify, until, talks: [{talk, notify, until}]} of cam-rpc(7), without what
 * is over. */
json_t *attention_object(const struct attention *attention);

/* "default", "all", "mentions", "none"; -1: it is none of them. */
int attention_find(const char *word);

#endif
