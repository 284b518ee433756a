/* linkfetch.h: brings a connection to another camd for one offer of his. */
#ifndef CAM_CAMD_LINKFETCH_H
#define CAM_CAMD_LINKFETCH_H

struct camd;
struct fetch_wish;
struct linkfetch;
struct passage;

/*
 * Asks for a ticket over the link, which is made where there is none, or over
 * that to the organisation's server where none can be; then connects. on_done
 * follows once, never inside: the passage's contents are the callee's (copy the
 * struct); or reason (a word of reason.h) tells why not.
 */
struct linkfetch *linkfetch_new(struct camd *camd,
    const struct fetch_wish *wish,
    void (*on_done)(void *arg, const char *reason, struct passage *passage),
    void *arg);
/* Gives up; not after or inside on_done, which frees it. NULL is fine. */
void linkfetch_free(struct linkfetch *linkfetch);

#endif
