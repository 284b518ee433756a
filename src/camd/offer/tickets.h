/* tickets.h: leave to fetch, given over a link, and the connections that show
 * it (architecture, section 7). */
#ifndef CAM_CAMD_TICKETS_H
#define CAM_CAMD_TICKETS_H

#include <jansson.h>
#include <stdint.h>

#include "link/bearer.h"

struct camd;
struct link;
struct tickets;
struct user;

/*
 * Who fetches asks over the link, gets a ticket, makes a connection to the same
 * port and shows it there (link/bearer.h): then the request of
 * camd/transfer/request.h. A ticket serves once, for a minute, and for the
 * offer that it was given for. It is given when there is a turn for it, so that
 * the connection is served at once.
 *
 * Who asks by way of our organisation's server gets it from there: we show ours
 * at the server, and it joins the two connections.
 */
enum { TICKET_MS = 60 * 1000 };

struct tickets *tickets_new(struct camd *camd);
/* While the door is there, after all that ask the offers have ended. */
void tickets_free(struct tickets *tickets);

/* A connection whose first byte is 'c': takes fd. on_known(known_arg) follows
 * once, when it has shown its ticket, or ends. */
void tickets_accept(struct tickets *tickets, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg);

/* Somebody asks by way of the server: org_ferry_answer() follows, perhaps
 * inside, and where he gets it a connection to the server. Copied. */
struct ticket_wish {
	struct user *user;
	uint64_t serial; /* org_serial() */
	json_int_t id;	 /* of the request */
	uint8_t message[16];
	uint32_t number;
	uint8_t ticket[TICKET_SIZE]; /* to be shown there */
};
void tickets_wish(struct tickets *tickets, const struct ticket_wish *wish);

/* Those given for an offer that was withdrawn; OFFER_ALL: for all that the
 * message lists. */
void tickets_drop(struct tickets *tickets, int64_t message, int64_t number);

/* There may be turns again. */
void tickets_turn(struct tickets *tickets);

/* LINK_OFFER_FETCH of the other end (struct link_method). */
int tickets_hear_fetch(struct link *link, json_t *params, const json_int_t *id);

#endif
