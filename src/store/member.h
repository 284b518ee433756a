/* member.h: the members of an organisation. */
#ifndef CAM_STORE_MEMBER_H
#define CAM_STORE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

enum member_state {
	MEMBER_INVITED, /* has not shown a key yet */
	MEMBER_WAITING, /* has, and waits for approval */
	MEMBER_JOINED,
	MEMBER_REMOVED,
};

/* Strings are never NULL when read. */
struct store_member {
	int64_t member; /* for ever; 0: not in the store yet */
	const char *logon;
	const char *nick;
	const char *group;
	enum member_state state;
	struct span user_key; /* 32 bytes, or empty: none yet */
	struct span devices;  /* the newest signed list, may be empty */
	int64_t made_ms;
	int64_t joined_ms; /* 0: not yet */
	int64_t seen_ms;   /* last connected, 0: never */
};

/* Writes all of it by its number, or adds it where that is 0 and sets it.
 * CAM_ERR_EXISTS: another has that logon (ASCII case apart) or that key. */
int store_member_put(struct store *store, struct store_member *member);
/* By logon, ASCII case ignored; by key; by number: found is called with it, and
 * what it returns is returned. CAM_ERR_UNKNOWN. */
int store_member_get(struct store *store, const char *logon,
    int (*found)(const struct store_member *member, void *arg), void *arg);
int store_member_by_key(struct store *store, struct span user_key,
    int (*found)(const struct store_member *member, void *arg), void *arg);
int store_member_by_number(struct store *store, int64_t number,
    int (*found)(const struct store_member *member, void *arg), void *arg);
/*
 * Those whose logon comes after that one (NULL: from the beginning), in that
 * order, at most limit; members in one state, or all with states -1. What each
 * returns, when not 0, ends it.
 */
int store_member_each(struct store *store, const char *after, int state,
    size_t limit, int (*each)(const struct store_member *member, void *arg),
    void *arg);
/* How many are in each state. */
int store_member_count(struct store *store, size_t counts[MEMBER_REMOVED + 1]);
/* CAM_ERR_UNKNOWN. */
int store_member_seen(struct store *store, int64_t member, int64_t now_ms);

#endif
