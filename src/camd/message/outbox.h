/* outbox.h: messages on their way to their recipients. */
#ifndef CAM_CAMD_OUTBOX_H
#define CAM_CAMD_OUTBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct camd;
struct link;
struct offering;
struct outbox;
struct store;
struct user;

enum { OUTBOX_ID_SIZE = 16 };

/*
 * A delivery is one message to one user (enum store_state):
 *
 *	queued -> sent -> delivered -> opened
 *	   ^       |
 *	   +-------+   not acknowledged: again when the user is heard, or later
 *	queued, sent -> failed: refused by a setting, or cannot be
 */
/* Takes up what is unfinished in store; nothing is sent before outbox_start().
 */
struct outbox *outbox_new(struct camd *camd, struct store *store);
/* The network is open. */
void outbox_start(struct outbox *outbox);
/* The end: nothing more leaves, and no link is used any more; before links, the
 * pool and the writer go. */
void outbox_stop(struct outbox *outbox);
void outbox_free(struct outbox *outbox);

struct outbox_request {
	const char *text; /* 1 .. LIMIT_MESSAGE_TEXT bytes of UTF-8 */
	size_t text_len;
	bool sealed;
	bool locked;
	bool automatic;	   /* an automatic answer: nobody answers it so */
	bool question;	   /* somebody waits for the answer (question.h) */
	bool clear;	   /* may leave in clear, or weaker than before */
	const char *reply; /* full id of the message answered, or NULL */
	/* What it offers (text may then be empty), or NULL; the caller's until
	 * on_stored, which finds its roots taken. */
	struct offering *offering;
	struct user **to;
	size_t to_count;
};
/* What became of it, for who asked for it. */
struct outbox_sent {
	const char *id;
	int64_t time_ms;
	const struct store_delivery *deliveries;
	size_t count;
};
/*
 * Stores the message and then sends it. on_stored gets err or what was sent
 * (borrowed); before that no event of this message is told.
 */
void outbox_send(struct outbox *outbox, const struct outbox_request *request,
    void (*on_stored)(void *arg, int err, const struct outbox_sent *sent),
    void *arg);

/*
 * Tries again at once what is queued or failed of the message to these users
 * (count 0: to all). on_done gets those. CAM_ERR_UNKNOWN when
 * there is no such message of ours.
 */
void outbox_retry(struct outbox *outbox, const char *id, struct user **to,
    size_t count, bool clear,
    void (*on_done)(void *arg, int err, const struct outbox_sent *sent),
    void *arg);

/* The user was heard, or his key came: what waits for him is tried. */
void outbox_user_heard(struct outbox *outbox, struct user *user);
/* He was asked for his key and did not answer. */
void outbox_user_mute(struct outbox *outbox, struct user *user);
/* A link to him is greeted: what waits goes over it. One that takes the place
 * of another may come before the end of that. */
void outbox_link_open(
    struct outbox *outbox, struct user *user, struct link *link);
/* It has ended: what has no receipt goes again, over the next. */
void outbox_link_closed(
    struct outbox *outbox, struct user *user, struct link *link);
/* A link was wanted and could not be made. */
void outbox_unreached(struct outbox *outbox, struct user *user);
/* The link takes more envelopes, after CAM_ERR_FULL. */
void outbox_link_drained(struct outbox *outbox, struct link *link);
/* The organisation's server is there, for those whom no link reaches; has gone;
 * takes more, after CAM_ERR_FULL; has stored an envelope for the user, or
 * refuses it with a reason (NULL: stored). */
void outbox_relay_open(struct outbox *outbox);
void outbox_relay_closed(struct outbox *outbox);
void outbox_relay_drained(struct outbox *outbox);
void outbox_relayed(struct outbox *outbox, int64_t uid,
    const uint8_t id[OUTBOX_ID_SIZE], const char *reason);
/* What he says of envelopes over his link, checked: stored for good; refused.
 * Ids that did not go to him are passed over. */
struct outbox_refusal {
	const uint8_t (*ids)[OUTBOX_ID_SIZE];
	size_t count;
	const char *reason;    /* of cam-rpc(7) */
	const uint8_t *digest; /* of the one that a server gave him, or NULL */
};
void outbox_receipted(struct outbox *outbox, struct user *user,
    const uint8_t (*ids)[OUTBOX_ID_SIZE], size_t count);
void outbox_refused(struct outbox *outbox, struct user *user,
    const struct outbox_refusal *refusal);
/* The same as the server passes it on: signed by him, too, but perhaps of what
 * the server has changed. */
void outbox_relay_refused(struct outbox *outbox, struct user *user,
    const struct outbox_refusal *refusal);
/* He has opened these sealed messages: on_done follows when that is stored,
 * never inside. */
void outbox_opened_ids(struct outbox *outbox, struct user *user,
    const uint8_t (*ids)[OUTBOX_ID_SIZE], size_t count,
    void (*on_done)(void *arg, int err), void *arg);
/* He says that he has opened the sealed message with that packet number. */
void outbox_opened(
    struct outbox *outbox, const struct user *user, uint32_t packet_no);
/* What was for one user is for the other: the same person. */
void outbox_user_merged(
    struct outbox *outbox, struct user *from, struct user *into);
/* Deliveries not yet delivered or failed. */
size_t outbox_count(const struct outbox *outbox);

#endif
