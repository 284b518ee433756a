/* admins.h: those who administer the server, over its Unix socket. */
#ifndef CAM_CAMSERVER_ADMINS_H
#define CAM_CAMSERVER_ADMINS_H

#include <stddef.h>

struct admins;
struct server;

/*
 * Serves the listening fd, which it takes. Let in are root, the server's own
 * user, and the members of the group admin.group, to whom socket and folder are
 * opened; all others' connections are closed at once (threat model U1).
 */
struct admins *admins_new(struct server *server, int fd);
/* Opens the socket to admin.group as it is now; that counts for connections
 * from now on. */
void admins_regroup(struct admins *admins);
/* How many are connected. */
size_t admins_count(const struct admins *admins);
/* Nobody is heard any more; answers still leave. */
void admins_stop(struct admins *admins);
void admins_free(struct admins *admins);

#endif
