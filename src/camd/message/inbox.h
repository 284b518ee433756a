/* inbox.h: messages that arrived: stored, then acknowledged, then told. */
#ifndef CAM_CAMD_INBOX_H
#define CAM_CAMD_INBOX_H

#include <jansson.h>
#include <stddef.h>

#include "base/span.h"

struct camd;
struct inbox;
struct lan_message;
struct link;
struct user;

struct inbox *inbox_new(struct camd *camd);
void inbox_free(struct inbox *inbox);

/* Takes the message. */
void inbox_receive(struct inbox *inbox, struct lan_message *message);

/* An envelope that came over a greeted link; copied. Its room is given back
 * with link_credit() once it is stored or refused. */
void inbox_envelope(
    struct inbox *inbox, struct link *link, struct span envelope);
/* The same for one that came through the relay, with that number there: the
 * server is told once it is stored or refused. */
void inbox_relayed(struct inbox *inbox, const struct user *user,
    uint64_t number, size_t room, struct span envelope);
/*
 * Opens a sealed message by its full id: stored, then its sender is told.
 * on_done gets the message object (borrowed), or CAM_ERR_UNKNOWN, or
 * CAM_ERR_REQUEST for one of our own.
 */
void inbox_open(struct inbox *inbox, const char *id,
    void (*on_done)(void *arg, int err, json_t *message), void *arg);

/* Messages being stored. */
size_t inbox_pending(const struct inbox *inbox);

#endif
