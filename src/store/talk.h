/* talk.h: the history with one user or one set of users. */
#ifndef CAM_STORE_TALK_H
#define CAM_STORE_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* The talk of everybody: of messages to more users than STORE_TALK_USERS. */
enum { STORE_TALK_ALL = 1, STORE_TALK_USERS = 64 };

struct store_talk {
	int64_t talk;
	size_t users;	  /* 0: everybody */
	int64_t last_row; /* its newest message, 0: none */
	int64_t read_row; /* what came until then is read */
	int64_t unread;	  /* received ones after that */
};

/*
 * The talk with these users (in any order, ourselves left out), made when it is
 * missing. CAM_ERR_UNKNOWN: no such user.
 */
int store_talk_make(
    struct store *store, const int64_t *uids, size_t count, int64_t *talk);
/* The same for reading: CAM_ERR_UNKNOWN when there is none. */
int store_talk_find(
    struct store *store, const int64_t *uids, size_t count, int64_t *talk);
/* CAM_ERR_UNKNOWN. */
int store_talk_get(
    struct store *store, int64_t talk, struct store_talk *result);
/*
 * Every talk with just these users, ascending uids of users who are not merged
 * into another: one, and those with users who were merged into them. None
 * (count 0) is everybody's talk. At most STORE_TALK_SAME are found.
 */
enum { STORE_TALK_SAME = 64 };
int store_talk_same(struct store *store, const int64_t *uids, size_t count,
    int64_t talks[STORE_TALK_SAME], size_t *found);
/* Up to max uids, ascending; count is how many there are. */
int store_talk_users(struct store *store, int64_t talk, int64_t *uids,
    size_t max, size_t *count);
/*
 * Every talk that has a message, the newest first. What each returns, when not
 * 0, ends it.
 */
int store_talk_each(struct store *store,
    int (*each)(const struct store_talk *talk, void *arg), void *arg);

/* All that came in it is read; count is what was not. CAM_ERR_UNKNOWN. */
int store_talk_read(struct store *store, int64_t talk, int64_t *count);
/* Unread messages in all talks. */
int store_talk_unread(struct store *store, int64_t *count);

#endif
