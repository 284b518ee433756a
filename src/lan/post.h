/* post.h: one datagram, sent again until it is answered (reference 3.3). */
#ifndef CAM_LAN_POST_H
#define CAM_LAN_POST_H

#include "lan/state.h"

enum post_kind {
	POST_MESSAGE, /* SENDMSG, answered by RECVMSG */
	POST_OPENED,  /* READMSG, by ANSREADMSG */
	POST_KEY,     /* GETPUBKEY, by ANSPUBKEY */
};

/* What is to be posted and who must answer. */
struct post_order {
	enum post_kind kind;
	const struct peer *peer; /* its names are copied */
	const struct addr *to;
	uint32_t number; /* packet number; 0 with POST_KEY */
	uint8_t *bytes;	 /* of malloc, taken */
	size_t len;
	unsigned tries; /* 0: as many as the protocol has */
	/* Nobody here asked for it: each time only if lan_may_answer(). */
	bool is_answer;
	/* Called once, then the post has gone. */
	void (*on_end)(void *arg, bool answered);
	/* Called instead when it is dropped; may be NULL. */
	void (*on_drop)(void *arg);
	void *arg;
};

struct post {
	struct lan *lan;
	struct table_link link;
	enum post_kind kind;
	struct addr to;
	uint32_t number;
	char *user;
	char *host;
	uint8_t *bytes;
	size_t len;
	unsigned tries_left;
	bool is_answer;
	struct timer timer;
	void (*on_end)(void *arg, bool answered);
	void (*on_drop)(void *arg);
	void *arg;
};

/* Sends at once. */
struct post *post_new(struct lan *lan, const struct post_order *order);
/* Drops it. NULL is fine. */
void post_free(struct post *post);
/* Its time is over: sends it again, or ends it. */
void post_wait_is_over(struct post *post);
/* The one that a packet of user at host answers, matched by number, address and
 * name; NULL: none. */
struct post *post_find(struct lan *lan, enum post_kind kind,
    const struct addr *from, const char *user, const char *host,
    uint32_t number);
void post_answered(struct post *post);
/* Drops all questions to that peer. */
void posts_drop_questions(struct lan *lan, const struct peer *peer);
void posts_finish(struct lan *lan);

#endif
