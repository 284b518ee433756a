/* holds.h: files that are held for members who are not there. Their chunks were
 * sealed by who sends them, and we have no key (threat model 5.5, S6). */
#ifndef CAM_CAMSERVER_HOLDS_H
#define CAM_CAMSERVER_HOLDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/bearer.h"

struct holds;
struct memberlink;
struct memberlinks;

/* Removes what a crash has left. */
struct holds *holds_new(struct memberlinks *links);
/* What comes and goes ends: while the writer is there. */
void holds_stop(struct holds *holds);
/* After the writer. */
void holds_free(struct holds *holds);

/* A member is there: he is told what is here for him, and who has had what of
 * his. */
void holds_open(struct holds *holds, struct memberlink *link);
/* HOLD_PUT, HOLD_DROP. */
int holds_put(struct holds *holds, struct memberlink *link,
    const json_t *params, json_int_t id);
int holds_drop(
    struct holds *holds, struct memberlink *link, const json_t *params);
/* FERRY_FETCH of what cannot be had of its sender now: answered, in any case.
 * reason: why not, where nothing is held. */
void holds_fetch(struct holds *holds, struct memberlink *link, int64_t sender,
    const uint8_t message[16], uint32_t number, json_int_t id,
    const char *reason);
/* A connection with a ticket; takes fd. False: it is none of ours. */
bool holds_show(struct holds *holds, int fd, const uint8_t ticket[TICKET_SIZE]);

/* Somebody is a member no more: what goes on for him ends, and what nobody
 * waits for any more is removed. */
void holds_removed(struct holds *holds, int64_t member);
/* The same where rows have been dropped. */
void holds_clean(struct holds *holds);

/* Now coming in and going out; bytes that have, since the start. */
size_t holds_count(const struct holds *holds);
uint64_t holds_bytes(const struct holds *holds);

#endif
