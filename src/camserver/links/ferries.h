/* ferries.h: files between two members that have no path to each other: their
 * connections to us, joined. What goes over is sealed by the sender for the
 * receiver (threat model 5.5). */
#ifndef CAM_CAMSERVER_FERRIES_H
#define CAM_CAMSERVER_FERRIES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct ferries;
struct memberlink;
struct memberlinks;

struct ferries *ferries_new(struct memberlinks *links);
/* What is asked for is answered to nobody, what goes over ends; before the
 * links go. */
void ferries_stop(struct ferries *ferries);
void ferries_free(struct ferries *ferries);

/* FERRY_FETCH: the member whom he names is asked, and both get a ticket; what
 * he does not give is looked for among what is held (holds.h). */
int ferries_fetch(struct ferries *ferries, struct memberlink *link,
    const json_t *params, json_int_t id);
/* A connection that shows a ticket; as bearers_accept(). */
void ferries_accept(struct ferries *ferries, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg);

/* He is a member no more: what goes to him and from him ends. */
void ferries_drop(struct ferries *ferries, int64_t member);

/* Now going over; bytes that have gone over since the start. */
size_t ferries_count(const struct ferries *ferries);
uint64_t ferries_bytes(const struct ferries *ferries);

#endif
