/* filefetch.h: brings a connection to an IPMSG client for one offer of his
 * (protocol reference 4.3-4.6). */
#ifndef CAM_CAMD_FILEFETCH_H
#define CAM_CAMD_FILEFETCH_H

#include <stdint.h>

struct camd;
struct fetch_wish;
struct filefetch;
struct passage;
struct user;

/*
 * Makes the request (protected where that client can), connects, and leaves the
 * sending of it to the transfer: passage.hello. on_done follows once, never
 * inside: the passage's contents are the callee's (copy the struct); or reason
 * (a word of reason.h) tells why not, "unreachable" first of all. It begins at
 * offset 0: most clients do not resume (4.3).
 */
struct filefetch *filefetch_new(struct camd *camd,
    const struct fetch_wish *wish,
    void (*on_done)(void *arg, const char *reason, struct passage *passage),
    void *arg);
/* Gives up; not after or inside on_done, which frees it. NULL is fine. */
void filefetch_free(struct filefetch *filefetch);

/* RELEASEFILES: none of what that message lists will be fetched. */
void filefetch_release(
    struct camd *camd, const struct user *user, uint32_t packet_no);

#endif
