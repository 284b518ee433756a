/* user.h: users as they were last known. */
#ifndef CAM_STORE_USER_H
#define CAM_STORE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Strings are never NULL when read; when written NULL is "". */
struct store_user {
	int64_t uid; /* for ever; 0: not in the store yet */
	/* These name a user, ASCII case apart (reference 1.11). */
	const char *logon;
	const char *host;
	const char *fingerprint; /* "" or 16 hex digits */
	/* What was last heard. */
	const char *nick;
	const char *group;
	const char *addr;
	uint16_t port;
	uint32_t status; /* option bits of the entry packet */
	uint32_t word;	 /* capability word */
	const char *version;
	int charset;
	int client;
	int64_t entered_ms;
	int64_t last_seen_ms;
	/* What we hold of that user. */
	int64_t first_seen_ms;
	int strength; /* threat model I2 */
	int priority;
	bool hidden;
	int accept;	     /* enum user_accept of camd: his files */
	bool second;	     /* a second key under a known name */
	const char *alias;   /* "": none */
	int64_t merged_into; /* the uid this one lives on as, 0: none */
	bool forgotten; /* not in the roster any more, only in the history */
};

/*
 * Writes all of user by its uid, adding it where that uid is new: whoever
 * numbers users himself may have several of one name (a second key). With uid
 * 0: finds the row of that name, updates what was last heard, clears
 * forgotten, and fills the fields of the last group but alias (read that with
 * store_user_get()); where there is none, adds it. Sets user->uid.
 */
int store_user_put(struct store *store, struct store_user *user);

/* CAM_ERR_UNKNOWN. The copy is one piece of memory: release with free(). */
int store_user_get(struct store *store, int64_t uid, struct store_user **user);
/*
 * Every user, by uid, forgotten ones too. What each returns, when not 0, ends
 * it.
 */
int store_user_each(struct store *store,
    int (*each)(const struct store_user *user, void *arg), void *arg);

/*
 * Users last seen before before_ms leave: those nothing refers to (no message,
 * no pinned or user key, no alias) are deleted, others kept and flagged
 * forgotten. each (may be NULL) is told every uid that left.
 */
int store_user_forget(struct store *store, int64_t before_ms,
    void (*each)(int64_t uid, bool kept, void *arg), void *arg);
/* One leaves in the same way, whenever he was seen. CAM_ERR_UNKNOWN. */
int store_user_drop(struct store *store, int64_t uid, bool *kept);

/*
 * from lives on as into: its history is listed and searched with that of
 * into, and it leaves the roster. CAM_ERR_UNKNOWN; CAM_ERR_REQUEST when the
 * two are the same or it would go in a circle.
 */
int store_user_merge(struct store *store, int64_t from, int64_t into);

#endif
