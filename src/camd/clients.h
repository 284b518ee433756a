/* clients.h: the programs connected to the socket. */
#ifndef CAM_CAMD_CLIENTS_H
#define CAM_CAMD_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct camd;
struct clients;

/* Serves the listening fd, which it takes. Other users' connections are closed
 * at once (threat model U1). */
struct clients *clients_new(struct camd *camd, int fd);
void clients_free(struct clients *clients);
size_t clients_count(const struct clients *clients);
/* For events.c: each client that subscribed to type, or follows the message id
 * (may be NULL), gets the notification; event is an object as text. */
void clients_tell(struct clients *clients, const char *type,
    const char *follow_id, struct span event);
/* Whether any client follows the message. */
bool clients_follow(const struct clients *clients, const char *message_id);
int clients_wanted(const struct clients *clients, const char *type);
/* Programs have told whether a user is at them, and he is at none. */
bool clients_are_idle(const struct clients *clients);
/* Calls fn(arg) once after that time; earlier, and with no client any more,
 * from clients_free(). */
void clients_wait(struct clients *clients, unsigned after_ms,
    void (*fn)(void *arg), void *arg);

#endif
