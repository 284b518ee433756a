/* tickets.h: leave to fetch, given over a link, and the connections that show
 * it (architecture, section 7). */
#ifndef CAM_CAMD_TICKETS_H
#define CAM_CAMD_TICKETS_H

#include <jansson.h>
#include <stdint.h>

struct addr;
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
void tickets_free(struct tickets *tickets);

void ticket_hello_write(
    const uint8_t ticket[TICKET_SIZE], uint8_t hello[TICKET_HELLO_SIZE]);

/* A connection whose first byte is 'c'; as links_accept(). */
void tickets_accept(struct tickets *tickets, int fd, const struct addr *from,
    uint64_t deadline_ms, void (*on_known)(void *arg), void *known_arg);

/* There may be turns again. */
void tickets_turn(struct tickets *tickets);

/* Handlers of linkmethods.h. */
int tickets_hear_fetch(struct link *link, json_t *params, const json_int_t *id);

#endif
