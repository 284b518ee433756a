/* memberlink.h: the connection of one camd to this camserver. */
#ifndef CAM_CAMSERVER_MEMBERLINK_H
#define CAM_CAMSERVER_MEMBERLINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/table.h"
#include "crypto/sign.h"
#include "loop/timer.h"
#include "net/addr.h"

struct channel_text;
struct depot_line;
struct memberlinks;
struct roll_member;
struct wire;

/*
 *	SHAKING -> STRANGE -> COMING -> WAITING -> ENTERED
 *	                         |                    ^
 *	                         +--------------------+
 */
enum memberlink_state {
	MEMBERLINK_SHAKING,
	MEMBERLINK_STRANGE, /* nothing but hello, join and enter */
	MEMBERLINK_COMING,  /* his keys are being looked at */
	MEMBERLINK_WAITING, /* for approval */
	MEMBERLINK_ENTERED,
	MEMBERLINK_ENDED,
};

struct memberlink {
	TAILQ_ENTRY(memberlink) entry;
	struct table_link by_serial;
	struct memberlinks *links;
	uint64_t serial;
	enum memberlink_state state;
	struct wire *wire;
	struct addr addr;
	uint8_t key[SIGN_KEY_SIZE]; /* of his TLS */
	struct timer timer;	    /* until he must have come */
	void (*on_known)(void *arg);
	void *known_arg;

	/* From COMING on. */
	uint8_t user_key[SIGN_KEY_SIZE];
	char *card;
	struct addr at; /* where his camd listens */
	char *away;
	uint64_t wants; /* changes of the directory after that */
	uint64_t shown; /* those he has been sent, once entered */
	/* He says what he knows of members (link/known.h): those digests. */
	bool is_brief;
	struct buf known;
	struct roll_member *member; /* ENTERED: not NULL */
	struct depot_line *line;    /* what is on its way to him */
	unsigned said;		    /* of himself, not long ago */
	uint64_t said_ms;	    /* when that was last counted down */
};

/* Takes fd; on_known(known_arg) follows once, when he has come or gone. */
struct memberlink *memberlink_new(struct memberlinks *links, int fd,
    const struct addr *from, uint64_t timeout_ms, void (*on_known)(void *arg),
    void *known_arg);
/* Ends it, with a reason for the log (static); freed on the next turn. */
void memberlink_close(struct memberlink *link, const char *reason);
/* Of one that has ended. */
void memberlink_free(struct memberlink *link);

/* Nothing where it has ended; params are taken. */
void memberlink_notify(
    struct memberlink *link, const char *method, json_t *params);
/* Made once for many; NULL: it was too long for anybody. */
void memberlink_tell(struct memberlink *link, struct channel_text *text);
void memberlink_reply(struct memberlink *link, json_int_t id, json_t *result);
void memberlink_fail(
    struct memberlink *link, json_int_t id, int err, const char *message);

/* He belongs: told who is there, and given what waits for him. */
void memberlink_enter(struct memberlink *link, struct roll_member *member);
/* What is ruled, if anything is. */
void memberlink_send_policy(struct memberlink *link);

#endif
