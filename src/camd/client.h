/* client.h: one program connected to the socket. */
#ifndef CAM_CAMD_CLIENT_H
#define CAM_CAMD_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct camd;
struct client;
struct rpc_method;

/* Messages one client can follow at a time; the oldest is let go. */
enum { CLIENT_FOLLOWED = 4096 };

/*
 * Speaks with the connected fd, which it takes. on_gone is told once, when the
 * other end has closed, broke the protocol or reads too slowly
 * (LIMIT_RPC_QUEUE): the owner then frees the client.
 */
struct client *client_new(struct camd *camd, int fd,
    const struct rpc_method *methods,
    void (*on_gone)(struct client *client, void *arg), void *arg);
void client_free(struct client *client);
struct camd *client_camd(const struct client *client);

/*
 * Turns on the events in types, names, nouns or "*", instead of those before.
 * CAM_ERR_UNKNOWN and *wrong (borrowed from types) for one that is none, then
 * nothing changes.
 */
int client_subscribe(
    struct client *client, const json_t *types, const char **wrong);
bool client_wants(const struct client *client, const char *type);
/* From now on it gets each message.state of the message. */
void client_follow(struct client *client, const char *message_id);
bool client_follows(const struct client *client, const char *message_id);
bool client_follows_any(const struct client *client);

/* Whether a user is at it: told by screens. */
enum client_user { CLIENT_USER_UNTOLD, CLIENT_USER_HERE, CLIENT_USER_IDLE };
void client_set_idle(struct client *client, bool idle);
enum client_user client_user(const struct client *client);

/* Takes fd: it goes beside the next answer, which names it by this number. */
unsigned client_give(struct client *client, int fd);

/* See rpc_notification(). */
void client_notify(struct client *client, struct span notification);

#endif
