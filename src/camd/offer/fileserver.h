/* fileserver.h: offers served to IPMSG clients (protocol reference 4.2-4.6,
 * threat model F5). */
#ifndef CAM_CAMD_FILESERVER_H
#define CAM_CAMD_FILESERVER_H

#include <stdint.h>

struct addr;
struct camd;
struct fileserver;

/*
 * Reads one request, clear or protected, finds who asks, asks the offers
 * (offers_ask()) and hands the connection to transfers_send(). Each user gets
 * an offer once by IPMSG (grant.was_done), one at a time.
 */
struct fileserver *fileserver_new(struct camd *camd);
/* The end: before the pool goes. Nothing more is begun. */
void fileserver_stop(struct fileserver *fileserver);
void fileserver_free(struct fileserver *fileserver);

/* A connection that begins neither as TLS nor with a ticket; as
 * links_accept(): takes fd, on_known(known_arg) follows once, when it was
 * handed on or has ended. */
void fileserver_accept(struct fileserver *fileserver, int fd,
    const struct addr *from, uint64_t deadline_ms, void (*on_known)(void *arg),
    void *known_arg);

#endif
