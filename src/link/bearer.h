/* bearer.h: connections that begin by showing a ticket, for bytes that travel
 * beside a link. */
#ifndef CAM_LINK_BEARER_H
#define CAM_LINK_BEARER_H

#include <stdint.h>

struct bearers;
struct loop;

/* "camt", version (1), ticket: what such a connection says first. */
enum {
	TICKET_FIRST = 'c',
	TICKET_SIZE = 32,
	TICKET_HELLO_SIZE = 4 + 1 + TICKET_SIZE
};

void ticket_hello_write(
    const uint8_t ticket[TICKET_SIZE], uint8_t hello[TICKET_HELLO_SIZE]);

/* on_shown takes fd, from which nothing more than the ticket was read. */
struct bearers *bearers_new(struct loop *loop,
    void (*on_shown)(void *arg, int fd, const uint8_t ticket[TICKET_SIZE]),
    void *arg);
/* While whoever they came from is there. */
void bearers_free(struct bearers *bearers);

/* Takes fd, whose first byte, not read yet, is TICKET_FIRST.
 * on_known(known_arg) follows once, when the ticket was shown, or deadline_ms
 * (clock_now_ms) has passed. */
void bearers_accept(struct bearers *bearers, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg);

#endif
