/* tickets.h: leave to fetch, given over a link, and the connections that show
 * it (architecture, section 7). */
#ifndef CAM_CAMD_TICKETS_H
#define CAM_CAMD_TICKETS_H

#include <jansson.h>
#include <stdint.h>

struct camd;
struct link;
struct tickets;

/*
 * Who fetches asks over the link, gets a ticket, makes a connection to the same
 * port and sends "camt", version (1), ticket (32): then the request of
 * camd/transfer/request.h. A ticket serves once, for a minute, and for the
 * offer that it was given for. It is given when there is a turn for it, so that
 * the connection is served at once.
 */
enum { TICKET_SIZE = 32, TICKET_HELLO_SIZE = 4 + 1 + TICKET_SIZE };
enum { TICKET_MS = 60 * 1000 };

struct tickets *tickets_new(struct camd *camd);
/* While the door is there, after all that ask the offers have ended. */
void tickets_free(struct tickets *tickets);

void ticket_hello_write(
    const uint8_t ticket[TICKET_SIZE], uint8_t hello[TICKET_HELLO_SIZE]);

/* A connection whose first byte is 'c': takes fd. on_known(known_arg) follows
 * once, when it has shown its ticket, or ends. */
void tickets_accept(struct tickets *tickets, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg);

/* Those given for an offer that was withdrawn; OFFER_ALL: for all that the
 * message lists. */
void tickets_drop(struct tickets *tickets, int64_t message, int64_t number);

/* There may be turns again. */
void tickets_turn(struct tickets *tickets);

/* LINK_OFFER_FETCH of the other end (struct link_method). */
int tickets_hear_fetch(struct link *link, json_t *params, const json_int_t *id);

#endif
