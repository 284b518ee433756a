/* post.h: one datagram, sent again until it is answered (reference 3.3). */
#ifndef CAM_LAN_POST_H
#define CAM_LAN_POST_H

#include "lan/state.h"

enum post_kind {
	POST_MESSAGE, /* SENDMSG, answered by RECVMSG */
	POST_OPENED,  /* READMSG, by ANSREADMSG */
	POST_KEY,     /* GETPUBKEY, by ANSPUBKEY */
};

struct post {
	struct lan *lan;
	struct table_link link;
	enum post_kind kind;
	struct addr to;
	uint32_t number; /* packet number; 0 with POST_KEY */
	char *user;	 /* wire names of who must answer */
	char *host;
	uint8_t *bytes;
	size_t len;
	unsigned tries_left;
	uint64_t interval_ms;
	struct timer timer;
	/* Called once, then the post has gone. */
	void (*on_end)(void *arg, bool answered);
	/* Called instead when it is dropped; may be NULL. */
	void (*on_drop)(void *arg);
	void *arg;
};

/* Sends at once. Takes bytes (of malloc). */
struct post *post_new(struct lan *lan, enum post_kind kind,
    const struct peer *peer, const struct addr *to, uint32_t number,
    uint8_t *bytes, size_t len, void (*on_end)(void *arg, bool answered),
    void *arg);
/* Drops it. NULL is fine. */
void post_free(struct post *post);
/* The one that this packet of that sender answers, matched by number, address
 * and name; NULL: none. */
struct post *post_find(struct lan *lan, enum post_kind kind,
    const struct sender *sender, uint32_t number);
void post_answered(struct post *post);
/* Ends in silence all that waits for the peer. */
void posts_forget(struct lan *lan, const struct peer *peer);
void posts_finish(struct lan *lan);

#endif
