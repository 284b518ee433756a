/* offers.h: files and folders that we offer, and that are offered to us
 * (threat model F5, F8). */
#ifndef CAM_CAMD_OFFERS_H
#define CAM_CAMD_OFFERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

struct camd;
struct grant;
struct link;
struct offering;
struct offers;
struct record;
struct store;
struct user;

/*
 * An offer is a file or folder that a message lists; its transfer is that
 * offer on its way to or from one user (enum store_stage):
 *
 *	offered -> waiting <-> running -> done
 *	   |          |           |
 *	   +----------+-----------+--> failed, cancelled, expired
 *
 * All of it lies in the database; only what is accepted, or on its way, is in
 * memory too (fetches.h, transfers.h). Offers live seven days. One that has
 * ended may be fetched again until then, unless we have cancelled it.
 */
static const int64_t offers_life_ms = 7 * 24 * 3600 * (int64_t)1000;

/* Makes what is in transfers.h, fetches.h and tickets.h, too, and takes up what
 * is unfinished in store. */
struct offers *offers_new(struct camd *camd, struct store *store);
/* The network is open. */
void offers_start(struct offers *offers);
/* The end: nothing is sent or fetched any more, tickets and fetches are gone;
 * before links, door, pool and writer go. */
void offers_stop(struct offers *offers);
void offers_free(struct offers *offers);

/* -- asked for by others -----------------------------------------------------
 */

struct offer_ask {
	struct user *user; /* who asks: that was proved, as far as it can be */
	const char *message; /* the message's id, 32 hex digits; NULL: by
				packet_no */
	uint32_t packet_no;  /* under which the message went to that user */
	uint32_t number;
};
/*
 * Whether that user may fetch that offer now: the message went to him, it has
 * neither ended nor been fetched as often as it may be, and what lies at its
 * path is what was offered. on_done follows once, never inside: the grant is
 * the callee's, or reason (static) is a word of rpc/reason.h and grant
 * is NULL: "unknown" for everything that was not offered to him.
 */
void offers_ask(struct offers *offers, const struct offer_ask *ask,
    void (*on_done)(void *arg, const char *reason, struct grant *grant),
    void *arg);
/* By IPMSG the user gives up all that the message with that packet number
 * lists: shown, but he may still change his mind (N2). */
void offers_released(
    struct offers *offers, struct user *user, uint32_t packet_no);
/* By IPMSG that user gets nothing more of what the message with that packet
 * number lists, in this run: somebody guesses in his name (F5). Others do. */
void offers_freeze(struct offers *offers, uint32_t packet_no, int64_t uid);

/* The message of that row is stored: its roots stay open. */
void offers_added(
    struct offers *offers, int64_t message, struct offering *offering);

/* -- offered to us -----------------------------------------------------------
 */

/* A message with offers was stored, or a sealed one opened: what policy says
 * is done, then offer.received is told of each. */
void offers_received(
    struct offers *offers, struct user *user, const struct record *record);

/* -- asked for by ourselves --------------------------------------------------
 */

struct offer_accept {
	char message[ID_SIZE]; /* in full */
	uint32_t number;
	const char *folder; /* absolute; NULL: file.dir */
	const char *name;   /* NULL: as offered */
	bool again;	    /* though it is done */
};
/* on_done gets the file object (borrowed), or an error with a reason. */
void offers_accept(struct offers *offers, const struct offer_accept *accept,
    void (*on_done)(void *arg, int err, const char *reason, json_t *object),
    void *arg);
/* Ends it: of ours for all it was offered to, or for one user; to us, what
 * waits or runs. drop: it is not listed any more, and of what was offered to us
 * nothing stays, and its sender is told. on_done gets its file objects. */
void offers_end(struct offers *offers, const char *message, uint32_t number,
    bool drop, void (*on_done)(void *arg, int err, json_t *objects), void *arg);
/* The message of that row was deleted by its sender (us, too): all it listed
 * has gone from the database. */
void offers_deleted(struct offers *offers, int64_t message);

/* Where there is a link to the user, or a way by the server, he is told what
 * has ended on our side that he does not know of: withdrawn, or declined. */
void offers_tell_ended(struct offers *offers, const struct user *user);
/* The organisation's server is there: all are told. */
void offers_relay_open(struct offers *offers);
/* The words of the next two through the relay, from that user.
 * CAM_ERR_UNSUPPORTED: no such method; CAM_ERR_REQUEST. */
int offers_hear_relayed(struct camd *camd, struct user *user,
    const char *method, const json_t *params);
/* LINK_OFFER_REFUSED, LINK_OFFER_WITHDRAWN of the other end (struct
 * link_method). */
int offers_hear_refused(
    struct link *link, json_t *params, const json_int_t *id);
int offers_hear_withdrawn(
    struct link *link, json_t *params, const json_int_t *id);

#endif
